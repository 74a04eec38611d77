/* What the programs of this folder share: one connection to RabbitMQ, published to with confirms. Plain librabbitmq, so
   that what is measured against it is not measured against our own code. */
#pragma once
#define _GNU_SOURCE
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline double now_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static inline void die(const char *what, const char *why) {
    fprintf(stderr, "error: %s: %s\n", what, why);
    exit(1);
}

static inline void check(amqp_connection_state_t connection, const char *what) {
    amqp_rpc_reply_t reply = amqp_get_rpc_reply(connection);
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
    if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        amqp_channel_close_t *close = reply.reply.decoded;
        fprintf(stderr, "%.*s\n", (int)close->reply_text.len, (char *)close->reply_text.bytes);
    }
    die(what, amqp_error_string2(reply.library_error));
}

/* Connects to the URL in an environment variable, so that no password stands among the arguments. */
static inline amqp_connection_state_t open_connection(const char *variable) {
    const char *value = getenv(variable);
    if (!value) die(variable, "is not set");
    char *url = strdup(value);
    struct amqp_connection_info info;
    if (amqp_parse_url(url, &info) != AMQP_STATUS_OK) die(variable, "is no AMQP URL");
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    if (amqp_socket_open(socket, info.host, info.port)) die(variable, "cannot be reached");
    const char *vhost = info.vhost && *info.vhost ? info.vhost : "/";
    amqp_rpc_reply_t reply =
        amqp_login(connection, vhost, 1, 131072, 0, AMQP_SASL_METHOD_PLAIN, info.user, info.password);
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) die(variable, "login refused");
    amqp_channel_open(connection, 1);
    check(connection, "opening a channel");
    free(url);
    return connection;
}

/* Publishes one persistent, mandatory message; EXTRA gives what else stands among its properties, or is NULL. */
static inline void publish(amqp_connection_state_t connection, const char *exchange, const char *key, const char *id,
                           const char *type, const char *application, const amqp_basic_properties_t *extra,
                           amqp_bytes_t body) {
    amqp_basic_properties_t properties;
    if (extra) properties = *extra;
    else memset(&properties, 0, sizeof properties);
    properties._flags |= AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG |
                         AMQP_BASIC_TYPE_FLAG | AMQP_BASIC_APP_ID_FLAG;
    properties.content_type = amqp_cstring_bytes(extra ? "application/cloudevents+json" : "application/json");
    properties.delivery_mode = 2;
    properties.message_id = amqp_cstring_bytes(id);
    properties.type = amqp_cstring_bytes(type);
    properties.app_id = amqp_cstring_bytes(application);
    int status = amqp_basic_publish(connection, 1, amqp_cstring_bytes(exchange), amqp_cstring_bytes(key), 1, 0,
                                    &properties, body);
    if (status != AMQP_STATUS_OK) die("publishing", amqp_error_string2(status));
}

/* Which messages are confirmed: by tag, for the broker may answer out of order, one by one or many at once. */
struct confirms {
    unsigned char *settled;
    uint64_t low, count; /* all up to low are confirmed; count of them in all */
};

static inline void settle(struct confirms *confirms, uint64_t tag) {
    if (!confirms->settled[tag]) confirms->settled[tag] = 1, confirms->count++;
}

static inline void take_method(struct confirms *confirms, amqp_method_t *method) {
    if (method->id == AMQP_BASIC_ACK_METHOD) {
        amqp_basic_ack_t *ack = method->decoded;
        if (ack->multiple)
            for (uint64_t tag = confirms->low + 1; tag <= ack->delivery_tag; tag++) settle(confirms, tag);
        else
            settle(confirms, ack->delivery_tag);
        while (confirms->settled[confirms->low + 1]) confirms->low++;
    } else if (method->id == AMQP_BASIC_NACK_METHOD || method->id == AMQP_BASIC_RETURN_METHOD) {
        die("publishing", "a message was refused or returned");
    } else if (method->id == AMQP_CHANNEL_CLOSE_METHOD) {
        amqp_channel_close_t *close = method->decoded;
        fprintf(stderr, "%.*s\n", (int)close->reply_text.len, (char *)close->reply_text.bytes);
        die("publishing", "the broker closed the channel");
    }
}

/* Takes in what has come on a publishing connection, waiting at most so long. */
static inline void hear_confirms(amqp_connection_state_t connection, struct confirms *confirms, double seconds) {
    struct timeval wait = {(time_t)seconds, (suseconds_t)((seconds - (time_t)seconds) * 1e6)};
    amqp_frame_t frame;
    for (;;) {
        int status = amqp_simple_wait_frame_noblock(connection, &frame, &wait);
        if (status == AMQP_STATUS_TIMEOUT) return;
        if (status != AMQP_STATUS_OK) die("waiting for confirms", amqp_error_string2(status));
        if (frame.frame_type == AMQP_FRAME_METHOD) take_method(confirms, &frame.payload.method);
        amqp_maybe_release_buffers(connection);
        wait = (struct timeval){0, 0};
    }
}

/* The value of a text field near the start of a JSON body; enough for bodies this benchmark wrote itself. */
static inline int text_field(const char *body, size_t length, const char *name, char *into, size_t room) {
    char pattern[64];
    int width = snprintf(pattern, sizeof pattern, "\"%s\":\"", name);
    const char *found = memmem(body, length, pattern, width);
    if (!found) return 0;
    const char *start = found + width, *end = memchr(start, '"', body + length - start);
    if (!end || (size_t)(end - start) >= room) return 0;
    memcpy(into, start, end - start);
    into[end - start] = 0;
    return 1;
}
