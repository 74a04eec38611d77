#!/usr/bin/env bash
# Refused messages as an operator handles them: group, export, edit, replay twice, discard, and the record of it all.
#
# usage: dead_letters.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
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

# Many at once: 10,000 refused messages go back in one go.
python3 - >"$work/many" <<'PY'
for number in range(2000):
    print('{"type":"order.placed.v1","id":"DM-%d","data":{"orderId":"DM-%d","revision":1,"customer":{"code":"C1"},"branch":"KS01","businessLine":"road","placedAt":"2026-03-02T09:00:00+08:00","currency":"XQQ","lines":[{"line":1,"serviceItem":"R","quantity":"1","unit":"kg","revenue":"10.00"}]}}' % (number, number))
PY
"$WAYBILL_CLI" orders publish "$work/many" --source many --json >/dev/null
"$WAYBILL_CLI" status --wait-drained 120 >/dev/null
SECONDS=0
dead replay --source many --why "all at once" 2>"$work/replayed"
grep -q 'replayed 10000' "$work/replayed" || fail "$(cat "$work/replayed")"
echo "10000 messages replayed in $SECONDS s"
"$WAYBILL_CLI" status --wait-drained 120 >/dev/null
dead discard --source many --yes --why "test" 2>/dev/null
dead discard --source mending --yes --why "test" 2>/dev/null
echo "grouped, exported, mended, replayed, discarded, recorded"
