#!/usr/bin/env bash
# What hits every message is waited for, said and not refused: a database that only reads, a grant that is missing. What a
# service cannot work on ends its start with one line; and it ends in time on SIGTERM, whatever is away while it starts.
#
# usage: surroundings.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
work="$(mktemp -d)"
# PgBouncer runs as another user than root, and wants to come to its files.
shared="$(mktemp -d)"
pids=()
finish() { for pid in "${pids[@]}"; do { kill -9 "$pid" && wait "$pid"; } 2>/dev/null || true; done; rm -rf "$work" "$shared"; }
trap finish EXIT
fail() { echo "$*"; exit 1; }
waybill() { "$WAYBILL_CLI" "$@"; }
db() { PGPASSWORD="$(cat "$WAYBILL_HOME/database/password")" psql -X -q -h 127.0.0.1 \
    -p "$(cat "$WAYBILL_HOME/database/port")" -U postgres -d waybill "$@"; }
until_true() { # SECONDS COMMAND…
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.2; done
}
orders() { # PREFIX
    local n
    for n in $(seq 1 20); do
        printf '{"type":"order.placed.v1","id":"%s-%s","data":{"orderId":"%s-%s","revision":1,"customer":{"code":"C-SUR"},"branch":"KS01","businessLine":"road","placedAt":"2026-03-02T03:00:00+08:00","currency":"CNY","lines":[{"line":1,"serviceItem":"R","quantity":"1","unit":"kg","revenue":"10.00","cost":"9.00"}]}}\n' "$1" "$n" "$1" "$n"
    done >"$work/orders"
    waybill orders publish "$work/orders" --source surroundings --json >/dev/null
}
unready() { curl -s "$WAYBILL_HTTP_FINANCE/health/ready" | grep >/dev/null "$1"; }
dead() { waybill status --json | jq '[.services[].dead] | add'; }

before="$(dead)"
db -c "revoke insert on finance.inbox from finance_app"
orders GRANT
until_true 30 unready "permission denied.*42501" || fail "a missing grant is not said: $(curl -s "$WAYBILL_HTTP_FINANCE/health/ready")"
db -c "grant insert on finance.inbox to finance_app"
waybill status --wait-drained 60 >/dev/null
db -c "alter system set default_transaction_read_only = on" -c "select pg_reload_conf()" >/dev/null
orders READ
until_true 30 unready "25006\|only reads" || fail "a database that only reads is not said: $(curl -s "$WAYBILL_HTTP_FINANCE/health/ready")"
PGOPTIONS="-c default_transaction_read_only=off" db -c "alter system reset default_transaction_read_only" -c "select pg_reload_conf()" >/dev/null
waybill status --wait-drained 60 >/dev/null
[ "$(dead)" = "$before" ] || fail "messages were refused for what is no fault of theirs: $(waybill dead group)"
for prefix in GRANT READ; do
    for n in 1 20; do
        [ "$(waybill orders show $prefix-$n --json | jq -r '.order[0].decision')" = accepted ] || fail "$prefix-$n is not decided"
    done
done
echo "a missing grant and a database that only reads were waited for; none of 40 orders was refused"

# The same answers whatever the role's settings are: days and times of an order, an invoice, disputes, and what waits.
{
    printf '{"type":"invoice.issued.v1","id":"SUR-I","data":{"invoiceId":"SUR-I","customer":{"code":"C-SUR"},"orderIds":[],"issuedAt":"2026-03-02T03:00:00+08:00","dueAt":"2026-03-31T03:00:00+08:00","amount":"10.00","currency":"CNY"}}\n'
    for invoice in SUR-I SUR-NONE; do
        printf '{"type":"invoice.disputed.v1","id":"D-%s","data":{"disputeId":"D-%s","invoiceId":"%s","openedAt":"2026-03-02T03:00:00+08:00","amount":"1.00","currency":"CNY","reason":"price"}}\n' $invoice $invoice $invoice
    done
} >"$work/books"
waybill orders publish "$work/books" --source surroundings --json >/dev/null
waybill status --wait-drained 60 >/dev/null
show() {
    {
        waybill orders show GRANT-1 --json
        for list in invoices statement disputes; do waybill finance "$list" --customer C-SUR --json; done
        waybill finance ageing --as-of 2026-06-30 --customer C-SUR --json
        waybill finance waiting --json
    } | jq -S .
}
show >"$work/one"
grep >/dev/null D-SUR-NONE "$work/one" && grep >/dev/null '"2026-03-02"' "$work/one" || fail "what is compared is not there: $(cat "$work/one")"
db -c "alter role finance_app set timezone = 'America/New_York'" -c "alter role finance_app set datestyle = 'German'"
"$root/deploy/local/service.sh" restart finance >/dev/null
until_true 60 curl -sf "$WAYBILL_HTTP_FINANCE/health/ready" || fail "finance does not start in New York"
show >"$work/other"
db -c "alter role finance_app reset timezone" -c "alter role finance_app reset datestyle"
cmp -s "$work/one" "$work/other" || fail "an answer follows the role's settings: $(diff "$work/one" "$work/other")"
echo "zone and date style of the role change no answer"

