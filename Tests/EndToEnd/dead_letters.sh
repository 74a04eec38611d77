#!/usr/bin/env bash
# Refused messages as an operator handles them: group, export, edit, replay twice, discard, and the record of it all.
#
# usage: dead_letters.sh [ORDERS]           (against what 'make up' started under WAYBILL_HOME; ORDERS that go back in one go, 400)
set -euo pipefail
many="${1:-400}"
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }
dead() { "$WAYBILL_CLI" dead "$@"; }
order() { # ID AMOUNT CURRENCY
    printf '{"type":"order.placed.v1","id":"%s","data":{"orderId":"%s","revision":1,"customer":{"code":"C1"},"branch":"KS01","businessLine":"air-freight","placedAt":"2026-03-02T09:00:00+08:00","currency":"%s","lines":[{"line":1,"serviceItem":"AIR","quantity":"1","unit":"kg","revenue":"%s","cost":"50.00"}]}}\n' "$1" "$1" "$3" "$2"
}
{
    order DL-1 100.00 XQQ
    order DL-2 100.00 XQQ
    order DL-3 100.123456 CNY
    order DL-4 100.00 CNY
} >"$work/orders.ndjson"
"$WAYBILL_CLI" orders publish "$work/orders.ndjson" --source mending --json >/dev/null
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null

dead group --service finance --source mending --json >"$work/groups"
[ "$(jq -r '[.groups[] | select(.reason == "unknown-currency")][0].messages' "$work/groups")" = 2 ] || fail "group: $(cat "$work/groups")"
[ "$(jq -r '[.groups[].messages | tonumber] | add' "$work/groups")" = 3 ] || fail "group: $(cat "$work/groups")"

dead export --service finance --source mending --out "$work/export" 2>/dev/null
[ "$(wc -l <"$work/export")" = 3 ] || fail "export has $(wc -l <"$work/export") lines"
jq -se '[.[] | select(.id == "DL-1")][0].body | fromjson | .currency == "XQQ"' "$work/export" >/dev/null || fail "export: $(cat "$work/export")"

if dead edit --service finance --id DL-1 --set currency=QQQ --why test 2>"$work/refused"; then fail "an edit that breaks the contract is taken"; fi
grep -q 'unknown-currency\|currency' "$work/refused" || fail "the refusal of an edit does not say why: $(cat "$work/refused")"
dead edit --service finance --id DL-1 --set currency=CNY 'lines[0].revenue=90.00' --dry-run 2>/dev/null
[ "$(dead show DL-1 --service finance | grep -c XQQ)" -ge 1 ] || fail "a dry run has changed something"
dead edit --service finance --id DL-1 --set currency=CNY 'lines[0].revenue=90.00' --why "currency mistyped" 2>/dev/null
[ "$(dead show DL-1 --service finance | grep -c '"90.00"')" = 1 ] || fail "the edit is not there: $(dead show DL-1 --service finance)"

dead replay --service finance --source mending --reason unknown-currency --dry-run 2>"$work/dry"
grep -q 'would replay 2' "$work/dry" || fail "dry run: $(cat "$work/dry")"
dead export --service finance --id DL-1 --out "$work/twice" 2>/dev/null
dead replay --service finance --id DL-1 --why "mended" 2>/dev/null
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
# The same once more, as if the operator's machine had died in between: one effect.
"$WAYBILL_CLI" orders publish <(jq -c '{type: "order.placed.v1", id: .id, data: (.body | fromjson)}' "$work/twice") --source mending --json >/dev/null
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
shown="$("$WAYBILL_CLI" query finance orders.show orderId=DL-1 --json)"
[ "$(jq -r '.order[0].revenue' <<<"$shown")" = 90.0000 ] || fail "the mended order has not its effect: $shown"
[ "$(jq -r '.order | length' <<<"$shown")" = 1 ] || fail "the order is there twice"

if dead replay --service finance --id DL-2 --horizon 0 --why old 2>"$work/old"; then fail "a replay past the horizon is not refused"; fi
grep -q 'not replayed' "$work/old" || fail "the refusal past the horizon: $(cat "$work/old")"
dead discard --service finance --id DL-2 --yes --why "test order" 2>/dev/null
dead audit --json >"$work/audit"
for act in edit replay discard; do
    jq -e --arg act "$act" '[.audit[] | select(.act == $act and .who != null and .why != "not said" and .source == "mending")] | length >= 1' \
        "$work/audit" >/dev/null || fail "no record of $act: $(cat "$work/audit")"
