#!/usr/bin/env bash
# Rubbish among good orders: each refused message stands in the dead letters with its reason, its neighbours have their
# effect, and one that is replayed is refused once more and not lost. What fits into no frame stops nobody, and what a
# publisher lets expire while a service is down is found, and replayed.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
python=python3
"$python" -c 'import pika' 2>/dev/null || python=/usr/bin/python3
"$python" - <<'PYTHON'
import base64, json, os
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
send(order(12), message_id="bad-headers", headers={"ce-id": "1", "cloudEvents_type": "x"})
send(order(1, branch="SH01"), message_id="bad-revision")
# What a refusal has to say of these fits into no frame: the path of legal keys, and headers beside those of the refusal.
send(b'{"' + b"a" * 60000 + b'":{"' + b"b" * 60000 + b'":{"' + b"c" * 60000 + b'":x}}}', message_id="big-path")
send(b"not json", message_id="big-head", headers={"trace": "x" * 130900})
# Bytes that are no UTF-8: to who decodes them each pair is one text.
for number, name in ((20, "订单二"), (21, "订单甲")):
    bytes_ = name.encode("gbk")
    send(order(number), message_id=bytes_)
    send(order(number + 2), message_id="bad-source", app_id=bytes_)
    send(order(number + 4), type=None, app_id=None, headers={
        "ce-specversion": "1.0", "ce-id": bytes_ + b"-ce", "ce-source": "bad", "ce-type": "order.placed.v1"})
# Data that comes twice, and data in Base64 that is none.
for number, data in (("bad-twice", {"data_base64": base64.b64encode(order(30)).decode(), "data": json.loads(order(30))}),
                     ("bad-base64", {"data_base64": "no base64 !"})):
    event = {"specversion": "1.0", "id": number, "source": "bad", "type": "order.placed.v1", **data}
    send(json.dumps(event).encode(), type=None, app_id=None, content_type="application/cloudevents+json")