# The organisation's zone: what the command prints, and whom it finds to go by another.
WAYBILL_ZONE=America/New_York waybill orders show GRANT-1 >"$work/shown" || fail "an order is not shown in New York"
head -1 "$work/shown" | grep >/dev/null '(times of America/New_York)$' || fail "the heading names no zone: $(head -1 "$work/shown")"
grep >/dev/null '2026-03-01 14:00:00' "$work/shown" || fail "times are not those of New York: $(cat "$work/shown")"
waybill orders show GRANT-1 | grep >/dev/null '2026-03-02 03:00:00' || fail "times are not those of Shanghai"
code=0
WAYBILL_ZONE=America/New_York waybill status >/dev/null 2>"$work/err" || code=$?
[ "$code" = 1 ] && grep >/dev/null 'notifier by Asia/Shanghai, this command by America/New_York' "$work/err" ||
    fail "status does not say who goes by another zone ($code): $(cat "$work/err")"
code=0
WAYBILL_ZONE=Asia/Shangai waybill status >/dev/null 2>"$work/err" || code=$?
[ "$code" = 64 ] && grep >/dev/null "WAYBILL_ZONE is 'Asia/Shangai'" "$work/err" || fail "a zone that is none ($code): $(cat "$work/err")"
echo "the command tells times by its zone, and says who goes by another"

# What it cannot work on.
"$root/deploy/local/service.sh" stop supplier >/dev/null
binary="$(cat "$WAYBILL_HOME/run/binaries")/waybill-supplier"
url="$(cat "$WAYBILL_HOME/secrets/postgres-supplier.url")"
free_port() { python3 "$root/deploy/local/free_port.py"; }
broker=(WAYBILL_AMQP_URL_FILE="$WAYBILL_HOME/secrets/amqp-supplier.url")
start() { # VARIABLE=VALUE…: the supplier service, in the background, its words in $work/err
    : >"$work/err"
    env -i PATH="$PATH" HOME="$HOME" WAYBILL_LOG_LEVEL=error "${broker[@]}" \
        WAYBILL_AMQP_MANAGEMENT_URL="$(cat "$WAYBILL_HOME/run/management")" WAYBILL_PARTNERS=any WAYBILL_HTTP_PORT="$(free_port)" \
        "$@" "$binary" >/dev/null 2>"$work/err" </dev/null &
    pid=$!
    pids+=("$pid")
}
refused() { # WHAT PATTERN VARIABLE=VALUE…
    local what="$1" pattern="$2" code=0
    shift 2
    start "$@"
    until_true 30 bash -c "! kill -0 $pid" || fail "$what: the service runs"
    wait "$pid" || code=$?
    [ "$code" = 78 ] || fail "$what: exit code $code: $(cat "$work/err")"
    [ "$(grep -c '^error: ' "$work/err")" = 1 ] && grep -q "^error: .*$pattern" "$work/err" || fail "$what: $(cat "$work/err")"
    echo "refused: $what"
}
db -c "alter role supplier_app set synchronous_commit = off"
refused "commits that are not on disk" "synchronous_commit" WAYBILL_POSTGRES_URL="$url"
db -c "alter role supplier_app reset synchronous_commit"
db -c "revoke supplier_reader from supplier_app"
refused "a role for questions that is not to be had" "may not become 'supplier_reader'.*deploy/postgres/roles.sql" WAYBILL_POSTGRES_URL="$url"
db -c "grant supplier_reader to supplier_app"
db -c "alter role supplier_reader rename to supplier_elsewhere"
code=0
env -i PATH="$PATH" HOME="$HOME" WAYBILL_POSTGRES_MIGRATE_URL_FILE="$WAYBILL_HOME/secrets/migrate-supplier.url" "$binary" migrate \
    >/dev/null 2>"$work/err" || code=$?
