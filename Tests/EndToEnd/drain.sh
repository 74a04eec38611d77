#!/usr/bin/env bash
# SIGTERM under load: the service ends with 0, and its next copy is given nothing that was handled already.
#
# usage: drain.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
metric() { curl -sf "$WAYBILL_HTTP_FINANCE/metrics" | awk -v name="$1" '$1 == name { print $2 }'; }
ready() { curl -sf "$WAYBILL_HTTP_FINANCE/health/ready" >/dev/null; }
python3 "$root/Benchmarks/orders.py" 4000 99 drain >"$work/orders.ndjson"
"$WAYBILL_CLI" orders publish "$work/orders.ndjson" --source drain --rate 1000 &
publisher=$!
"$root/deploy/local/service.sh" stop finance
for round in 1 2 3; do
    "$root/deploy/local/service.sh" run finance &
    finance=$!
    until ready; do sleep 0.05; done
    until [ "$(metric waybill_messages_handled_total)" -gt 100 ]; do sleep 0.02; done
    [ "$(metric waybill_messages_duplicate_total)" = 0 ] || { echo "copy $round was given handled messages"; exit 1; }
    started=$SECONDS
    kill -TERM "$finance"
    code=0
    wait "$finance" || code=$?
    [ "$code" = 0 ] || { echo "copy $round ended with $code"; exit 1; }
    [ $((SECONDS - started)) -le 10 ] || { echo "copy $round took $((SECONDS - started)) s to end"; exit 1; }
done
"$root/deploy/local/service.sh" start finance
until ready; do sleep 0.05; done
wait "$publisher"
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
[ "$(metric waybill_messages_duplicate_total)" = 0 ] || { echo "the last copy was given handled messages"; exit 1; }
found="$("$WAYBILL_CLI" query finance orders.totals source=drain --json | jq -r '[.totals[].decided] | add')"
[ "$found" = 4000 ] || { echo "$found of 4000 orders decided"; exit 1; }
echo "three copies drained under load: exit code 0, nothing given twice, 4000 orders decided"
