/* usage: publish EXCHANGE KEY FILE SOURCE [WINDOW [TYPE FIELD]]        (broker by $BENCH_AMQP_URL)

   Publishes the messages of a file, one JSON body a line, with confirms, at most WINDOW (1000) unconfirmed: orders, unless
   TYPE says otherwise; FIELD is the text that makes the message's id (orderId). Says when the first was sent and the last confirmed, in seconds of the monotonic clock. EXCHANGE "-" is the default one, whose keys
   are names of queues. */
#include "amqp.h"

int main(int argc, char **argv) {
    if (argc < 5) die("publish", "usage: publish EXCHANGE KEY FILE SOURCE [WINDOW]");
    const char *exchange = strcmp(argv[1], "-") ? argv[1] : "", *key = argv[2], *source = argv[4];
    const char *type = argc > 7 ? argv[6] : "order.placed.v1", *field = argc > 7 ? argv[7] : "orderId";
    uint64_t window = argc > 5 ? strtoull(argv[5], NULL, 10) : 1000, sent = 0;
    FILE *file = fopen(argv[3], "r");
    if (!file) die(argv[3], "cannot be read");
    amqp_connection_state_t connection = open_connection("BENCH_AMQP_URL");
    amqp_confirm_select(connection, 1);
    check(connection, "switching to confirms");
    struct confirms confirms = {calloc(1 << 24, 1), 0, 0};
    char *line = NULL, id[128];
    size_t room = 0;
    double started = now_seconds();
    for (ssize_t length; (length = getline(&line, &room, file)) > 0;) {
        if (line[length - 1] == '\n') length--;
        if (!text_field(line, length, field, id, sizeof id)) die(argv[3], "a line without the field that names it");
        while (sent - confirms.count >= window) hear_confirms(connection, &confirms, 0.05);
        publish(connection, exchange, key, id, type, source, NULL,
                (amqp_bytes_t){.len = (size_t)length, .bytes = line});
        if (++sent % 64 == 0) hear_confirms(connection, &confirms, 0);
    }
    while (confirms.count < sent) hear_confirms(connection, &confirms, 1);
    printf("{\"sent\":%llu,\"started\":%.6f,\"ended\":%.6f}\n", (unsigned long long)sent, started, now_seconds());
    amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    return 0;
}