db -c "alter role supplier_elsewhere rename to supplier_reader"
[ "$code" = 78 ] && grep -q "'supplier_reader' is missing: run deploy/postgres/roles.sql" "$work/err" ||
    fail "a schema is migrated without its role for questions ($code): $(cat "$work/err")"
echo "refused: a schema without its role for questions"
refused "a zone that is none" "WAYBILL_ZONE is 'Asia/Shangai'" WAYBILL_POSTGRES_URL="$url" WAYBILL_ZONE=Asia/Shangai
refused "days booked in another zone" "'supplier' are those of Asia/Shanghai" WAYBILL_POSTGRES_URL="$url" \
    WAYBILL_ZONE=America/New_York
# A schema in which nobody has booked takes the zone of whoever starts first, and a day ends by its clocks.
forget() { db -c "delete from supplier.organisation_zone" -c "delete from supplier.schedule where task = 'bias.evaluate'"; }
forget
SERVICE_ENVIRONMENT="WAYBILL_ZONE=America/New_York" "$root/deploy/local/service.sh" start supplier >/dev/null
until_true 60 curl -sf "$WAYBILL_HTTP_SUPPLIER/health/ready" || fail "supplier does not start in New York"
ended="$(db -Atc "select (due_at + interval '1 microsecond') at time zone 'America/New_York' from supplier.schedule where task = 'bias.evaluate'")"
[ "${ended#* }" = 00:00:00 ] || fail "a day of New York does not end at midnight there: '$ended'"
curl -s "$WAYBILL_HTTP_SUPPLIER/metrics" >"$work/metrics"
grep >/dev/null '^waybill_zone{zone="America/New_York"} 1$' "$work/metrics" || fail "supplier does not say its zone"
"$root/deploy/local/service.sh" stop supplier >/dev/null
forget
echo "in New York a day ends at midnight of New York"
password="${url#*supplier_app:}"
pooler="$(free_port)"
python3 "$root/Tests/EndToEnd/pooler.py" "$pooler" "$(cat "$WAYBILL_HOME/database/port")" supplier_app "${password%%@*}" waybill >"$work/pooler" &
pids+=("$!")
until_true 20 grep -q listening "$work/pooler" || fail "the pooler does not start"
refused "a pooler that mixes sessions" "pool_mode" WAYBILL_POSTGRES_URL="postgres://supplier_app:${password%%@*}@127.0.0.1:$pooler/waybill"

# Databases that put texts in another order, or write them otherwise. None of them has a schema: they are not looked at so far.
refused_database() { # WHAT PATTERN OPTIONS OF create database
    db -c "create database waybill_other template template0 $3"
    refused "$1" "$2" WAYBILL_POSTGRES_URL="postgres://supplier_app:${password%%@*}@127.0.0.1:$(cat "$WAYBILL_HOME/database/port")/waybill_other"
    db -c "drop database waybill_other with (force)"
}
refused_database "a database in LATIN1" "encoded in LATIN1, not in UTF8" "encoding 'LATIN1' locale 'C'"
refused_database "a database in no encoding" "encoded in SQL_ASCII, not in UTF8" "encoding 'SQL_ASCII' locale 'C'"
refused_database "a database in the order of another locale" "order of the locale 'de-DE'.*locale 'C'" \
    "encoding 'UTF8' locale 'C' locale_provider icu icu_locale 'de-DE'"

