#!/usr/bin/env bash
# A service refuses to start on a set-up that is not safe, in one line that says what is wrong; and each user may do what
# its role needs and nothing else.
#
# usage: refusals.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }
manage() { # METHOD PATH [BODY]
    local address="${WAYBILL_HTTP_MANAGEMENT_URL#http://}"
    printf 'user = "%s"\n' "${address%@*}" |
        curl -sf -K - -X "$1" -H 'content-type: application/json' ${3:+-d "$3"} "http://${address#*@}/api/$2"
}
"$root/deploy/local/service.sh" stop supplier
binary="$(cat "$WAYBILL_HOME/run/binaries")/waybill-supplier"
refused() { # WHAT PATTERN [VARIABLE=VALUE…]
    local what="$1" pattern="$2" code=0
    shift 2
    env -i PATH="$PATH" HOME="$HOME" WAYBILL_LOG_LEVEL=error WAYBILL_AMQP_URL_FILE="$WAYBILL_HOME/secrets/amqp-supplier.url" \
        WAYBILL_POSTGRES_URL_FILE="$WAYBILL_HOME/secrets/postgres-supplier.url" \
        WAYBILL_AMQP_MANAGEMENT_URL="$(cat "$WAYBILL_HOME/run/management")" WAYBILL_PARTNERS=any "$@" \
        timeout 30 "$binary" >"$work/out" 2>"$work/err" </dev/null || code=$?
    grep '^error: ' "$work/err" >"$work/line" || fail "$what: no line says what is wrong (code $code): $(cat "$work/err")"
    [ "$code" = 78 ] || fail "$what: exit code $code, not 78"
    [ "$(wc -l <"$work/line")" = 1 ] || fail "$what: more than one line: $(cat "$work/line")"
    grep -q "$pattern" "$work/line" || fail "$what: '$pattern' is not in: $(cat "$work/line")"
    echo "refused: $what"
}

# The queue: gone, of the wrong type, without its limit, without its binding.
saved="$(manage GET queues/%2F/supplier.inbound | jq -c '{durable, auto_delete, arguments}')"
bindings="$(manage GET queues/%2F/supplier.inbound/bindings | jq -c '[.[] | select(.source != "")]')"
bind_all() {
    jq -c '.[]' <<<"$bindings" | while read -r binding; do
        manage POST "bindings/%2F/e/$(jq -r .source <<<"$binding")/q/supplier.inbound" \
            "$(jq -c '{routing_key, arguments: {}}' <<<"$binding")" >/dev/null
    done
}
again() { # ARGUMENTS: the queue anew
    manage DELETE queues/%2F/supplier.inbound >/dev/null
    manage PUT queues/%2F/supplier.inbound "{\"durable\":true,\"arguments\":$1}"
    bind_all
}
arguments="$(jq -c .arguments <<<"$saved")"
manage DELETE queues/%2F/supplier.inbound >/dev/null
refused "a missing queue" "queue 'supplier.inbound' is missing"
manage PUT queues/%2F/supplier.inbound '{"durable":true,"arguments":{"x-queue-type":"classic"}}'
bind_all
refused "a queue of the wrong type" "is of type classic, not quorum"
again "$(jq -c 'del(."x-delivery-limit")' <<<"$arguments")"
refused "a queue without its delivery limit" "has no x-delivery-limit"
again "$(jq -c 'del(."x-dead-letter-strategy")' <<<"$arguments")"
refused "a queue that may lose dead letters" "has no x-dead-letter-strategy"
again "$arguments"
manage DELETE "bindings/%2F/e/waybill.inbound/q/supplier.inbound/order.placed.v1"
refused "a missing binding" "is not bound to 'waybill.inbound' by 'order.placed.v1'"
"$WAYBILL_CLI" topology apply 2>/dev/null