send(b"\xef\xbb\xbf" + order(9, orderId="BAD-9"), message_id="good-mark")
send(order(10), message_id="good-10")
connection.close()
PYTHON
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
letters="$("$WAYBILL_CLI" dead list --service finance --json)"
expect() { # ID REASON
    local reason
    reason="$(echo "$letters" | jq -r --arg id "$1" '[.deadLetters[] | select(.id == $id)][0].reason')"
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
[ "$(echo "$letters" | jq '[.deadLetters[] | select(.reason == "missing-id")] | length')" -ge 1 ]
letters="$("$WAYBILL_CLI" dead list --service customer --json)"
expect bad-type unknown-type
expect bad-version unknown-version
for service in customer sales servicedesk finance supplier; do
    found="$("$WAYBILL_CLI" dead list --service "$service" --json | jq -r '[.deadLetters[] | select(.id == "big-path" or .id == "big-head") | "\(.id) \(.reason) \(.copies)"] | sort | join(", ")')"
    [ "$found" = "big-head not-json 1, big-path not-json 1" ] || { echo "$service: '$found'"; exit 1; }
    letters="$("$WAYBILL_CLI" dead list --service "$service" --json)"
    # Two ids, or two sources, are two as long as their bytes are: none of them is lost in the other.
    found="$(echo "$letters" | jq -c '[.deadLetters[] | select(.reason == "bad-utf8" and (.path | startswith("properties.") or startswith("headers.")))]
        | [group_by(.path)[] | {path: .[0].path, letters: (map([.source, .id]) | unique | length)}]')"
    [ "$found" = '[{"path":"headers.ce-id","letters":2},{"path":"properties.app_id","letters":2},{"path":"properties.message_id","letters":2}]' ] ||
        { echo "$service: names that are no UTF-8: '$found'"; exit 1; }
    found="$(echo "$letters" | jq -r '[.deadLetters[] | select(.id == "bad-twice" or .id == "bad-base64") | "\(.id) \(.path)"] | sort | join(", ")')"
    [ "$found" = 'bad-base64 $.data_base64, bad-twice $.data_base64' ] || { echo "$service: '$found'"; exit 1; }
    # What could not be published with the others once is not published again with them.
    found="$(echo "$letters" | jq -c '[.deadLetters[] | select(.source == "bad" and (.copies | tonumber) > 1) | .id]')"
    [ "$found" = '[]' ] || { echo "$service: stand there twice: $found"; exit 1; }
done
echo "what fits into no frame stands once with every service; names that are no UTF-8 and data that comes twice with all"
for order in BAD-1 BAD-9 BAD-10; do
    [ "$("$WAYBILL_CLI" orders show "$order" --json | jq -r '.order[0].decision')" = accepted ]
done
echo "the neighbours were decided"
before="$("$WAYBILL_CLI" dead list --service finance --json | jq '.deadLetters | length')"
"$WAYBILL_CLI" dead replay --service finance --id bad-currency
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
after="$("$WAYBILL_CLI" dead list --service finance --json | jq '.deadLetters | length')"
[ "$before" = "$after" ] || { echo "$before dead letters before the replay, $after after it"; exit 1; }
"$WAYBILL_CLI" dead discard --service finance --id bad-currency --yes

# A publisher's own `expiration` while a service is down: the broker gives the message up for that service alone.
"$root/deploy/local/service.sh" stop finance >/dev/null
"$python" - <<'PYTHON'
import json, os
import pika

connection = pika.BlockingConnection(pika.URLParameters(os.environ["WAYBILL_AMQP_PARTNER_URL"]))
channel = connection.channel()
channel.confirm_delivery()
body = {"orderId": "BAD-LATE", "revision": 1, "customer": {"code": "C-1"}, "branch": "KS01", "businessLine": "road",
        "placedAt": "2026-01-05T09:30:00+08:00", "currency": "CNY",
        "lines": [{"line": 1, "serviceItem": "ROAD", "quantity": "1", "unit": "kg", "revenue": "10.00", "cost": "9.00"}]}
channel.basic_publish("waybill.inbound", "order.placed.v1", json.dumps(body).encode(), pika.BasicProperties(
    delivery_mode=2, message_id="bad-late", type="order.placed.v1", app_id="bad", content_type="application/json",
    expiration="1000"))
connection.close()
PYTHON
# The broker gives up what has expired once it stands first in the queue. What another service says meanwhile may stand before
# it, and stays there until finance takes it: so the time is let pass, and finance begins.
sleep 2
"$root/deploy/local/service.sh" start finance >/dev/null
late() { "$WAYBILL_CLI" dead list --service finance --id bad-late --json | jq -r '[.deadLetters[].reason] | join(",")'; }
deadline=$((SECONDS + 60))
until [ "$(late)" = given-up-by-the-broker ]; do
    [ $SECONDS -lt $deadline ] || {
        echo "what expired is not among the dead letters of finance: '$(late)'"
        "$WAYBILL_CLI" status
        "$WAYBILL_CLI" dead list --service finance
        "$WAYBILL_CLI" orders show BAD-LATE --json
        exit 1
    }
    sleep 0.2
done
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
shown="$("$WAYBILL_CLI" orders show BAD-LATE --json)"
[ "$(echo "$shown" | jq -c '[(.order | length), (.sales | length), (.delivery | length)]')" = "[0,1,1]" ] \
    || { echo "others did not handle what expired for finance alone: $shown"; exit 1; }
shown="$("$WAYBILL_CLI" dead list --service finance --id bad-late --json)"
at="$(date -d "$(echo "$shown" | jq -r '.deadLetters[0].refusedAt')" +%s)" && [ $(($(date +%s) - at)) -lt 600 ] &&
    echo "$shown" | jq -e '.deadLetters[0] | (.detail | startswith("its sender gave it 1000 ms")) and .type == "order.placed.v1"' >/dev/null ||
    { echo "it is not said when and why the broker gave it up: $shown"; exit 1; }
shown="$("$WAYBILL_CLI" dead show bad-late --service finance)"
grep >/dev/null "^given up by the broker for finance" <<<"$shown" && grep >/dev/null "x-death: expired in finance.inbound at 20" <<<"$shown" ||
    { echo "a letter that the broker gave up is shown so: $shown"; exit 1; }
"$WAYBILL_CLI" dead replay --service finance --id bad-late --why "finance was down" >/dev/null
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
[ "$("$WAYBILL_CLI" orders show BAD-LATE --json | jq -r '.order[0].decision')" = accepted ] || { echo "the replay has no effect"; exit 1; }
echo "what expired while finance was down was found, and replayed"

# What people paste: a number with what nobody sees is looked for as it is, and what may be meant is said; where it would
# begin something of its own it is refused; amounts and days are read in their plain form.
pasted=$'BAD-1\u200b'
code=0
"$WAYBILL_CLI" orders show "$pasted" >/dev/null 2>"$WAYBILL_HOME/pasted" || code=$?
[ "$code" = 2 ] && grep "character 6 is U+200B, which nobody sees; 'BAD-1' may be meant" "$WAYBILL_HOME/pasted" >/dev/null \
    || { echo "exit $code: $(cat "$WAYBILL_HOME/pasted")"; exit 1; }
code=0
"$WAYBILL_CLI" complaints report "CP-$pasted" --source bad --customer C-1 --category delay --severity minor --summary x \
    >/dev/null 2>"$WAYBILL_HOME/pasted" || code=$?
[ "$code" = 2 ] && grep 'unseen-character at $.complaintId' "$WAYBILL_HOME/pasted" >/dev/null \
    || { echo "exit $code: $(cat "$WAYBILL_HOME/pasted")"; exit 1; }
[ "$("$WAYBILL_CLI" query finance orders.list limit=２ --json | jq '.orders | length')" = 2 ]
echo "what people paste is looked for as it is, or refused with what is wrong"
