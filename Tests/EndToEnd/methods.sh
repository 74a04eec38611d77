#!/usr/bin/env bash
# The commands that need no service, compared with other ways of working the same out.
set -euo pipefail
. "$WAYBILL_HOME/env"
root="$(cd "$(dirname "$0")/../.." && pwd)"
data="${WAYBILL_SHARED_DATA:-$root/../shared/data}"
python3 "$root/Tests/Oracles/case_clocks.py" "$WAYBILL_CLI" --cases 10000
python3 "$root/Tests/Oracles/rates.py" "$WAYBILL_CLI" --shipments 10000
python3 "$root/Tests/Oracles/permissions.py" "$WAYBILL_CLI" "$root/deploy/permissions/demo.json"
python3 "$root/Tests/Oracles/quote_authority.py" "$WAYBILL_CLI" --matrices 12 --deals 300
if [ -d "$data" ]; then
    python3 "$root/Tests/Oracles/case_clocks.py" "$WAYBILL_CLI" --helpdesk "$data/helpdesk/events.csv"
    python3 "$root/Tests/Oracles/rates.py" "$WAYBILL_CLI" --freight "$data/freight_rates"
    python3 "$root/Tests/Oracles/pipelines.py" "$WAYBILL_CLI" "$data/opportunities/sales-pipeline.csv"
else
    echo "skipped: no real data beside the project"
fi
work="$WAYBILL_HOME/methods"
mkdir -p "$work"
# What comes on top of a price, worked out by hand: fuel 17.5 % of 1,234.56, security at least 25, currency 3 % of all three.
cat >"$work/shipments.csv" <<'CSV'
id,day,service_item,origin,destination,quantity,unit,gross_kg,volume_cm3
S1,2026-03-02,air,CN-SH-PVG,DE-FRA,1,kg,18,120000
CSV
cat >"$work/zoned.csv" <<'CSV'
rule,service_item,origin,destination,unit,method,from,to,minimum,maximum,rate,currency,valid_from,valid_until
R,air,1,2,kg,per-unit,,,,,61.728,CNY,2026-01-01,
CSV
printf 'pattern,zone\n*,9\nCN*,1\nDE-FRA,2\n' >"$work/zones.csv"
printf 'code,kind,rate,of,minimum,maximum\ncurrency,percent,3,price fuel security,,\nfuel,percent,17.5,,,\nsecurity,per-unit,0.15,,25,\n' >"$work/top.csv"
"$WAYBILL_CLI" rates price "$work/shipments.csv" --card "$work/zoned.csv" --zones "$work/zones.csv" --surcharges "$work/top.csv" \
    --divisor 6000 --out "$work/top.out"
grep -qxF 'S1,1234.56,CNY,R,,fuel=216.05 security=25.00 currency=44.27,1519.88' "$work/top.out" || { cat "$work/top.out"; exit 1; }
printf 'code,kind,rate,of,minimum,maximum\na,percent,3,b,,\nb,percent,3,a,,\n' >"$work/circle.csv"
if "$WAYBILL_CLI" rates price "$work/shipments.csv" --card "$work/zoned.csv" --surcharges "$work/circle.csv" 2>"$work/circle.said"; then exit 1; fi
grep -q 'cycle: .*a of b of a' "$work/circle.said" || { cat "$work/circle.said"; exit 1; }
# A score may not change when what came after it is taken away.
python3 - "$work" <<'PYTHON'
import csv, datetime, random, sys
random.seed(7)
rows = []
for number in range(1500):
    day = number // 5
    rows.append((day, f"L{number}", random.choice("abc"), day + random.randrange(60) if random.random() < 0.15 else None))
