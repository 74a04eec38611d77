#!/usr/bin/env bash
# Runs the walk of docs/business/servicedesk/clocks.md exactly as it stands there, against services of its own; then complaints and
# waits as a partner publishes them, mixed, repeated and some of them malformed, whose clocks an oracle in Python works out apart;
# then another policy, read again without a restart, which says what it has changed.
#
# usage: clocks.sh [COMPLAINTS]
complaints="${1:-300}"
. "$(dirname "$0")/system.sh"
system clocks
walk business/servicedesk/clocks.md 30 "The walk"

# What a partner publishes, and what an oracle makes of it.
cat >"$work/partner.py" <<'PYTHON'
import datetime as dt, json, os, random, sys

sys.path.insert(0, os.path.join(sys.argv[1], "Tests", "Oracles"))
import case_clocks

count, chance, zone = int(sys.argv[3]), random.Random(22), dt.timezone(dt.timedelta(hours=8))
end = dt.datetime(2026, 5, 15, 12, tzinfo=zone)
reasons = {"customer": "evidence", "supplier": "remedy"}
bodies, cases, malformed = [], {}, 0
for number in range(count):
    name = f"ORA-{number}"
    at = dt.datetime(2026, 3, 1, tzinfo=zone) + dt.timedelta(seconds=chance.randrange(10 * 86_400))
    # Some have only just come when the clocks are looked at: theirs have not run out.
    isLate = number % 6 == 5
    if isLate: at = end - dt.timedelta(seconds=60 + chance.randrange(3600))
    bodies.append(("complaint.reported.v1", name, {
        "complaintId": name, "customer": {"code": f"ORC-{number % 7}"}, "category": "damage", "severity": "major",
        "at": at.isoformat(), "by": "hotline", "summary": "crushed"}))
    events, waiting = [(at, "opened")], None
    for place in range(0 if isLate else chance.randrange(8)):
        at += dt.timedelta(seconds=1 + chance.choice([chance.randrange(3600), chance.randrange(86_400 * 5)]))
        word = chance.choice(["customer", "supplier"] + (["resumed"] * 2 if waiting else []))
        waiting = None if word == "resumed" else at
        body = {"waitId": f"W{place}", "complaintId": name, "waiting": word, "at": at.isoformat(), "by": "hotline"}
        if word != "resumed": body["reason"] = reasons[word]
        bodies.append(("complaint.waiting.v1", f"{name}-{place}", body))
        events.append((at, "resumed" if word == "resumed" else f"waiting-{word}"))
    # The policy lets no wait last longer than thirty days.
    if waiting and waiting + dt.timedelta(days=30) <= end: events.append((waiting + dt.timedelta(days=30), "resumed"))
    cases[name] = sorted(events) + [(end, "assigned")]
    if number % 10 == 0:
        malformed += 1
        bodies.append(("complaint.waiting.v1", f"{name}-bad", {
            "waitId": "BAD", "complaintId": name, "waiting": "customer", "at": at.isoformat(), "by": "hotline",
            **chance.choice([{}, {"reason": "liability"}, {"reason": "evidence", "until": "2026-01-01T00:00:00Z"},
                             {"reason": "evidence", "at": "2026-03-03T09:00:00 Mars/Olympus"}])}))

