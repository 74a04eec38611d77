/* usage: raw_broker IN EXCHANGE COUNT [KEY BYTES EVERY MOST]…       (broker by $BENCH_AMQP_URL)

   The work of one service without any of it: takes COUNT messages from the queue IN, publishes with each KEY a message of
   BYTES for every EVERYth, at most MOST in all, with confirms, and acknowledges a message when what it led to is
   confirmed. What the broker itself can pass, on this machine. EXCHANGE "-" is the default one.

   What it publishes has the properties and headers of what a service publishes, as long as theirs; with $BENCH_BARE only
   those that every message needs. */
#include "amqp.h"

/* The headers of a service's event: the attributes of its CloudEvent, and its place in the ledger. */
struct event {
    amqp_table_entry_t headers[10];
    amqp_basic_properties_t properties;
};

static amqp_table_entry_t header(const char *name, const char *value) {
    amqp_table_entry_t entry = {amqp_cstring_bytes(name), {.kind = AMQP_FIELD_KIND_UTF8}};
    entry.value.value.bytes = amqp_cstring_bytes(value);
    return entry;
}

static const amqp_basic_properties_t *event(struct event *event, const char *id, const char *type) {
    static const char *cause = "finance-000000-00000", *subject = "85a9db3c-c63c-826c-b0ad-f01e57d0c072";
    event->headers[0] = header("cloudEvents_specversion", "1.0");
    event->headers[1] = header("cloudEvents_id", id);
    event->headers[2] = header("cloudEvents_source", "waybill.twin...");
    event->headers[3] = header("cloudEvents_type", type);
    event->headers[4] = header("cloudEvents_time", "2026-03-02T09:15:00.123456Z");
    event->headers[5] = header("cloudEvents_subject", subject);
    event->headers[6] = header("cloudEvents_correlationid", cause);
    event->headers[7] = header("cloudEvents_causationid", cause);
    event->headers[8] = header("cloudEvents_partitionkey", subject);
    event->headers[9] = header("x-waybill-ledger", "0/123456");
    event->properties = (amqp_basic_properties_t){
        ._flags = AMQP_BASIC_HEADERS_FLAG | AMQP_BASIC_CORRELATION_ID_FLAG | AMQP_BASIC_TIMESTAMP_FLAG,
        .headers = {10, event->headers}, .correlation_id = amqp_cstring_bytes(cause), .timestamp = 1772442900};
    return &event->properties;
}

struct pending {
    uint64_t delivery, output;
};

struct output {
    const char *key;
    size_t bytes;
    uint64_t every, left;
};

int main(int argc, char **argv) {
    struct output outputs[8];
    int kinds = (argc - 4) / 4;
    if (argc < 4 || (argc - 4) % 4 || kinds > 8) die("raw_broker", "usage: raw_broker IN EXCHANGE COUNT [KEY BYTES EVERY MOST]");
    const char *in = argv[1], *exchange = strcmp(argv[2], "-") ? argv[2] : "";
    uint64_t count = strtoull(argv[3], NULL, 10), taken = 0, acknowledged = 0, sent = 0, total = 0;
    size_t longest = 1;
    for (int n = 0; n < kinds; n++) {
        char **own = argv + 4 + 4 * n;
        outputs[n] = (struct output){own[0], strtoul(own[1], NULL, 10), strtoull(own[2], NULL, 10), strtoull(own[3], NULL, 10)};
        if (!outputs[n].every) die("raw_broker", "EVERY is at least 1");
        if (outputs[n].bytes > longest) longest = outputs[n].bytes;
        total += outputs[n].left;
    }
    char *filler = malloc(longest);
    memset(filler, 'x', longest);
    int bare = getenv("BENCH_BARE") != NULL;
    struct event own;
    struct pending *pending = calloc(count + 1, sizeof *pending);
    amqp_connection_state_t consumer = open_connection("BENCH_AMQP_URL"), publisher = open_connection("BENCH_AMQP_URL");
    amqp_confirm_select(publisher, 1);
    check(publisher, "switching to confirms");
    struct confirms confirms = {calloc(total + 16, 1), 0, 0};
    amqp_basic_qos(consumer, 1, 0, 2000, 0);
    amqp_basic_consume(consumer, 1, amqp_cstring_bytes(in), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    check(consumer, "subscribing");
    while (acknowledged < count) {
        struct pollfd sockets[] = {{amqp_get_sockfd(consumer), POLLIN, 0}, {amqp_get_sockfd(publisher), POLLIN, 0}};
        if (!amqp_data_in_buffer(consumer) && !amqp_frames_enqueued(consumer)) poll(sockets, 2, 100);
        amqp_frame_t frame;
        struct timeval none = {0, 0};
        for (int frames = 0; frames < 1500; frames++) {
            int status = amqp_simple_wait_frame_noblock(consumer, &frame, &none);
            if (status == AMQP_STATUS_TIMEOUT) break;
            if (status != AMQP_STATUS_OK) die("consuming", amqp_error_string2(status));
            if (frame.frame_type == AMQP_FRAME_METHOD && frame.payload.method.id == AMQP_BASIC_DELIVER_METHOD) {
                amqp_basic_deliver_t *deliver = frame.payload.method.decoded;
                for (int n = 0; n < kinds; n++) {
                    struct output *output = &outputs[n];
                    if (!output->left || taken % output->every) continue;
                    char id[64];
                    snprintf(id, sizeof id, "00000000-0000-7000-8000-%012llu", (unsigned long long)sent);
                    publish(publisher, exchange, output->key, id, output->key, "waybill.twin",
                            bare ? NULL : event(&own, id, output->key),
                            (amqp_bytes_t){.len = output->bytes, .bytes = filler});
                    output->left--;
                    sent++;
                }
                pending[taken++] = (struct pending){deliver->delivery_tag, sent};
            }
            amqp_maybe_release_buffers(consumer);
        }
        hear_confirms(publisher, &confirms, 0);
        uint64_t upto = acknowledged;
        while (upto < taken && pending[upto].output <= confirms.low) upto++;
        if (upto > acknowledged) {
            amqp_basic_ack(consumer, 1, pending[upto - 1].delivery, 1);
            acknowledged = upto;
        }
    }
    printf("{\"moved\":%llu,\"published\":%llu,\"ended\":%.6f}\n", (unsigned long long)acknowledged,
           (unsigned long long)sent, now_seconds());
    amqp_connection_close(consumer, AMQP_REPLY_SUCCESS);
    amqp_connection_close(publisher, AMQP_REPLY_SUCCESS);
    return 0;
}