done

# A group is mended by one change: first it says what it would do, and what does not fit stays as it is.
{
    for number in 1 2 3; do order "DG-$number" 100.00 XQQ; done
    order DG-4 100.123456 XQQ
} >"$work/group.ndjson"
"$WAYBILL_CLI" orders publish "$work/group.ndjson" --source grouped --json >/dev/null
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
standing() { curl -s "$WAYBILL_HTTP_FINANCE/metrics" | sed -n 's/^waybill_dead_letters //p'; }
for _ in $(seq 50); do [ "$(standing)" -ge 4 ] 2>/dev/null && break; sleep 0.2; done
[ "$(standing)" -ge 4 ] || fail "standing letters are no metric: $(standing)"
group() { dead edit --service finance --source grouped --of-type order.placed.v1 --set currency=CNY --why "mistyped" "$@" 2>"$work/group"; }
code=0; group || code=$?
[ "$code" = 1 ] || fail "a group with a letter that cannot be mended so ends with $code: $(cat "$work/group")"
grep 'would edit 3' "$work/group" >/dev/null || fail "the dry run of a group: $(cat "$work/group")"
grep 'DG-4' "$work/group" >/dev/null || fail "what would stay is not named: $(cat "$work/group")"
wrong() { dead export --service finance --source grouped 2>/dev/null | jq -s '[.[] | select((.body | fromjson | .currency) == "XQQ")] | length'; }
[ "$(wrong)" = 4 ] || fail "the dry run of a group has changed something"
code=0; group --yes || code=$?
[ "$code" = 1 ] || fail "the edit of a group: $(cat "$work/group")"
grep 'edited 3' "$work/group" >/dev/null || fail "the edit of a group: $(cat "$work/group")"
[ "$(wrong)" = 1 ] || fail "a group was not edited"
dead replay --service finance --source grouped --reason unknown-currency --why mended 2>/dev/null
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
for number in 1 2 3; do
    "$WAYBILL_CLI" orders show "DG-$number" --json | jq -e '.order[0].currency == "CNY"' >/dev/null || fail "DG-$number was not mended"
done
dead discard --service finance --source grouped --yes --why "cannot be mended" 2>/dev/null

# Every form in which a message may come: shown, mended, replayed by the same words; without an id, by the name it gets.
nameless() { # SERVICE: its letters without an id, by the names they got
    { dead list --service "$1" --json || true; } | jq -r '(.deadLetters // ."dead letters")[]? | select(.reason == "missing-id") | .id' | sort
}
for service in customer sales servicedesk finance supplier; do nameless "$service" >"$work/nameless-$service"; done
python=python3
"$python" -c 'import pika' 2>/dev/null || python=/usr/bin/python3
"$python" - <<'PY'
import base64, json, os, pika
link = pika.BlockingConnection(pika.URLParameters(os.environ["WAYBILL_AMQP_PARTNER_URL"]))
channel = link.channel()
channel.confirm_delivery()
def order(number, currency="XQQ"):
    return {"orderId": number, "revision": 1, "customer": {"code": "C1"}, "branch": "KS01", "businessLine": "road",
            "placedAt": "2026-03-02T09:00:00+08:00", "currency": currency, "lines": [{"line": 1, "serviceItem": "R",
            "quantity": "1", "unit": "kg", "revenue": "10.00"}]}
def send(body, **properties):
    channel.basic_publish("waybill.inbound", "order.placed.v1", body if isinstance(body, bytes) else json.dumps(body).encode(),
                          pika.BasicProperties(delivery_mode=2, **properties), mandatory=True)
def event(number, **data):
    return dict({"specversion": "1.0", "id": number, "source": "demo", "type": "order.placed.v1"}, **data)