# Users and settings.
sed "s/supplier-service:[^@]*@/supplier-service:wrong@/" "$WAYBILL_HOME/secrets/amqp-supplier.url" >"$work/wrong.url"
refused "a wrong password" "broker" WAYBILL_AMQP_URL_FILE="$work/wrong.url"
refused "another service's broker user" "broker" WAYBILL_AMQP_URL_FILE="$WAYBILL_HOME/secrets/amqp-sales.url"
refused "another service's database role" "database\|schema" WAYBILL_POSTGRES_URL_FILE="$WAYBILL_HOME/secrets/postgres-sales.url"
refused "a misspelt setting" "WAYBILL_AMPQ_URL" WAYBILL_AMPQ_URL=x
refused "nobody said who may publish" "WAYBILL_PARTNERS is not set" WAYBILL_PARTNERS=
echo '{"partners":[{"name":"a","users":["u"],"sources":["s*"]},{"name":"b","users":["v"],"sources":["shop"]}]}' >"$work/partners.json"
refused "two partners with one source" "is of partner 'a' already" WAYBILL_PARTNERS="$work/partners.json"
refused "a setting out of bounds" "WAYBILL_BATCH" WAYBILL_BATCH=0
supplier="$binary" binary="${binary%-supplier}-finance"
refused "made-up data, but for a demo" "WAYBILL_FINANCE_POLICY is not set"
for key in finance.policy finance.rates finance.authority organisation; do "$binary" defaults "$key" >"$work/$key.json"; done
files=(WAYBILL_FINANCE_POLICY="$work/finance.policy.json" WAYBILL_FINANCE_AUTHORITY="$work/finance.authority.json"
    WAYBILL_ORGANISATION="$work/organisation.json" WAYBILL_FINANCE_RATES="$work/finance.rates.json")
refused "one file of four not given" "WAYBILL_FINANCE_RATES is not set" "${files[@]:0:3}"
env -i "${files[@]}" "$binary" --print-config >"$work/config" || fail "the files that 'defaults' wrote are not taken"
! grep -q 'made up' "$work/config" || fail "made-up data in the production profile"
[ "$(env -i WAYBILL_PROFILE=demo "$binary" --print-config | grep -c 'made up')" = 4 ] || fail "what is made up is not told"
binary="$supplier"

# The schema: behind, and ahead.
port="$(cat "$WAYBILL_HOME/database/port")"
export PGPASSWORD
PGPASSWORD="$(cat "$WAYBILL_HOME/database/password")"
sql() { psql -X -q -At -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres -d waybill "$@"; }
history="$(sql -c "select table_name from information_schema.tables where table_schema = 'supplier' and table_name like '%migration%' limit 1")"
sql -c "create table supplier.kept as select * from supplier.$history" -c "delete from supplier.$history where component = 'supplier'"
refused "a schema behind its build" "does not fit this build"
sql -c "insert into supplier.$history select * from supplier.kept where component = 'supplier'" \
    -c "insert into supplier.$history select (jsonb_populate_record(null::supplier.$history, to_jsonb(k) || '{\"number\": 99}')).* from supplier.kept k where component = 'supplier' limit 1"
refused "a schema ahead of its build" "does not fit this build"
sql -c "delete from supplier.$history where number = 99" -c "drop table supplier.kept"

# PostgreSQL: no service reads another's tables, owns anything or makes anything.
for service in customer sales servicedesk finance supplier notifier; do
    PGPASSWORD="$(cat "$WAYBILL_HOME/secrets/postgres-$service-app")"
    as_app() { psql -X -q -At -h 127.0.0.1 -p "$port" -U "${service}_app" -d waybill -v VERBOSITY=sqlstate "$@" 2>&1 || true; }
    for other in customer sales servicedesk finance supplier notifier; do
        answer="$(as_app -c "select count(*) from $other.inbox")"
        if [ "$service" = "$other" ]; then
            [[ "$answer" =~ ^[0-9]+$ ]] || fail "$service may not read its own inbox: $answer"
        else
            grep -q 42501 <<<"$answer" || fail "$service may read the inbox of $other: $answer"
        fi
    done
    grep -q 42501 <<<"$(as_app -c "create table $service.mine (a int)")" || fail "${service}_app may make tables"
    grep -q 42501 <<<"$(as_app -c "drop table $service.inbox")" || fail "${service}_app may drop its inbox"
    grep -q 42501 <<<"$(as_app -c "create table public.mine (a int)")" || fail "${service}_app may make tables in public"
