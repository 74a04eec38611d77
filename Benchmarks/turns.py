#!/usr/bin/env python3
"""What turns.sh measured: the median of each figure before and now, their quotient, and the spread of the rounds.

usage: turns.py FOLDER BEFORE NOW        (names of the two commits, printed only)

A quotient that differs from 1 by less than the spread of either side's turns (half the distance between the quartiles, or
between the extremes of fewer than four turns, divided by the median) counts as equal.
"""
import json
import statistics
import sys
from pathlib import Path

SERVICES = ("customer", "sales", "servicedesk", "finance", "supplier")


def figures(rows):
    """The figures of one turn by name; of rates the quotient by the raw twin of the same turn."""
    of = {}
    for row in rows:
        of.setdefault((row["measure"], row.get("rate")), row)

    def value(measure, key, rate=None):
        row = of.get((measure, rate))
        return row.get(key) if row else None

    five, twin = value("five", "perSecond"), value("raw-five", "perSecond")
    if five and twin:
        yield "five ÷ raw twin", five / twin, "more"
        yield "five, peak memory (MiB)", sum(value("five", "peakMiB")[name] for name in SERVICES), "less"
    finance, raw = value("finance", "perSecond"), value("raw-broker", "perSecond")
    if finance and raw:
        yield "finance ÷ raw twin", finance / raw, "more"
        yield "finance, peak memory (MiB)", value("finance", "peakMiB"), "less"
    for (measure, rate), row in of.items():
        if measure == "publish-to-alert":
            for key in ("p50", "p99"):
                found = next((row[name] for name in row if name.lower().startswith(key)), None)
                if found is not None:
                    yield f"latency {key} at {rate}/s (ms)", found, "less"


def spread(values):
    low, high = min(values), max(values)
    if len(values) >= 4:
        low, _, high = statistics.quantiles(values, n=4)
    return (high - low) / 2 / statistics.median(values)


def main():
    folder, before, now = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    found, better = {}, {}
    for side in ("before", "now"):
        for path in sorted(folder.glob(f"{side}-*.jsonl")):
            for name, value, direction in figures([json.loads(line) for line in path.open()]):
                found.setdefault(name, {"before": [], "now": []})[side].append(value)
                better[name] = direction
    print(f"{'':<34}{before:>12}{now:>12}  now ÷ before   spread")
    failed = False
    for name, sides in found.items():
        if not sides["before"] or not sides["now"]:
            continue
        middle = {side: statistics.median(sides[side]) for side in sides}
        quotient = middle["now"] / middle["before"]
        wide = max(spread(sides["before"]), spread(sides["now"]))
        worse = quotient < 0.97 if better[name] == "more" else quotient > 1.03
        verdict = "worse" if worse and abs(quotient - 1) > wide else "equal" if abs(quotient - 1) <= wide else "kept"
        failed |= verdict == "worse"
        print(f"{name:<34}{middle['before']:>12.3f}{middle['now']:>12.3f}{quotient:>14.3f}{wide:>9.3f}  {verdict}"
              f"  ({' '.join(f'{value:.3g}' for value in sides['before'])} | "
              f"{' '.join(f'{value:.3g}' for value in sides['now'])})")
    turns = min((len(values) for sides in found.values() for values in sides.values()), default=0)
    if turns < 7:
        print(f"{turns} turns of a side count: the rule of the order path asks for seven")
    return 1 if failed or not found else 0


sys.exit(main())
