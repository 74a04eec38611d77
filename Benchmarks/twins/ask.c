/* usage: ask EXCHANGE KEY REPLIES FILE RATE      (broker by $BENCH_AMQP_URL)

   Puts the questions of a file, one JSON body a line, at a fixed rate and reads the answers from a queue of its own that
   is bound to the exchange REPLIES. The time of each is taken from when its question was due to be sent (no coordinated
   omission). Every question must be answered, and none refused. Prints quantiles in milliseconds. */
#include "amqp.h"
#include <math.h>

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

int main(int argc, char **argv) {
    if (argc < 6) die("ask", "usage: ask EXCHANGE KEY REPLIES FILE RATE");
    const char *exchange = argv[1], *key = argv[2], *replies = argv[3];
    double rate = atof(argv[5]);
    size_t room = 1 << 20, count = 0, space = 0;
    char **lines = malloc(room * sizeof *lines), *line = NULL;
    FILE *file = fopen(argv[4], "r");
    if (!file) die(argv[4], "cannot be read");
    for (ssize_t length; count < room && (length = getline(&line, &space, file)) > 0; count++) {
        if (line[length - 1] == '\n') line[length - 1] = 0;
        lines[count] = strdup(line);
    }
    amqp_connection_state_t asker = open_connection("BENCH_AMQP_URL"), reader = open_connection("BENCH_AMQP_URL");
    char queue[64];
    snprintf(queue, sizeof queue, "reply.bench-%ld", (long)(now_seconds() * 1e6));
    amqp_queue_declare(reader, 1, amqp_cstring_bytes(queue), 0, 0, 1, 1, amqp_empty_table);
    check(reader, "declaring the queue of answers");
    amqp_queue_bind(reader, 1, amqp_cstring_bytes(queue), amqp_cstring_bytes(replies), amqp_cstring_bytes(queue),
                    amqp_empty_table);
    check(reader, "binding the queue of answers");
    amqp_basic_consume(reader, 1, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 1, 1, amqp_empty_table);
    check(reader, "subscribing to the answers");
    double *latency = calloc(count + 1, sizeof *latency), started = now_seconds() + 0.1, last = now_seconds();
    size_t sent = 0, seen = 0, refused = 0, number = 0, have = 0, wanted = 0;
    char *body = malloc(1 << 20);
    while (seen < count && now_seconds() - last < 10) {
        while (sent < count && now_seconds() >= started + sent / rate) {
            char correlation[32];
            snprintf(correlation, sizeof correlation, "%zu", sent);
            amqp_basic_properties_t properties;
            memset(&properties, 0, sizeof properties);
            properties._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_TYPE_FLAG |
                                AMQP_BASIC_CORRELATION_ID_FLAG | AMQP_BASIC_REPLY_TO_FLAG | AMQP_BASIC_EXPIRATION_FLAG;
            properties.content_type = amqp_cstring_bytes("application/json");
            properties.delivery_mode = 1;
            properties.type = amqp_cstring_bytes(key);
            properties.correlation_id = amqp_cstring_bytes(correlation);
            properties.reply_to = amqp_cstring_bytes(queue);
            properties.expiration = amqp_cstring_bytes("5000");
            int status = amqp_basic_publish(asker, 1, amqp_cstring_bytes(exchange), amqp_cstring_bytes(key), 0, 0,
                                            &properties, amqp_cstring_bytes(lines[sent]));
            if (status != AMQP_STATUS_OK) die("asking", amqp_error_string2(status));
            sent++;
        }
        amqp_frame_t frame;
        struct timeval none = {0, 0};
        int status;
        while ((status = amqp_simple_wait_frame_noblock(reader, &frame, &none)) == AMQP_STATUS_OK) {
            if (frame.frame_type == AMQP_FRAME_HEADER) {
                amqp_basic_properties_t *properties = frame.payload.properties.decoded;
                char text[32] = "";
                size_t width = properties->correlation_id.len < 31 ? properties->correlation_id.len : 31;
                memcpy(text, properties->correlation_id.bytes, width);
                number = strtoul(text, NULL, 10);
                wanted = frame.payload.properties.body_size;
                have = 0;
            } else if (frame.frame_type == AMQP_FRAME_BODY && wanted < 1 << 20) {
                memcpy(body + have, frame.payload.body_fragment.bytes, frame.payload.body_fragment.len);
                have += frame.payload.body_fragment.len;
                if (have == wanted) {
                    last = now_seconds();
                    if (number >= count || latency[number] != 0) die("reading", "an answer to nothing, or a second one");
                    latency[number] = (last - (started + number / rate)) * 1e3;
                    char answer[32];
                    if (!text_field(body, have, "status", answer, sizeof answer) || strcmp(answer, "answered")) {
                        if (refused++ == 0) fprintf(stderr, "%.*s\n", (int)have, body);
                    }
                    seen++;
                }
            }
            amqp_maybe_release_buffers(reader);
        }
        if (status != AMQP_STATUS_TIMEOUT) die("reading the answers", amqp_error_string2(status));
        double due = sent < count ? started + sent / rate - now_seconds() : 0.05;
        struct pollfd socket = {amqp_get_sockfd(reader), POLLIN, 0};
        struct timespec wait = {0, due > 0 ? (long)(fmin(due, 0.05) * 1e9) : 0};
        ppoll(&socket, 1, &wait, NULL);
    }
    if (seen < count) fprintf(stderr, "error: %zu of %zu questions were not answered\n", count - seen, count);
    qsort(latency, count, sizeof *latency, ascending);
#define QUANTILE(q) latency[(size_t)fmin(count - 1.0, floor((q) * count))]
    printf("{\"questions\":%zu,\"answers\":%zu,\"refused\":%zu,\"rate\":%.0f,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,"
           "\"p999\":%.3f,\"max\":%.3f}\n",
           count, seen, refused, rate, QUANTILE(0.5), QUANTILE(0.9), QUANTILE(0.99), QUANTILE(0.999), latency[count - 1]);
    return seen == count && refused == 0 ? 0 : 1;
}