# PgBouncer itself, as Debian has it: sessions that are mixed end the start with one line, whole sessions do everything.
bouncer_as=()
[ "$(id -u)" != 0 ] || { bouncer_as=(setpriv --reuid=postgres --regid=postgres --clear-groups); chown postgres "$shared"; }
bouncer="$(PATH="$PATH:/usr/sbin" command -v pgbouncer)" || fail "PgBouncer is missing: deploy/local/setup.sh"
bounce() { # MODE [LINE…]: PgBouncer on $pooler in this mode
    pooler="$(free_port)"
    printf '"supplier_app" "%s"\n' "${password%%@*}" >"$shared/users"
    printf '%s\n' '[databases]' "waybill = host=127.0.0.1 port=$(cat "$WAYBILL_HOME/database/port") dbname=waybill" '[pgbouncer]' \
        'listen_addr = 127.0.0.1' "listen_port = $pooler" 'auth_type = scram-sha-256' "auth_file = $shared/users" 'unix_socket_dir =' \
        "logfile = $shared/log-$pooler" "pidfile = $shared/pid-$pooler" "pool_mode = $1" "${@:2}" >"$shared/ini"
    [ "$(id -u)" != 0 ] || chown postgres "$shared/users" "$shared/ini"
    "${bouncer_as[@]}" "$bouncer" -q "$shared/ini" </dev/null >/dev/null 2>&1 &
    bouncer_pid=$!
    pids+=("$bouncer_pid")
    until_true 20 bash -c "exec 3<>/dev/tcp/127.0.0.1/$pooler" || fail "PgBouncer does not start: $(tail -n 3 "$shared/log-$pooler")"
    through="postgres://supplier_app:${password%%@*}@127.0.0.1:$pooler/waybill"
}
for mode in transaction statement; do
    bounce "$mode"
    refused "PgBouncer in mode $mode" "PgBouncer: pool_mode = session" WAYBILL_POSTGRES_URL="$through"
    kill "$bouncer_pid"
done
bounce session "server_reset_query ="
refused "PgBouncer that clears no session" "PgBouncer: server_reset_query = DISCARD ALL" WAYBILL_POSTGRES_URL="$through"
kill "$bouncer_pid"
bounce session
# Where the command looks for it.
port="$(cat "$WAYBILL_HOME/run/supplier.port")"
start WAYBILL_POSTGRES_URL="$through" WAYBILL_HTTP_PORT="$port" WAYBILL_PROFILE=demo
until_true 60 curl -sf "http://127.0.0.1:$port/health/ready" || fail "behind PgBouncer it is not ready: $(cat "$work/err")"
orders BOUNCED
waybill status --wait-drained 60 >/dev/null
curl -s "http://127.0.0.1:$port/metrics" | grep >/dev/null '^waybill_messages_handled_total [1-9]' || fail "nothing was handled behind PgBouncer"
waybill query supplier schedule.list --json >/dev/null || fail "no question is answered behind PgBouncer"
[ "$(dead)" = "$before" ] || fail "messages were refused behind PgBouncer: $(waybill dead group)"
kill "$pid"
code=0
until_true 15 bash -c "! kill -0 $pid" || fail "behind PgBouncer it runs on after SIGTERM"
wait "$pid" || code=$?
[ "$code" = 0 ] || fail "behind PgBouncer it ended with $code: $(tail -n 3 "$work/err")"
kill "$bouncer_pid"
echo "behind PgBouncer: messages handled and questions answered by whole sessions"

# Asked to end while it starts.
ends() { # WHAT VARIABLE=VALUE…
    local what="$1" code=0
    shift
    start "$@"
    until_true 20 grep -q "cannot be reached\|cannot be read" "$work/err" || true
    kill "$pid" || fail "$what: it has ended before: $(cat "$work/err")"
    until_true 15 bash -c "! kill -0 $pid" || fail "$what: it runs on after SIGTERM"
    wait "$pid" || code=$?
    [ "$code" = 0 ] || fail "$what: it ended with $code: $(tail -n 3 "$work/err")"
    echo "ended in time: $what"
}
nowhere="$(free_port)"
ends "the database is away" WAYBILL_LOG_LEVEL=info WAYBILL_POSTGRES_URL="postgres://supplier_app:none@127.0.0.1:$nowhere/waybill"
reachable=("${broker[@]}")
broker=(WAYBILL_AMQP_URL="amqp://supplier-service:none@127.0.0.1:$nowhere")
ends "the broker is away" WAYBILL_LOG_LEVEL=info WAYBILL_POSTGRES_URL="$url"
broker=("${reachable[@]}")
# One that takes connections and says nothing.
python3 -c 'import socket, time; s = socket.create_server(("127.0.0.1", '"$nowhere"')); time.sleep(600)' &
pids+=("$!")
ends "the database does not answer" WAYBILL_LOG_LEVEL=info WAYBILL_POSTGRES_URL="postgres://supplier_app:none@127.0.0.1:$nowhere/waybill"
"$root/deploy/local/service.sh" start supplier >/dev/null
until_true 60 curl -sf "$WAYBILL_HTTP_SUPPLIER/health/ready" || fail "supplier does not come back"
