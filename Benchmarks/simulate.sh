#!/usr/bin/env bash
# How long it takes to reprice a million order lines and to draw 5,000 times over them: JSON lines. Needs no service.
#
# usage: simulate.sh [LINES [ROUNDS]]      (1000000 3)
. "$(cd "$(dirname "$0")/.." && pwd)/deploy/local/lib.sh"
case "${1:-}" in -h | --help) sed -n '2,4p' "$0"; exit 0 ;; esac
lines="${1:-1000000}" rounds="${2:-3}"
waybill="$(swift_build release --package-path "$root" --show-bin-path)/waybill"
[ -x "$waybill" ] || swift_build release --package-path "$root" --product waybill >&2
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
say "writing orders with $lines lines"
python3 - "$lines" >"$work/orders.ndjson" <<'python'
import random, sys
wanted, draw = int(sys.argv[1]), random.Random(1)
for order in range((wanted + 3) // 4):
    lines = ",".join(
        f'{{"line":{n},"serviceItem":"ITEM-{draw.randrange(12)}","quantity":"{draw.randrange(1, 500)}","unit":"kg",'
        f'"revenue":"{draw.randrange(5000, 900000) / 100:.2f}","cost":"{draw.randrange(4000, 800000) / 100:.2f}",'
        f'"supplier":{{"code":"S-{draw.randrange(40)}"}}}}' for n in range(1, 1 + min(4, wanted - order * 4)))
    print(f'{{"orderId":"SIM-{order}","revision":1,"customer":{{"code":"C-{draw.randrange(3000)}"}},"branch":"KS01",'
          f'"businessLine":"air-freight","placedAt":"2026-0{draw.randrange(1, 7)}-1{draw.randrange(10)}T10:00:00+08:00",'
          f'"currency":"{draw.choice(("CNY", "CNY", "USD"))}","lines":[{lines}]}}')
python
cat >"$work/scenario.json" <<'json'
{"name": "dearer", "currency": "CNY", "costOfCapital": "6", "floor": "5", "rates": [{"currency": "USD", "rate": "7.1"}], "levers": [
  {"kind": "price", "percent": "2"},
  {"kind": "supplier-rate", "percent": "5", "where": {"supplier": "S-1"}},
  {"kind": "fuel", "percent": "20", "share": "30", "where": {"item": "ITEM-1"}},
  {"kind": "currency", "percent": "-3", "currency": "USD"}],
 "uncertainty": {"cost": "5", "volume": "10"}}
json
for round in $(seq "$rounds"); do
    "$waybill" finance simulate "$work/scenario.json" --orders "$work/orders.ndjson" --seed 7 --progress --json \
        >"$work/report.json" 2>"$work/progress" || die "$(tail -1 "$work/progress")"
    python3 - "$work" "$lines" "$round" <<'python'
import json, re, sys
work, lines, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
progress, report = open(f"{work}/progress").read(), json.load(open(f"{work}/report.json"))
assert f"repriced {lines} of {lines}" in progress, progress[-500:]
seconds = [float(n) for n in re.search(r"repriced in ([0-9.e-]+) seconds, drawn in ([0-9.e-]+) seconds", progress).groups()]
print(json.dumps({"measure": "simulation", "round": number, "lines": lines, "repricedSeconds": round(seconds[0], 3),
                  "runs": 5000, "drawnSeconds": round(seconds[1], 3)}))
python
done
