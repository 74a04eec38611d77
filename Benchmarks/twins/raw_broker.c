/* usage: raw_broker IN OUT COUNT DECISION_BYTES ALERT_BYTES       (broker by $BENCH_AMQP_URL)

   The work of one service without any of it: takes COUNT messages from the queue IN, publishes to the queue OUT one
   message of the size of a decision for each and one of the size of an alert for every fifth, with confirms, and
   acknowledges a message when what it led to is confirmed. What the broker itself can pass, on this machine. */
#include "amqp.h"

struct pending {
    uint64_t delivery, output;
};

int main(int argc, char **argv) {
    if (argc < 6) die("raw_broker", "usage: raw_broker IN OUT COUNT DECISION_BYTES ALERT_BYTES");
    const char *in = argv[1], *out = argv[2];
    uint64_t count = strtoull(argv[3], NULL, 10), taken = 0, acknowledged = 0, sent = 0;
    size_t decision = strtoul(argv[4], NULL, 10), alert = strtoul(argv[5], NULL, 10);
    char *filler = malloc(decision + alert);
    memset(filler, 'x', decision + alert);
    struct pending *pending = calloc(count + 1, sizeof *pending);
    amqp_connection_state_t consumer = open_connection("BENCH_AMQP_URL"), publisher = open_connection("BENCH_AMQP_URL");
    amqp_confirm_select(publisher, 1);
    check(publisher, "switching to confirms");
    struct confirms confirms = {calloc(count * 2 + 16, 1), 0, 0};
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
                char id[64];
                snprintf(id, sizeof id, "00000000-0000-7000-8000-%012llu", (unsigned long long)sent);
                publish(publisher, "", out, id, "finance.order-decided.v1", "waybill.finance",
                        (amqp_bytes_t){.len = decision, .bytes = filler});
                sent++;
                if (taken % 5 == 0) {
                    publish(publisher, "", out, id, "finance.margin-alert-raised.v1", "waybill.finance",
                            (amqp_bytes_t){.len = alert, .bytes = filler});
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
    printf("{\"moved\":%llu,\"ended\":%.6f}\n", (unsigned long long)acknowledged, now_seconds());
    amqp_connection_close(consumer, AMQP_REPLY_SUCCESS);
    amqp_connection_close(publisher, AMQP_REPLY_SUCCESS);
    return 0;
}