done
echo "30 looks into other schemas refused, each role reads its own"

# RabbitMQ: every user against what is not its own.
python=python3
"$python" -c 'import pika' 2>/dev/null || python=/usr/bin/python3
"$python" - "$WAYBILL_HOME" "$WAYBILL_AMQP_PARTNER_URL" "$WAYBILL_AMQP_FINANCE_URL" <<'PY'
import sys
import pika
import pika.exceptions

home, partner, reader = sys.argv[1:]
services = ["customer", "sales", "servicedesk", "finance", "supplier", "notifier"]
users = {name: open(f"{home}/secrets/amqp-{name}.url").read().strip() for name in services}
users.update(partner=partner, reader=reader)
tried = 0


def attempt(user, allowed, what, act):
    global tried
    tried += 1
    connection = pika.BlockingConnection(pika.URLParameters(users[user] + "/%2f"))
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        act(channel)
        done, code = True, None
    except pika.exceptions.ChannelClosedByBroker as problem:
        done, code = False, problem.reply_code
    except pika.exceptions.UnroutableError:
        done, code = True, None
    finally:
        if connection.is_open:
            connection.close()
    if done != allowed or (not done and code != 403):
        sys.exit(f"{user} {'may' if done else 'may not'} {what} (reply {code})")


def publish(exchange, key):
    return lambda channel: channel.basic_publish(exchange, key, b"{}", pika.BasicProperties(delivery_mode=2), mandatory=True)


for user in users:
    own = user if user in services else None
    attempt(user, False, "declare a queue", lambda channel: channel.queue_declare("stray", durable=True))
    attempt(user, False, "declare an exchange", lambda channel: channel.exchange_declare("stray", "topic"))
    attempt(user, False, "publish to any queue", publish("", "finance.margin-alerts"))
    # No contract has the key, so nothing is handled; on inbound the gatekeeper would refuse it, so services only.
    if own:
        attempt(user, False, "publish to inbound", publish("waybill.inbound", "order.placed.v1"))
    for service in services:
        attempt(user, own == service, f"write events of {service}", publish("waybill.events", f"{service}.nothing-happened.v1")) \
            if own else attempt(user, False, f"write events of {service}", publish("waybill.events", f"{service}.nothing-happened.v1"))
        for queue in (f"{service}.inbound", f"{service}.dead"):
            attempt(user, own == service and queue.endswith("inbound"), f"read {queue}",
                    lambda channel: channel.queue_declare(queue, passive=True) and channel.basic_get(queue))
    attempt(user, own is not None, "write notices", publish("waybill.events", "notice.nothing-happened.v1"))
    attempt(user, user == "reader", "read the margin alerts", lambda channel: channel.basic_get("finance.margin-alerts"))
    attempt(user, False, "bind a queue", lambda channel: channel.queue_bind("finance.margin-alerts", "waybill.events", "#"))
    attempt(user, False, "empty a queue", lambda channel: channel.queue_purge("sales.dead"))
print(f"{tried} pairs of user and act are as they should be")
PY
"$root/deploy/local/service.sh" start supplier
for _ in $(seq 300); do curl -sf "$WAYBILL_HTTP_SUPPLIER/health/ready" >/dev/null && break; sleep 0.1; done
curl -sf "$WAYBILL_HTTP_SUPPLIER/health/ready" >/dev/null || fail "supplier is not ready again: $(tail -2 "$WAYBILL_HOME/log/supplier.log")"
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
echo "refusals and permissions are as they should be"
