/* usage: latency EXCHANGE KEY FILE SOURCE QUEUE RATE [TIMES]      (brokers by $BENCH_AMQP_URL and $BENCH_ALERTS_URL)

   Publishes the orders of a file at a fixed rate and reads the alerts that come of them. The time of each is taken from
   when its order was due to be sent, not from when it was sent: a stall of the system makes those behind it late too
   (no coordinated omission). Every order of the file must make one alert. Prints quantiles in milliseconds. Into the
   file TIMES goes when each alert came, by its order, in seconds since 1970. */
#include "amqp.h"
#include <math.h>
#include <search.h>

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

int main(int argc, char **argv) {
    if (argc < 7) die("latency", "usage: latency EXCHANGE KEY FILE SOURCE QUEUE RATE [TIMES]");
    FILE *times = argc > 7 ? fopen(argv[7], "w") : NULL;
    if (argc > 7 && !times) die(argv[7], "cannot be written");
    const char *exchange = strcmp(argv[1], "-") ? argv[1] : "", *key = argv[2], *source = argv[4], *queue = argv[5];
    double rate = atof(argv[6]);
    size_t room = 1 << 20, count = 0;
    char **lines = malloc(room * sizeof *lines), *line = NULL, id[128];
    size_t *lengths = malloc(room * sizeof *lengths), space = 0;
    FILE *file = fopen(argv[3], "r");
    if (!file) die(argv[3], "cannot be read");
    hcreate(room * 2);
    for (ssize_t length; count < room && (length = getline(&line, &space, file)) > 0; count++) {
        if (line[length - 1] == '\n') line[--length] = 0;
        lines[count] = strdup(line);
        lengths[count] = (size_t)length;
        if (!text_field(line, length, "orderId", id, sizeof id)) die(argv[3], "a line without an orderId");
        hsearch((ENTRY){strdup(id), (void *)count}, ENTER);
    }
    amqp_connection_state_t publisher = open_connection("BENCH_AMQP_URL"), reader = open_connection("BENCH_ALERTS_URL");
    amqp_confirm_select(publisher, 1);
    check(publisher, "switching to confirms");
    struct confirms confirms = {calloc(count + 16, 1), 0, 0};
    amqp_basic_qos(reader, 1, 0, 1000, 0);
    amqp_basic_consume(reader, 1, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    check(reader, "subscribing to the alerts");
    double *latency = calloc(count, sizeof *latency), started = now_seconds() + 0.1, last = now_seconds();
    size_t sent = 0, seen = 0, twice = 0;
    char *body = malloc(1 << 20);
    size_t have = 0, wanted = 0;
    uint64_t tag = 0;
    while (seen < count && now_seconds() - last < 20) {
        while (sent < count && now_seconds() >= started + sent / rate) {
            text_field(lines[sent], lengths[sent], "orderId", id, sizeof id);
            publish(publisher, exchange, key, id, "order.placed.v1", source, NULL,
                    (amqp_bytes_t){.len = lengths[sent], .bytes = lines[sent]});
            sent++;
        }
        hear_confirms(publisher, &confirms, 0);
        amqp_frame_t frame;
        struct timeval none = {0, 0};
        int status;
        while ((status = amqp_simple_wait_frame_noblock(reader, &frame, &none)) == AMQP_STATUS_OK) {
            if (frame.frame_type == AMQP_FRAME_METHOD && frame.payload.method.id == AMQP_BASIC_DELIVER_METHOD) {
                tag = ((amqp_basic_deliver_t *)frame.payload.method.decoded)->delivery_tag;
            } else if (frame.frame_type == AMQP_FRAME_HEADER) {
                wanted = frame.payload.properties.body_size;
                have = 0;
            } else if (frame.frame_type == AMQP_FRAME_BODY && wanted < 1 << 20) {
                memcpy(body + have, frame.payload.body_fragment.bytes, frame.payload.body_fragment.len);
                have += frame.payload.body_fragment.len;
                if (have == wanted) {
                    double now = last = now_seconds();
                    amqp_basic_ack(reader, 1, tag, 0);
                    ENTRY *entry;
                    if (text_field(body, have, "orderId", id, sizeof id) && (entry = hsearch((ENTRY){id, NULL}, FIND))) {
                        size_t number = (size_t)entry->data;
                        if (latency[number] != 0) {
                            twice++;
                        } else {
                            struct timespec clock;
                            clock_gettime(CLOCK_REALTIME, &clock);
                            if (times) fprintf(times, "%s %ld.%09ld\n", id, (long)clock.tv_sec, clock.tv_nsec);
                            latency[number] = (now - (started + number / rate)) * 1e3;
                            seen++;
                        }
                    }
                }
            }
            amqp_maybe_release_buffers(reader);
        }
        if (status != AMQP_STATUS_TIMEOUT) die("reading the alerts", amqp_error_string2(status));
        double due = sent < count ? started + sent / rate - now_seconds() : 0.05;
        struct pollfd sockets[] = {{amqp_get_sockfd(reader), POLLIN, 0}, {amqp_get_sockfd(publisher), POLLIN, 0}};
        struct timespec wait = {0, due > 0 ? (long)(fmin(due, 0.05) * 1e9) : 0};
        ppoll(sockets, 2, &wait, NULL);
    }
    if (times) fclose(times);
    if (seen < count) fprintf(stderr, "error: %zu of %zu alerts did not come\n", count - seen, count);
    qsort(latency, count, sizeof *latency, ascending);
#define QUANTILE(q) latency[(size_t)fmin(count - 1.0, floor((q) * count))]
    printf("{\"orders\":%zu,\"alerts\":%zu,\"twice\":%zu,\"rate\":%.0f,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,"
           "\"p999\":%.3f,\"max\":%.3f}\n",
           count, seen, twice, rate, QUANTILE(0.5), QUANTILE(0.9), QUANTILE(0.99), QUANTILE(0.999), latency[count - 1]);
    return seen == count && twice == 0 ? 0 : 1;
}
