#!/usr/bin/env bash
# The main job on real orders: published twice by a Python program, in two orders of arrival, while every service is
# killed and started again in the middle. Alerts must equal the oracle's exactly, every order decided once.
#
# usage: dataco.sh           (against what 'make up' started under WAYBILL_HOME; data in ../shared beside the checkout)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
shared="$root/../shared"
[ -d "$shared/data/dataco" ] || { echo "skipped: no ../shared/data beside the checkout"; exit 0; }
. "$WAYBILL_HOME/env"
python=python3
"$python" -c 'import pika' 2>/dev/null || python=/usr/bin/python3
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 "$shared/tools/dataco_to_orders.py" "$shared/data/dataco/order_lines.csv" >"$work/orders.ndjson"
python3 "$shared/tools/margin_oracle.py" "$work/orders.ndjson" | sort >"$work/expected"
"$python" "$root/Tests/EndToEnd/publish_dataco.py" "$work/orders.ndjson" dataco 1 &
first=$!
if [ "${KILL:-yes}" = yes ]; then
    for service in customer sales servicedesk finance supplier notifier; do
        "$root/deploy/local/service.sh" kill "$service"
        "$root/deploy/local/service.sh" start "$service"
    done
fi
wait "$first"
"$python" "$root/Tests/EndToEnd/publish_dataco.py" "$work/orders.ndjson" dataco 2
"$WAYBILL_CLI" status --wait-drained 90
"$WAYBILL_CLI" query finance alerts.list state=all level=order limit=2000 --json |
    jq -r '.alerts[] | select(.source == "dataco") | [.orderId, .severity, .revenue, .cost, .margin] | @tsv' |
    sed -E 's/([0-9]\.[0-9]{2})0*(\t|$)/\1\2/g; s/([0-9]\.[0-9]{2})0*(\t|$)/\1\2/g' | sort >"$work/found"
diff "$work/expected" "$work/found" && echo "alerts equal the oracle: $(wc -l <"$work/found")"
orders="$(wc -l <"$work/orders.ndjson")"
totals="$("$WAYBILL_CLI" query finance orders.totals source=dataco --json)"
echo "$totals"
python3 "$shared/tools/margin_oracle.py" "$work/orders.ndjson" --summary
# Each decision is one message to sales, which counts one row an order.
[ "$(echo "$totals" | jq -r '[.totals[] | .orders + .waitingOrders + .refusedOrders] | add')" = "$orders" ]
[ "$(echo "$totals" | jq -r '[.totals[].decided] | add')" = "$orders" ]
echo "orders $orders, each decided once"
