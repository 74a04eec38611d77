#!/usr/bin/env bash
# Rubbish among good orders: each refused message stands in the dead letters with its reason, its neighbours have their
# effect, and one that is replayed is refused once more and not lost.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
python=python3
"$python" -c 'import pika' 2>/dev/null || python=/usr/bin/python3
"$python" - <<'PYTHON'
import json, os
import pika

connection = pika.BlockingConnection(pika.URLParameters(os.environ["WAYBILL_AMQP_PARTNER_URL"]))
channel = connection.channel()
channel.confirm_delivery()

def order(number, **changes):
    body = {"orderId": f"BAD-{number}", "revision": 1, "customer": {"code": "C-1"}, "branch": "KS01",
            "businessLine": "road", "placedAt": "2026-01-05T09:30:00+08:00", "currency": "CNY",
            "lines": [{"line": 1, "serviceItem": "ROAD", "quantity": "1", "unit": "kg", "revenue": "10.00", "cost": "9.00"}]}
    body.update(changes)
    return json.dumps(body).encode()

def send(body, key="order.placed.v1", **properties):
    base = {"message_id": None, "type": "order.placed.v1", "app_id": "bad", "content_type": "application/json"}
    base.update(properties)
    channel.basic_publish("waybill.inbound", key, body, pika.BasicProperties(delivery_mode=2, **base))

send(order(1), message_id="good-1")
send(b"not json", message_id="bad-json")
send(b"", message_id="bad-empty")
send(b"\xff\xfe{}", message_id="bad-utf8")
send(order(2, orderId="x\u0000y"), message_id="bad-null")
send(b"[" * 100000, message_id="bad-deep")
send(b" " * (16 << 20), message_id="bad-huge")
send(order(3, currency="XYZ"), message_id="bad-currency")
send(order(4))  # no id
send(order(5), message_id="bad-type", type="order.plcaed.v1", key="order.plcaed.v1")
send(order(6), message_id="bad-version", type="order.placed.v9", key="order.placed.v9")
send(order(7), message_id="bad-key", key="order.changed.v1")
send(order(8), message_id="bad-batch", content_type="application/cloudevents-batch+json")
send(order(9), message_id="bad-headers", headers={"ce-id": "1", "cloudEvents_type": "x"})
send(order(1, branch="SH01"), message_id="bad-revision")
send(order(10), message_id="good-10")
connection.close()
PYTHON
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
letters="$("$WAYBILL_CLI" dead list --service finance --json)"
expect() { # ID REASON
    local reason
    reason="$(echo "$letters" | jq -r --arg id "$1" '[."dead letters"[] | select(.id == $id)][0].reason')"
    [ "$reason" = "$2" ] || { echo "$1: '$reason' instead of '$2'"; exit 1; }
    echo "$1 refused: $reason"
}
expect bad-json not-json
expect bad-empty empty-body
expect bad-utf8 bad-utf8
expect bad-null null-character
expect bad-deep too-deep
expect bad-huge body-too-large
expect bad-currency unknown-currency
expect bad-key routing-key-mismatch
expect bad-batch batch-not-supported
expect bad-headers mixed-header-spellings
expect bad-revision conflicting-revision
[ "$(echo "$letters" | jq '[."dead letters"[] | select(.reason == "missing-id")] | length')" -ge 1 ]
letters="$("$WAYBILL_CLI" dead list --service customer --json)"
expect bad-type unknown-type
expect bad-version unknown-version
for order in BAD-1 BAD-10; do
    [ "$("$WAYBILL_CLI" orders show "$order" --json | jq -r '.order[0].decision')" = accepted ]
done
echo "the neighbours were decided"
before="$("$WAYBILL_CLI" dead list --service finance --json | jq '."dead letters" | length')"
"$WAYBILL_CLI" dead replay --service finance --id bad-currency
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
after="$("$WAYBILL_CLI" dead list --service finance --json | jq '."dead letters" | length')"
[ "$before" = "$after" ] || { echo "$before dead letters before the replay, $after after it"; exit 1; }
"$WAYBILL_CLI" dead discard --service finance --id bad-currency --yes
