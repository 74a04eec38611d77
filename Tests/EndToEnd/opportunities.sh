#!/usr/bin/env bash
# Runs the walk of docs/business/sales/opportunities.md exactly as it stands there, against services of its own; then gives the same
# revisions to sales in a mixed order, some of them twice, as partners publish them, and compares the funnel of days with what they say.
#
# usage: opportunities.sh [OPPORTUNITIES]
opportunities="${1:-200}"
. "$(dirname "$0")/system.sh"
system opportunities
walk business/sales/opportunities.md 40 "The walk"

"$python" - "$work" "$opportunities" <<'PYTHON'
import collections, datetime as dt, json, os, random, sys
import pika

work, count = sys.argv[1], int(sys.argv[2])
chance = random.Random(7)
stages = ["qualification", "analysis", "proposal", "negotiation"]
begin, messages, lives = dt.date(2025, 1, 6), [], {}
for number in range(count):
    day, lives[number] = begin + dt.timedelta(chance.randrange(200)), []
    created = f"{day}T09:00:00+08:00"
    for revision in range(1, chance.randrange(1, 7) + 1):
        state = chance.choice(["open", "open", "open", "won", "lost"])
        body = {"opportunityId": f"E{number}", "revision": revision, "state": state, "stage": chance.choice(stages),
                "team": "*", "company": f"Company {number}", "owner": "li.wei", "product": "air-general", "amount": f"{chance.randrange(100, 90000)}.00",
                "margin": "10.00", "currency": chance.choice(["CNY", "USD"]), "closeDay": "2025-12-31", "nextStep": "Call",
                "nextStepDay": "2025-12-01", "createdAt": created, "changedAt": f"{day}T10:0{revision}:00+08:00", "by": "crm"}
        if state == "lost": body["lossReason"] = "price"
        lives[number].append((day, body))
        messages.append(body)
        day += dt.timedelta(chance.randrange(50))
wrong = [dict(messages[0], opportunityId="BAD1", stage="daydream"),
         dict(messages[0], opportunityId="BAD2", createdAt="2027-01-01T00:00:00+08:00"),
         {key: value for key, value in dict(messages[0], opportunityId="BAD3", stage="negotiation", state="open").items()
          if key not in ("amount", "margin", "lossReason")}]
messages += chance.sample(messages, len(messages) // 5) + wrong
chance.shuffle(messages)
connection = pika.BlockingConnection(pika.URLParameters(os.environ["WAYBILL_AMQP_PARTNER_URL"]))
channel = connection.channel()
channel.confirm_delivery()
for place, body in enumerate(messages):
    channel.basic_publish(
        "waybill.inbound", "opportunity.recorded.v1", mandatory=True,
        body=json.dumps({"specversion": "1.0", "id": f"e2e-{place}", "source": "demo", "type": "opportunity.recorded.v1",
                         "datacontenttype": "application/json", "data": body}).encode(),
        properties=pika.BasicProperties(content_type="application/cloudevents+json", delivery_mode=2))
connection.close()
funnels = {}
for offset in range(0, 420, 30):
    day, found = begin + dt.timedelta(offset), collections.Counter()
    for life in lives.values():
        said = [body for when, body in life if when <= day]
        if said and said[-1]["state"] == "open": found[f"{said[-1]['stage']} {said[-1]['currency']}"] += 1
    funnels[str(day)] = dict(found)
json.dump(funnels, open(f"{work}/funnels.json", "w"))
PYTHON
waybill status --wait-drained 120 >/dev/null || fail "not everything was taken in"
jq -r 'keys[]' "$work/funnels.json" | while read -r day; do
    waybill funnel on --on "$day" --json |
        jq -S '[.funnel[] | {key: "\(.stage) \(.currency)", value: .deals}] | from_entries' >"$work/told.json"
    jq -S --arg day "$day" '.[$day]' "$work/funnels.json" >"$work/wanted.json"
    cmp -s "$work/told.json" "$work/wanted.json" || fail "$day: $(jq -c . "$work/told.json"), wanted $(jq -c . "$work/wanted.json")"
done
waybill dead list --service sales --json --limit 60000 >"$work/dead.json"
for case in 'daydream value-not-allowed $.stage' 'later contradictory-times $.changedAt' 'unpriced missing-field $.amount'; do
    read -r _ reason path <<<"$case"
    jq -e --arg reason "$reason" --arg path "$path" \
        '[.deadLetters[] | select(.type == "opportunity.recorded.v1" and .reason == $reason and .path == $path)] | length >= 1' \
        "$work/dead.json" >/dev/null || fail "nothing was refused with $reason at $path"
done
waybill reconcile --json >/dev/null || fail "something is missing"
echo "$opportunities opportunities in a mixed order: the funnel of every day is what they say"
