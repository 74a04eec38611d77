#!/usr/bin/env bash
# The walk of docs/business/people.md, and what must be true after it: an organisation comes in by a file and by the personnel
# system, every service knows it, and figures of June stay with the division of June. A recorded organisation takes the place of
# the made-up branches, so this part comes after those that count on them.
#
# usage: organisation.sh        (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
export WAYBILL_HOME WAYBILL_CLI
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }
waybill() { "$WAYBILL_CLI" "$@"; }
expect() { # WHAT EXPECTED FOUND
    [ "$2" = "$3" ] || fail "$1: expected '$2', found '$3'"
}
publish() { waybill orders publish - --source hr >/dev/null 2>"$work/error" || fail "$(cat "$work/error")"; waybill status --wait-drained 60 >/dev/null; }

# The page as it stands there.
{
    echo 'waybill() { "$WAYBILL_CLI" "$@"; }'
    awk '/^```sh$/ { printing = 1; next } printing && /^```$/ { printing = 0 } printing { print }' \
        "$root/docs/business/people.md"
} >"$work/walk.sh"
[ "$(grep -c '^waybill ' "$work/walk.sh")" -gt 12 ] || fail "docs/business/people.md has no walk"
(cd "$work" && bash -euo pipefail walk.sh) >"$work/out" 2>&1 || { cat "$work/out"; fail "docs/business/people.md does not do what it says"; }
waybill status --wait-drained 60 >/dev/null

# What Excel in China writes is recognised and said, and is the same again.
iconv -f UTF-8 -t GB18030 "$work/closed.csv" >"$work/gb.csv"
waybill people import "$work/gb.csv" --dry-run >"$work/out" 2>"$work/said" || fail "GB 18030: $(cat "$work/out" "$work/said")"
grep -q "GB 18030" "$work/said" || fail "the encoding is not said: $(cat "$work/said")"
printf '\xef\xbb\xbf' | cat - "$work/closed.csv" >"$work/bom.csv"
waybill people import "$work/bom.csv" --dry-run >/dev/null 2>"$work/said" || fail "UTF-8 with a mark: $(cat "$work/said")"
# Who has left since is there again by the file, which says so.
expect "what the file would change" "wang.fang" \
    "$(waybill people import "$work/bom.csv" --dry-run --json 2>/dev/null | jq -r '[.lines[] | select(.outcome == "changed") | .key] | unique | join(" ")')"

# The personnel system: a team in a division and somebody in it, behind one another; and what contradicts itself, as dead letters.
{
    printf '{"type":"person.recorded.v1","id":"HR-2","data":{"persons":[{"login":"he.jun","periods":[{"from":"2026-01-01","name":"何军","node":"T1","manager":"li.wei"}]}],"recordedAt":"2026-02-01T09:00:00+08:00"}}\n'
    printf '{"type":"organisation.recorded.v1","id":"HR-1","data":{"nodes":[{"node":"T1","periods":[{"from":"2026-01-01","kind":"team","parent":"EAST","name":"空运组","purpose":"business"}]}],"recordedAt":"2026-02-01T09:00:00+08:00"}}\n'
} | publish
if [ -z "$(waybill people list --node T1 --on 2026-02-01 --json | jq -r '.people[].login')" ]; then
    # Of two batches the first was too early: it is replayed behind the second.
    waybill dead replay --service customer --id HR-2 --why "it was too early" >/dev/null
    waybill status --wait-drained 60 >/dev/null
fi
expect "who is in the team" "he.jun" "$(waybill people list --node T1 --on 2026-02-01 --json | jq -r '.people[].login')"
{
    printf '{"type":"organisation.recorded.v1","id":"HR-3","data":{"nodes":[{"node":"EAST","periods":[{"from":"2026-01-01","kind":"division","parent":"T1","name":"华东","purpose":"business"}]}],"recordedAt":"%s"}}\n' "$(date -u +%FT%TZ)"
    printf '{"type":"person.recorded.v1","id":"HR-4","data":{"persons":[{"login":"he.jun","periods":[{"from":"2026-01-01","until":"2026-03-31","name":"何军","node":"T1","manager":"li.wei"},{"from":"2026-03-01","name":"何军","node":"T1"}]}],"recordedAt":"2026-03-01T09:00:00+08:00"}}\n'
} | publish
expect "what is refused" "HR-3:wrong-level:\$.nodes[0].periods[0].parent HR-4:two-managers:\$.persons[0].periods[1].manager" \
    "$(waybill dead list --service customer --json | jq -r '[.deadLetters[] | select((.id // "") | startswith("HR-")) | "\(.id):\(.reason):\(.path)"] | sort | join(" ")')"

# Figures of June stay with the division of June, in the service that makes them.
for month in 06 07; do
    printf '{"orderId":"ORG-%s","revision":1,"customer":{"code":"ORG-C","name":"组织测试 Ltd"},"branch":"SH01","businessLine":"air-freight",' "$month"
    printf '"placedAt":"2026-%s-15T10:00:00+08:00","currency":"CNY","lines":[{"line":1,"serviceItem":"AIR-EXPORT","quantity":"1","unit":"kg","revenue":"1000.00","cost":"700.00"}]}\n' "$month"
done | publish
for month in 06:EAST 07:SOUTH; do
    expect "the division of orders of month ${month%:*}" "${month#*:}" \
        "$(waybill finance view --from "2026-${month%:*}-15" --to "2026-${month%:*}-15" --by total,division --metric orders --branch SH01 --json | jq -r '[.view[].division] | join(" ")')"
done

# A policy that nobody could change again is refused, and no policy holds after it.
sed -e 's/, "setting", "person"\], "scope": "all"}/, "person"], "scope": "all"}/' -e '/operator-exports/s/, "setting"\]/]/' "$root/deploy/permissions/demo.json" >"$work/locked.json"
code=0
waybill policy set "$work/locked.json" --reason "a slip" --json >"$work/out" || code=$?
expect "a policy that locks out" "2 nobody-administers \$.document.lines" "$code $(jq -r '"\(.refused) \(.path)"' "$work/out")"
code=0
waybill policy show --document >/dev/null 2>&1 || code=$?
expect "no policy" 2 "$code"
echo "an organisation is taken over by file and by messages, asked as of any day, and what contradicts itself is refused"
