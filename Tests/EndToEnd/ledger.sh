#!/usr/bin/env bash
# Every message is accounted for, and one that is taken out of a queue by hand is missed by name: one of another system
# (its readers are compared) and one of our own services (its number is a hole).
#
# usage: ledger.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }
python=python3
"$python" -c 'import pika' 2>/dev/null || python=/usr/bin/python3
take() { # QUEUE: takes one message out, as somebody with too many rights might, and says its id
    "$python" - "$1" <<'PY'
import os, sys, time
import pika
channel = pika.BlockingConnection(pika.URLParameters(os.environ["WAYBILL_AMQP_OPERATOR_URL"])).channel()
for _ in range(200):
    method, properties, _body = channel.basic_get(sys.argv[1], auto_ack=True)
    if method:
        print(properties.message_id)
        break
    time.sleep(0.05)
else:
    sys.exit("nothing came into " + sys.argv[1])
PY
}
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
"$WAYBILL_CLI" reconcile --json >"$work/before" || fail "something is missing before anything was taken: $(cat "$work/before")"

python3 "$root/Benchmarks/orders.py" 200 7 ledger >"$work/orders.ndjson"
"$root/deploy/local/service.sh" stop supplier
"$root/deploy/local/service.sh" stop sales
"$WAYBILL_CLI" orders publish "$work/orders.ndjson" --source ledger
theirs="$(take supplier.inbound)"
for _ in $(seq 200); do
    [ "$("$WAYBILL_CLI" query finance orders.totals source=ledger --json | jq '[.totals[].decided] | add')" = 200 ] && break
    sleep 0.1
done
ours="$("$python" - <<'PY'
import os, sys
import pika
channel = pika.BlockingConnection(pika.URLParameters(os.environ["WAYBILL_AMQP_OPERATOR_URL"])).channel()
kept = []
while True:
    method, properties, _body = channel.basic_get("sales.inbound")
    if not method:
        sys.exit("no message of finance stands in sales.inbound")
    if properties.app_id == "waybill.finance":
        channel.basic_ack(method.delivery_tag)
        channel.queue_declare("sales.inbound", passive=True)
        print(properties.message_id)
        break
    kept.append(method.delivery_tag)
channel.connection.close()
PY
)"
"$root/deploy/local/service.sh" start supplier
"$root/deploy/local/service.sh" start sales
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
code=0
"$WAYBILL_CLI" reconcile --json >"$work/after" 2>"$work/said" || code=$?
[ "$code" = 1 ] || fail "reconcile ended with $code: $(cat "$work/said" "$work/after")"
jq -r '.missing[] | [.reader, .source, .id] | @tsv' "$work/after" | sort >"$work/found"
printf 'sales\twaybill.finance\t%s\nsupplier\tledger\t%s\n' "$ours" "$theirs" | sort >"$work/wanted"
diff "$work/wanted" "$work/found" || fail "not the two that were taken"
jq -e '[.ledger[] | select(.sent != .handled + .dead + .discarded + .inFlight + .missing)] == []' "$work/after" >/dev/null ||
    fail "sent is not the sum of its parts"
echo "two messages taken out by hand are missed by name"

# What is published again is handled where it was missing and suppressed elsewhere.
"$WAYBILL_CLI" orders publish "$work/orders.ndjson" --source ledger
place="$(jq -r '.missing[] | select(.reader == "sales") | .place' "$work/after")"
type="$(jq -r '.missing[] | select(.reader == "sales") | .type' "$work/after")"
env -i PATH="$PATH" WAYBILL_POSTGRES_URL_FILE="$WAYBILL_HOME/secrets/postgres-finance.url" \
    "$(cat "$WAYBILL_HOME/run/binaries")/waybill-finance" resend "$type" "$place"
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
"$WAYBILL_CLI" reconcile --settle 10 >"$work/again" || fail "publishing again did not mend it: $(cat "$work/again")"
echo "published again, nothing is missing"
