#pragma once

#include <string.h>
#include <sys/time.h>
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>

// Swift sees neither macros with casts nor functions with variable arguments; these are the ones it needs.

static const uint32_t WAYBILL_BASIC_DELIVER = AMQP_BASIC_DELIVER_METHOD;
static const uint32_t WAYBILL_BASIC_RETURN = AMQP_BASIC_RETURN_METHOD;
static const uint32_t WAYBILL_BASIC_ACK = AMQP_BASIC_ACK_METHOD;
static const uint32_t WAYBILL_BASIC_NACK = AMQP_BASIC_NACK_METHOD;
static const uint32_t WAYBILL_BASIC_CANCEL = AMQP_BASIC_CANCEL_METHOD;
static const uint32_t WAYBILL_CHANNEL_CLOSE = AMQP_CHANNEL_CLOSE_METHOD;
static const uint32_t WAYBILL_CONNECTION_CLOSE = AMQP_CONNECTION_CLOSE_METHOD;
static const uint32_t WAYBILL_CONNECTION_BLOCKED = AMQP_CONNECTION_BLOCKED_METHOD;
static const uint32_t WAYBILL_CONNECTION_UNBLOCKED = AMQP_CONNECTION_UNBLOCKED_METHOD;

static inline amqp_table_entry_t waybill_flag(const char *name) {
    amqp_table_entry_t entry;
    entry.key = amqp_cstring_bytes(name);
    entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
    entry.value.value.boolean = 1;
    return entry;
}

static inline amqp_table_entry_t waybill_word(const char *name, const char *value) {
    amqp_table_entry_t entry;
    entry.key = amqp_cstring_bytes(name);
    entry.value.kind = AMQP_FIELD_KIND_UTF8;
    entry.value.value.bytes = amqp_cstring_bytes(value);
    return entry;
}

/// Logs in, declaring what we understand: the broker sends connection.blocked and basic.cancel only to who says so.
/// Without a password the client certificate is the proof (SASL EXTERNAL).
static inline amqp_rpc_reply_t waybill_login(
    amqp_connection_state_t connection, const char *vhost, int heartbeat, const char *name, const char *user,
    const char *password) {
    amqp_table_entry_t capabilities[] = {
        waybill_flag("connection.blocked"),         waybill_flag("consumer_cancel_notify"),
        waybill_flag("basic.nack"),                 waybill_flag("publisher_confirms"),
        waybill_flag("authentication_failure_close"), waybill_flag("exchange_exchange_bindings"),
    };
    amqp_table_entry_t entries[3];
    amqp_table_t properties;
    entries[0] = waybill_word("product", "Waybill");
    entries[1] = waybill_word("connection_name", name);
    entries[2].key = amqp_cstring_bytes("capabilities");
    entries[2].value.kind = AMQP_FIELD_KIND_TABLE;
    entries[2].value.value.table.num_entries = sizeof capabilities / sizeof *capabilities;
    entries[2].value.value.table.entries = capabilities;
    properties.num_entries = 3;
    properties.entries = entries;
    if (password == NULL) {
        return amqp_login_with_properties(connection, vhost, 1, 131072, heartbeat, &properties,
                                          AMQP_SASL_METHOD_EXTERNAL, user);
    }
    return amqp_login_with_properties(connection, vhost, 1, 131072, heartbeat, &properties, AMQP_SASL_METHOD_PLAIN,
                                      user, password);
}

/// Answers a channel that the broker has closed, so that it can be opened again.
static inline int waybill_channel_close_ok(amqp_connection_state_t connection, amqp_channel_t channel) {
    amqp_channel_close_ok_t ok;
    memset(&ok, 0, sizeof ok);
    return amqp_send_method(connection, channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok);
}