structured = {"content_type": "application/cloudevents+json"}
send(event("DF-STRUCTURED", data=order("DF-STRUCTURED")), **structured)
send(event("DF-BASE64", data_base64=base64.b64encode(json.dumps(order("DF-BASE64")).encode()).decode()), **structured)
send(event("DF-TEXT", data=json.dumps(order("DF-TEXT"))), **structured)
for prefix, number in (("ce-", "DF-CE"), ("cloudEvents_", "DF-UNDERSCORE"), ("cloudEvents:", "DF-COLON")):
    send(order(number), content_type="application/json", headers={prefix + name: value for name, value in
         event(number).items()})
# What speaks of a person and was refused: a customer that is forgotten is forgotten in every form.
def talk(number):
    return {"interactionId": number, "customer": {"code": "C-DFGONE"}, "channel": "pigeon", "at": "2026-03-02T10:00:00+08:00",
            "with": "Someone Canary", "by": "li.wei", "summary": "private words"}
def tell(data, body=None, **properties):
    channel.basic_publish("waybill.inbound", "interaction.logged.v1", json.dumps(body or data).encode(),
                          pika.BasicProperties(delivery_mode=2, **properties), mandatory=True)
def told(number, **data):
    return dict(event(number, **data), type="interaction.logged.v1")
tell(talk("DT-1"), type="interaction.logged.v1", app_id="demo", message_id="DT-1", content_type="application/json")
tell(None, told("DT-2", data=talk("DT-2")), **structured)
tell(None, told("DT-3", data_base64=base64.b64encode(json.dumps(talk("DT-3")).encode()).decode()), **structured)
tell(None, told("DT-4", data=json.dumps(talk("DT-4"))), **structured)
for number, prefix in enumerate(("ce-", "cloudEvents_", "cloudEvents:"), 5):
    tell(talk("DT-%d" % number), content_type="application/json", headers={prefix + name: value for name, value in
         told("DT-%d" % number).items()})
send(order("DF-NAMELESS", "CNY"), content_type="application/json", type="order.placed.v1", app_id="demo")
send(b"\x1b]0;owned\x07\x1b[2J\x1b[31mno json \xc2\x9b31m \xe2\x80\xaereversed", type="order.placed.v1", app_id="demo",
     message_id="DF-ESC", content_type="application/json", headers={"x-trace": "\x1b]0;owned\x07", "x-\x1b[7mname": "v"})
escapes = {"app_id": "escapes", "content_type": "application/json"}
send(order("DF-ESC-ID"), type="order.placed.v1", message_id="DF-ESC-\x1b[31mID", **escapes)
send({"a": 1}, type="order.\x1b[31mplaced.v9", message_id="DF-ESC-TYPE", **escapes)
PY
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
dead list --service finance --json >"$work/list"
for number in STRUCTURED BASE64 TEXT CE UNDERSCORE COLON; do
    jq -e --arg id "DF-$number" '(.deadLetters // ."dead letters")[] | select(.id == $id and .source == "demo" and .type == "order.placed.v1")' \
        "$work/list" >/dev/null || fail "the letter of DF-$number does not say who it is"
    dead show "DF-$number" --service finance | grep >/dev/null 'XQQ' || fail "DF-$number is not shown"
    dead edit --service finance --id "DF-$number" --set currency=CNY --why mistyped 2>"$work/edit" || fail "DF-$number: $(cat "$work/edit")"
    dead replay --service finance --id "DF-$number" --why mended 2>/dev/null
done
canaries() { dead list --service customer --json | jq '[(.deadLetters // ."dead letters")[] | select(.id | startswith("DT-"))] | length'; }
[ "$(canaries)" = 7 ] || fail "of seven refused interactions there are $(canaries)"
forgotten="$("$WAYBILL_CLI" interactions erase --source demo --code C-DFGONE --by li.wei --yes 2>&1)" || fail "erase: $forgotten"
grep >/dev/null '7 dead letters are gone' <<<"$forgotten" || fail "of a forgotten customer letters are left: $forgotten"
[ "$(canaries)" = 0 ] || fail "of a forgotten customer letters are left: $(dead list --service customer)"
# A letter without an id stands with each reader, and gets its name with each: whoever is left out is missed by reconcile.
for service in customer sales servicedesk finance supplier; do
    # Earlier parts left letters of their own, and a list promises no order.
    added="$(comm -13 "$work/nameless-$service" <(nameless "$service"))"
    dead edit --service "$service" --id "$added" --new-id DF-NAMED --why nameless 2>"$work/edit" ||
        fail "$service: a letter without an id is not mended: $(cat "$work/edit")"
    dead replay --service "$service" --id DF-NAMED --why mended 2>/dev/null