time = lambda day: (datetime.datetime(2024, 1, 1, 8) + datetime.timedelta(days=day)).isoformat() + "Z"
for name, end in (("whole", 1000), ("early", 200)):
    kept = [row for row in rows if row[0] <= end]
    random.shuffle(kept)
    with open(f"{sys.argv[1]}/{name}.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "captured_at", "channel", "converted_at"])
        for day, lead, channel, done in kept:
            out.writerow([lead, time(day), channel, "" if done is None or done > end else time(done)])
PYTHON
"$WAYBILL_CLI" leads trial "$work/whole.csv" --out "$work/whole.out"
"$WAYBILL_CLI" leads trial "$work/early.csv" --out "$work/early.out"
python3 - "$work" <<'PYTHON'
import csv, sys
read = lambda name: {row["id"]: row["probability"] for row in csv.DictReader(open(f"{sys.argv[1]}/{name}"))}
whole, early = read("whole.out"), read("early.out")
assert len(whole) == 1500 and 900 < len(early) < 1100, (len(whole), len(early))
changed = [key for key in early if early[key] != whole[key]]
assert not changed, f"{len(changed)} scores changed when what came later was taken away: {changed[:5]}"
assert len(set(whole.values())) > 300, "all leads have nearly the same score"
PYTHON
# What Excel in China writes is recognised and said; it is not read as if it were UTF-8.
printf 'id,captured_at,channel,converted_at\n上海一号,2024-01-01,展会,\n' | iconv -f UTF-8 -t GB18030 >"$work/gb.csv"
"$WAYBILL_CLI" leads trial "$work/gb.csv" --out "$work/gb.out" 2>"$work/gb.said"
grep -q "^上海一号," "$work/gb.out" && grep -q "GB 18030" "$work/gb.said" || { echo "GB 18030: $(cat "$work/gb.said")"; exit 1; }
# The organisation of the documents: in June its branch is in one division, in July in another.
sed -n '/^cat >people.csv/,/^CSV$/p' "$root/docs/business/people.md" | sed '1d;$d' >"$work/people.csv"
iconv -f UTF-8 -t GB18030 "$work/people.csv" >"$work/people.gb.csv"
for file in people people.gb; do
    for day in 2026-06-30:EAST 2026-07-01:SOUTH; do
        "$WAYBILL_CLI" people check "$work/$file.csv" --as-of "${day%:*}" --json >"$work/people.json"
        python3 - "$work/people.json" "${day#*:}" <<'PYTHON'
import json, sys
told = json.load(open(sys.argv[1]))
assert told["faults"] == [] and told["check"][0]["lines"] == 9, told
branch = next(row for row in told["organisation"] if row["node"] == "SH01")
assert branch["division"] == sys.argv[2] and branch["people"] == 2 and branch["name"] == "上海", branch
assert all(row["division"] == sys.argv[2] for row in told["people"] if row["node"] == "SH01"), told["people"]
PYTHON
    done
done
# One day more in the old division, and somebody in a branch that is not there: both are said, and the command ends with 1.
sed 's/2026-06-30/2026-07-01/' "$work/people.csv" >"$work/people.bad.csv"
echo "sun.lei,SH99,,,,孙磊,,销售,li.wei,2026-01-01,,1004" >>"$work/people.bad.csv"
code=0
"$WAYBILL_CLI" people check "$work/people.bad.csv" >"$work/people.said" || code=$?
[ "$code" = 1 ] && grep -q "^line 7, .*: node-twice: " "$work/people.said" \
    && grep -q "^line 11, .*: no-node: " "$work/people.said" || { echo "people: $code, $(cat "$work/people.said")"; exit 1; }
# The page on permissions as it stands there, from the folder that it is written for.
{
    echo 'waybill() { "$WAYBILL_CLI" "$@"; }'
    awk '/^```sh$/ { printing = 1; next } printing && /^```$/ { printing = 0 } printing { print }' \
        "$root/docs/operate/permissions.md"
} >"$work/permissions.sh"
[ "$(wc -l <"$work/permissions.sh")" -gt 15 ] || { echo "docs/operate/permissions.md has no walk"; exit 1; }
(cd "$root" && WAYBILL_CLI="$WAYBILL_CLI" TMPDIR="$work" bash -euo pipefail "$work/permissions.sh") >"$work/permissions.out" 2>&1 ||
    { echo "docs/operate/permissions.md does not do what it says"; cat "$work/permissions.out"; exit 1; }
echo "the commands without services agree with their oracles"