if sys.argv[2] == "publish":
    import pika

    order = bodies + chance.sample(bodies, len(bodies) // 3)
    chance.shuffle(order)
    connection = pika.BlockingConnection(pika.URLParameters(os.environ["WAYBILL_AMQP_PARTNER_URL"]))
    channel = connection.channel()
    channel.confirm_delivery()
    for kind, identifier, body in order:
        channel.basic_publish("waybill.inbound", kind, json.dumps(body).encode(), pika.BasicProperties(
            delivery_mode=2, message_id=identifier, type=kind, app_id="oracle", content_type="application/json"))
    connection.close()
    print(malformed)
else:
    rules = json.load(open(sys.argv[4]))
    hours, target = case_clocks.Hours(rules), rules["targets"]["resolve"]
    found = {row["complaintId"]: row for row in json.load(open(sys.argv[5]))["clocks"] if row["source"] == "oracle"}
    assert found.keys() == cases.keys(), (len(found), len(cases))
    time = lambda text: dt.datetime.fromisoformat(text).astimezone(dt.timezone.utc) if text else None
    breached = 0
    for name, events in cases.items():
        row = found[name]
        got = [int(row[column]) for column in ("usSeconds", "customerSeconds", "supplierSeconds")]
        got += [time(row["dueAt"]), time(row["breachedAt"])]
        wanted = case_clocks.clocks([(at.astimezone(dt.timezone.utc), kind) for at, kind in events], hours, target)
        assert got == wanted, (name, got, wanted, events)
        breached += wanted[4] is not None
    assert 0 < breached < len(cases), breached
    print(f"{len(cases)} complaints, {breached} of them breached: every clock as worked out apart")
PYTHON
malformed="$("$python" "$work/partner.py" "$root" publish "$complaints")"
waybill status --wait-drained 120 >/dev/null
# What was refused because it came before what it stands on fits now.
for _ in 1 2 3 4 5 6 7 8 9 10; do
    waybill dead replay --service servicedesk --reason wrong-state >/dev/null 2>&1 || break
    waybill status --wait-drained 60 >/dev/null
done
waybill desk clocks --all --source oracle --at 2026-05-15T12:00:00+08:00 --json --limit 1000 >"$work/service.json"
"$python" "$work/partner.py" "$root" check "$complaints" "$work/policy.json" "$work/service.json" || fail "the clocks are not as the oracle has them"
waybill dead list --service servicedesk --json --limit 60000 >"$work/dead.json"
[ "$(jq '[.deadLetters[] | select(.type == "complaint.waiting.v1" and .reason != "wrong-state" and .path != null) | .id] | unique | length' "$work/dead.json")" = "$malformed" ] ||
    fail "of $malformed malformed waits not each has its reason: $(jq -c '[.deadLetters[] | [.reason, .path]] | group_by(.) | map([.[0], length])' "$work/dead.json")"
python3 "$root/Tests/Oracles/case_clocks.py" "$WAYBILL_CLI" --cases 2000

# Levels are told by themselves, and each once.
told() { waybill desk told --complaint ORA-1 --source oracle --json | jq -r '[.told[] | "\(.clock) \(.level)"] | join(",")'; }
deadline=$((SECONDS + 150))
until [ -n "$(told)" ]; do [ "$SECONDS" -lt "$deadline" ] || fail "nobody was told that a complaint takes too long"; sleep 1; done
[ "$(told | tr , '\n' | sort | uniq -d)" = "" ] || fail "a level was told twice: $(told)"

# Another policy, from a file that is read again.
cp "$work/desk.json" "$work/clocks.json"
SERVICE_ENVIRONMENT="WAYBILL_SERVICEDESK_CLOCKS=$work/clocks.json" "$root/deploy/local/service.sh" restart servicedesk
waybill status --wait-drained 60 >/dev/null
jq '.policies[0].targets["2"].resolution = 7200' "$work/desk.json" >"$work/new.json"
waybill settings check "$work/new.json" --as WAYBILL_SERVICEDESK_CLOCKS
mv "$work/new.json" "$work/clocks.json"
"$root/deploy/local/service.sh" reload servicedesk
changed() { waybill desk policy --all --at 2026-05-15T12:00:00+08:00 --json --limit 1 | jq -r '.effect[0] | "\(.changed // 0)"'; }
deadline=$((SECONDS + 150))
until [ "$(changed 2>/dev/null)" = "$((complaints + 1))" ]; do
    [ "$SECONDS" -lt "$deadline" ] || fail "the policy has changed $(changed) complaints of $((complaints + 1))"
    sleep 1
done
waybill reconcile --json >/dev/null || fail "something is missing"
echo "$complaints complaints: the walk of docs/business/servicedesk/clocks.md does what it says"