done
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
for number in STRUCTURED BASE64 TEXT CE UNDERSCORE COLON NAMELESS; do
    [ "$("$WAYBILL_CLI" orders show "DF-$number" --json | jq -r '.order[0].decision')" = accepted ] || fail "DF-$number was mended and is not decided"
done
dead show DF-ESC --service finance >"$work/escapes"
dead show DF-ESC-TYPE --service finance >>"$work/escapes" || fail "a letter of a type with an escape is not shown"
# Found or not by the id as it was sent: what is said of it acts on nothing.
dead show $'DF-ESC-\x1b[31mID' --service finance >>"$work/escapes" 2>&1 || true
for look in list group; do dead "$look" --service finance >>"$work/escapes" 2>&1; done
grep >/dev/null 'DF-ESC-.*31mID' "$work/escapes" || fail "a letter whose id holds an escape is not listed: $(cat -v "$work/escapes")"
if LC_ALL=C grep -q "$(printf '[\033\007]\|\302\233\|\342\200\256')" "$work/escapes"; then fail "what strangers wrote acts on the terminal: $(cat -v "$work/escapes")"; fi

# Looking uses nothing up, whatever limit a policy sets for returns.
manage() { # METHOD PATH [BODY]
    local address="${WAYBILL_HTTP_MANAGEMENT_URL#http://}"
    printf 'user = "%s"\n' "${address%@*}" |
        curl -sf -K - -X "$1" -H 'content-type: application/json' ${3:+-d "$3"} "http://${address#*@}/api/$2"
}
"$WAYBILL_CLI" status --json >"$work/before"
records="$(dead audit --json | jq '.audit | length')"
manage PUT 'policies/%2F/looks' '{"pattern":"^(finance\\.dead|waybill\\.audit)$","definition":{"delivery-limit":20},"apply-to":"queues"}'
for wait in $(seq 1 100); do [ "$(manage GET queues/%2F/finance.dead | jq -r .policy)" = looks ] && break || sleep 0.1; done
for look in $(seq 1 24); do [ "$(dead list --service finance --id DF-ESC --json | jq '(.deadLetters // ."dead letters") | length')" = 1 ] || fail "the letter is gone at look $look"; done
for look in $(seq 1 22); do [ "$(dead audit --json | jq '.audit | length')" = "$records" ] || fail "records are gone at look $look"; done
manage DELETE 'policies/%2F/looks'
dead show DF-ESC --service finance | grep >/dev/null 'x-waybill-reason' || fail "a letter lost its reason by being looked at"
dead discard --source demo --reason not-json --yes --why "test" 2>/dev/null || true
dead discard --source demo --reason unknown-currency --yes --why "test" 2>/dev/null || true
dead discard --source escapes --yes --why "test" 2>/dev/null || true

# Many at once: what five services have refused goes back in one go.
python3 - "$many" >"$work/many" <<'PY'
import sys
for number in range(int(sys.argv[1])):
    print('{"type":"order.placed.v1","id":"DM-%d","data":{"orderId":"DM-%d","revision":1,"customer":{"code":"C1"},"branch":"KS01","businessLine":"road","placedAt":"2026-03-02T09:00:00+08:00","currency":"XQQ","lines":[{"line":1,"serviceItem":"R","quantity":"1","unit":"kg","revenue":"10.00"}]}}' % (number, number))
PY
"$WAYBILL_CLI" orders publish "$work/many" --source many --json >/dev/null
"$WAYBILL_CLI" status --wait-drained 120 >/dev/null
SECONDS=0
dead replay --source many --why "all at once" 2>"$work/replayed"
grep -q "replayed $((many * 5))" "$work/replayed" || fail "$(cat "$work/replayed")"
echo "$((many * 5)) messages replayed in $SECONDS s"
"$WAYBILL_CLI" status --wait-drained 120 >/dev/null
dead discard --source many --yes --why "test" 2>/dev/null
dead discard --source mending --yes --why "test" 2>/dev/null
echo "grouped, exported, mended, replayed, discarded, recorded"
