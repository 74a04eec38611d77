#!/usr/bin/env bash
# Runs the walk of docs/business/sales/leads.md exactly as it stands there, against services of its own; then captures as partners
# publish them, many of them of somebody who has been there and some malformed: none is lost, which are together is as an oracle
# apart has it, and each that is refused stands in the dead letters with its reason.
#
# usage: leads.sh [CAPTURES]
captures="${1:-3000}"
. "$(dirname "$0")/system.sh"
system leads
walk business/sales/leads.md 40 "The walk"

# Captures as partners publish them, one of them with a mebibyte of text.
"$python" "$root/Tests/Oracles/lead_intake.py" make "$captures" 7 >"$work/captures.jsonl"
"$python" - "$work/captures.jsonl" <<'PYTHON'
import json, os, sys
import pika

connection = pika.BlockingConnection(pika.URLParameters(os.environ["WAYBILL_AMQP_PARTNER_URL"]))
channel = connection.channel()
channel.confirm_delivery()
bodies = [json.loads(line) for line in open(sys.argv[1])]
bodies.append({**bodies[0], "captureId": "7-mebibyte-malformed", "channel": "mail", "text": "x" * (1 << 20)})
for body in bodies:
    channel.basic_publish("waybill.inbound", "lead.captured.v1", json.dumps(body).encode(), pika.BasicProperties(
        delivery_mode=2, message_id=body["captureId"], type="lead.captured.v1", app_id="oracle",
        content_type="application/json"))
connection.close()
PYTHON
waybill status --wait-drained 120 >/dev/null
url="$(cat "$WAYBILL_HOME/secrets/postgres-sales.url")"
psql -X -q --csv "$url" -c "select capture_id, lead_id from sales.lead_capture where source = 'oracle'" >"$work/answered.csv"
"$python" "$root/Tests/Oracles/lead_intake.py" check "$work/captures.jsonl" "$work/answered.csv" || fail "captures are not as the oracle has them"
waybill dead list --service sales --json --limit 60000 >"$work/dead.json"
malformed="$(grep -c malformed "$work/captures.jsonl")"
[ "$(jq '[.deadLetters[] | select(.type == "lead.captured.v1" and .reason != null and .path != null)] | length' "$work/dead.json")" = "$((malformed + 1))" ] ||
    fail "of $malformed malformed captures and one of a mebibyte not each has its reason: $(jq -c '[.deadLetters[].reason] | group_by(.) | map([.[0], length])' "$work/dead.json")"
jq -e '[.deadLetters[] | select(.id == "7-mebibyte-malformed") | [.reason, .path]] == [["body-too-large", "$"]]' "$work/dead.json" >/dev/null ||
    fail "the mebibyte is not explained"
waybill reconcile --json >/dev/null || fail "something is missing"
echo "$captures captures: the walk of docs/business/sales/leads.md does what it says"
