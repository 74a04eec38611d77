/* usage: raw_database FILE [single]       (database by $BENCH_DATABASE_URL, schema by $BENCH_SCHEMA)

   The database's part of a service without any of the rest: sends the statements that twins/rows.py has written, batch by
   batch, each batch one transaction in one round trip (libpq's pipeline), everything read and made ready before the clock
   starts. With "single" each statement waits for its answer, as a program without the pipeline does. A transaction of no
   orders is the relay's, which lets go of what the one before it recorded. */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_STATEMENTS = 32, MOST_ARGUMENTS = 40 };

struct call {
    int statement, count;
    const char *values[MOST_ARGUMENTS];
    struct call *next;
};

static double now_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void die(const char *what, const char *why) {
    fprintf(stderr, "error: %s: %s\n", what, why);
    exit(1);
}

static char *text_of(FILE *file, size_t length) {
    char *text = malloc(length + 1);
    if (!text || fread(text, 1, length, file) != length || fgetc(file) != '\n') die("the file", "ends too early");
    text[length] = 0;
    return text;
}

static PGconn *connection;

/* Reads the answers of what was sent, up to the end of the pipeline. */
static void answers(int sent) {
    for (int n = 0; n < sent; n++) {
        PGresult *result = PQgetResult(connection);
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) die("a statement", PQerrorMessage(connection));
        PQclear(result);
        if (PQgetResult(connection)) die("a statement", "has more answers than one");
    }
    PGresult *result = PQgetResult(connection);
    if (PQresultStatus(result) != PGRES_PIPELINE_SYNC) die("the pipeline", PQerrorMessage(connection));
    PQclear(result);
}

static void end_of_pipeline(void) {
    if (!PQpipelineSync(connection)) die("sending", PQerrorMessage(connection));
}

int main(int argc, char **argv) {
    if (argc < 2) die("raw_database", "usage: raw_database FILE [single]");
    int single = argc > 2 && !strcmp(argv[2], "single");
    const char *url = getenv("BENCH_DATABASE_URL"), *schema = getenv("BENCH_SCHEMA");
    FILE *file = fopen(argv[1], "r");
    if (!url || !schema || !file) die("raw_database", "needs $BENCH_DATABASE_URL, $BENCH_SCHEMA and a readable file");
    connection = PQconnectdb(url);
    if (PQstatus(connection) != CONNECTION_OK) die("connecting", PQerrorMessage(connection));
    char line[128];
    snprintf(line, sizeof line, "set search_path = %s", schema);
    PQclear(PQexec(connection, line));
    // Plans by key, as the services have them: the tables may be empty when a plan is made.
    PQclear(PQexec(connection,
                   "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_hashjoin = off; "
                   "set enable_mergejoin = off; set enable_memoize = off"));

    int statements = 0;
    long batches = 0, orders = 0;
    struct call *first = NULL, **last = &first, *boundary = NULL;
    while (fgets(line, sizeof line, file)) {
        size_t length;
        int statement, count;
        long size;
        if (sscanf(line, "statement %zu", &length) == 1) {
            char name[16], *sql = text_of(file, length);
            snprintf(name, sizeof name, "s%d", statements);
            if (statements == MOST_STATEMENTS) die("the file", "has too many statements");
            PGresult *result = PQprepare(connection, name, sql, 0, NULL);
            if (PQresultStatus(result) != PGRES_COMMAND_OK) die(sql, PQerrorMessage(connection));
            PQclear(result);
            statements++;
        } else if (sscanf(line, "call %d %d", &statement, &count) == 2) {
            if (statement >= statements || count > MOST_ARGUMENTS) die("the file", "has a call that cannot be");
            struct call *call = calloc(1, sizeof *call);
            *call = (struct call){.statement = statement, .count = count};
            for (int n = 0; n < count; n++) {
                if (!fgets(line, sizeof line, file)) die("the file", "ends too early");
                size = atol(line);
                call->values[n] = size < 0 ? NULL : text_of(file, (size_t)size);
            }
            *last = call;
            last = &call->next;
        } else if (sscanf(line, "commit %ld", &size) == 1) {
            boundary = calloc(1, sizeof *boundary);
            boundary->statement = -1;
            *last = boundary;
            last = &boundary->next;
            batches += size > 0;
            orders += size;
        } else {
            die("the file", "has a line that is none of statement, call, commit");
        }
    }
    if (!PQenterPipelineMode(connection)) die("the pipeline", PQerrorMessage(connection));
    double started = now_seconds();
    struct call *call = first;
    while (call) {
        int sent = 0;
        if (!PQsendQueryParams(connection, "begin", 0, NULL, NULL, NULL, NULL, 0)) die("begin", PQerrorMessage(connection));
        if (single) end_of_pipeline(), answers(1);
        else sent++;
        for (; call->statement >= 0; call = call->next) {
            char name[16];
            snprintf(name, sizeof name, "s%d", call->statement);
            if (!PQsendQueryPrepared(connection, name, call->count, call->values, NULL, NULL, 0))
                die("sending", PQerrorMessage(connection));
            if (single) end_of_pipeline(), answers(1);
            else sent++;
        }
        if (!PQsendQueryParams(connection, "commit", 0, NULL, NULL, NULL, NULL, 0)) die("commit", PQerrorMessage(connection));
        end_of_pipeline();
        answers(sent + 1);
        call = call->next;
    }
    double seconds = now_seconds() - started;
    printf("{\"orders\":%ld,\"batches\":%ld,\"seconds\":%.6f}\n", orders, batches, seconds);
    PQfinish(connection);
    return 0;
}
