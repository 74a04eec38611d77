#!/usr/bin/env python3
"""How well 'waybill opportunities trial' foretells what is won, beside two ways that others have, on the same opportunities.

usage: opportunity_trial.py WAYBILL PIPELINE.csv

All three are prequential: each opportunity is scored on the day on which it came into being, by what had been decided before that
day. Scored are those that were created early enough to be known: 180 days before the end of the file, after the first quarter.
'rate' is the share won of what was decided, by sales agent ("stage × rate" with its one stage). 'odoo' is that product's frequency
table: won and lost by team and by value of each field, a tenth added to each, fields seen under fifty times left out. The account is
left out everywhere: it stands beside every deal won and few of the others.
"""
import collections, csv, datetime as dt, subprocess, sys

waybill, path = sys.argv[1:]
day = lambda text: dt.date.fromisoformat(text)
with open(path, newline="", encoding="utf-8-sig") as file: rows = list(csv.DictReader(file))
told = subprocess.run([waybill, "opportunities", "trial", path], check=True, capture_output=True, text=True).stdout
scores = {"waybill": {row["id"]: float(row["probability"]) for row in csv.DictReader(told.splitlines())}, "rate": {}, "odoo": {}}
FIELDS = ["Sales_Agent", "Product"]
events = [(day(row["Created_On"]), 0, row) for row in rows]
events += [(day(row["Close_Date"]), 1, row) for row in rows if row["Deal_Stage"] in ("Won", "Lost")]
counts = collections.defaultdict(lambda: [0, 0])
pending = []
for when, is_decided, row in sorted(events, key=lambda event: (event[0], event[1], event[2]["Opportunity_ID"])):
    # What was decided on a day is known the day after.
    while pending and pending[0][0] < when:
        _, past = pending.pop(0)
        place = 0 if past["Deal_Stage"] == "Won" else 1
        for key in [None] + [(field, past[field]) for field in FIELDS]: counts[key][place] += 1
    if is_decided:
        pending.append((when, row))
        continue
    won, lost = counts[None]
    base = (won + 0.1) / (won + lost + 0.2)
    mine = counts[("Sales_Agent", row["Sales_Agent"])]
    scores["rate"][row["Opportunity_ID"]] = (mine[0] + 5 * base) / (sum(mine) + 5)
    yes, no = base, 1 - base
    for field in FIELDS:
        value = counts[(field, row[field])]
        if sum(value) < 50: continue
        yes *= (value[0] + 0.1) / (won + 0.1)
        no *= (value[1] + 0.1) / (lost + 0.1)
    scores["odoo"][row["Opportunity_ID"]] = yes / (yes + no)
first, last = min(day(row["Created_On"]) for row in rows), max(day(row["Close_Date"]) for row in rows if row["Close_Date"])
known = [row for row in rows if first + (last - first) / 4 <= day(row["Created_On"]) <= last - dt.timedelta(180)]
outcome = [int(row["Deal_Stage"] == "Won" and (day(row["Close_Date"]) - day(row["Created_On"])).days <= 180) for row in known]


def area(pairs):
    """The area under the curve by ranks (Mann and Whitney); ties count half."""
    ranked, rank, place = sorted(pairs), {}, 0
    while place < len(ranked):
        end = place
        while end < len(ranked) and ranked[end][0] == ranked[place][0]: end += 1
        rank[ranked[place][0]] = (place + 1 + end) / 2
        place = end
    positive = sum(won for _, won in pairs)
    total = sum(rank[score] for score, won in pairs if won)
    return (total - positive * (positive + 1) / 2) / (positive * (len(pairs) - positive))


base = sum(outcome) / len(outcome)
print(f"{len(known)} scored of {len(rows)}, {base:.3f} won within 180 days, Brier of that rate {base * (1 - base):.4f}")
for name, score in scores.items():
    pairs = [(score[row["Opportunity_ID"]], won) for row, won in zip(known, outcome)]
    ranked = sorted(pairs)
    bins = [ranked[len(ranked) * n // 10:len(ranked) * (n + 1) // 10] for n in range(10)]
    apart = sum(abs(sum(p for p, _ in part) - sum(w for _, w in part)) for part in bins) / len(ranked)
    brier = sum((p - won) ** 2 for p, won in pairs) / len(pairs)
    print(f"{name:8} AUC {area(pairs):.4f}  Brier {brier:.4f}  mean deviation of ten bins {apart:.4f}")
