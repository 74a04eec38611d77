#!/usr/bin/env python3
"""Checks 'waybill opportunities funnel' against another way of working the funnel out, at the end of every Monday.

usage: pipelines.py WAYBILL PIPELINE.csv

By pandas when it is there, which counts by comparing columns; otherwise opportunity by opportunity and Monday by Monday. A won or
lost one is open from its first day to the day before its decision, and its value counts from the decision on.
"""
import collections, csv, datetime as dt, decimal, subprocess, sys

waybill, path = sys.argv[1:]
STATES = {"won": "won", "lost": "lost"}
try: import pandas
except ModuleNotFoundError: pandas = None


def mondays(rows):
    days = [dt.date.fromisoformat(row[name]) for row in rows for name in ("Created_On", "Close_Date") if row[name]]
    first, last = min(days), max(days)
    day = first - dt.timedelta(first.weekday())
    while day <= last + dt.timedelta(7):
        yield day
        day += dt.timedelta(7)


def by_hand(rows, day):
    found = collections.defaultdict(lambda: [0, 0, decimal.Decimal(0)])
    for row in rows:
        if dt.date.fromisoformat(row["Created_On"]) > day: continue
        decided = STATES.get(row["Deal_Stage"].lower())
        is_over = decided and dt.date.fromisoformat(row["Close_Date"]) <= day
        sums = found[decided if is_over else "open"]
        sums[0] += 1
        # What it came to is known with the decision only.
        value = row["Close_Value"] if is_over or not decided else ""
        if value: sums[2] += decimal.Decimal(value)
        else: sums[1] += 1
    return {state: tuple(sums) for state, sums in found.items()}


def by_pandas(table, day):
    day = pandas.Timestamp(day)
    began = table[table.Created_On <= day]
    state = began.decided.where(began.decided.notna() & (began.Close_Date <= day), "open")
    value = began.Close_Value.where((state != "open") | began.decided.isna())
    cents = (value * 100).round()
    return {name: (len(group), int(group.isna().sum()), decimal.Decimal(int(group.sum())) / 100)
            for name, group in cents.groupby(state)}


with open(path, newline="", encoding="utf-8-sig") as file: rows = list(csv.DictReader(file))
days = list(mondays(rows))
if pandas is not None:
    table = pandas.read_csv(path, parse_dates=["Created_On", "Close_Date"])
    table["decided"] = table.Deal_Stage.str.lower().map(STATES)
    oracle, how = lambda day: by_pandas(table, day), "pandas"
else:
    oracle, how = lambda day: by_hand(rows, day), "counting one by one (no pandas here)"
told = subprocess.run([waybill, "opportunities", "funnel", path, "--on", str(days[0]), "--until", str(days[-1])],
                      check=True, capture_output=True, text=True).stdout
found = collections.defaultdict(dict)
for row in csv.DictReader(told.splitlines()):
    assert row["state"] not in found[row["day"]], row
    found[row["day"]][row["state"]] = (int(row["deals"]), int(row["without_amount"]), decimal.Decimal(row["amount"]))
assert set(found) <= {str(day) for day in days}, "days that are no Mondays"
for day in days:
    wanted, got = oracle(day), found.get(str(day), {})
    if got != wanted: sys.exit(f"Monday {day}: {got}, wanted {wanted}")
    # Not only that both are wrong in the same way: nothing is lost and nothing counted twice.
    assert sum(sums[0] for sums in got.values()) == sum(row["Created_On"] <= str(day) for row in rows), day
print(f"{len(rows)} opportunities, {len(days)} Mondays: the funnel as by {how}")
