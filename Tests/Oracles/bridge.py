#!/usr/bin/env python3
"""The bridge of a margin between two periods by the formulas of the textbooks, in exact fractions.

usage: bridge.py --orders FILE --rates FILE --before A..B --after C..D --by branch

--orders reads one order a line, as published; --rates one "CODE DAY RATE" a line (CNY for one unit). Amounts are converted
line by line to four places, half away from zero; nothing else is rounded. Prints every effect as a decimal with twelve
places, in all and by label.
"""
import argparse
import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, ROUND_HALF_UP
from fractions import Fraction

CHINA = timezone(timedelta(hours=8))
EFFECTS = ["currency", "price", "cost", "volume", "mix", "new", "lost", "credits"]


def main():
    parser = argparse.ArgumentParser()
    for name in ("orders", "rates", "before", "after", "by"):
        parser.add_argument("--" + name, required=True)
    arguments = parser.parse_args()
    rates = {}
    for row in open(arguments.rates):
        code, day, rate = row.split()
        rates.setdefault(code, []).append((date.fromisoformat(day), Decimal(rate)))

    def cny(amount, code, day):
        if code == "CNY":
            return Fraction(amount)
        rate = max(entry for entry in rates[code] if entry[0] <= day)[1]
        return Fraction((amount * rate).quantize(Decimal("0.0001"), ROUND_HALF_UP))

    periods = [[date.fromisoformat(part) for part in text.split("..")]
               for text in (arguments.before, arguments.after)]
    constant = periods[0][1]
    sides = [{}, {}]
    unknown = [0, 0]
    for row in open(arguments.orders):
        order = json.loads(row)
        day = datetime.fromisoformat(order["placedAt"]).astimezone(CHINA).date()
        for side, (first, last) in enumerate(periods):
            if not first <= day <= last:
                continue
            for line in order["lines"]:
                if line.get("passThrough"):
                    continue
                if "cost" not in line:
                    unknown[side] += 1
                    continue
                key = (order[arguments.by], line["serviceItem"], line["unit"])
                sums = sides[side].setdefault(key, [Fraction(0)] * 4)
                revenue, cost = Decimal(line["revenue"]), Decimal(line["cost"])
                code = order["currency"]
                sums[0] += Fraction(Decimal(line["quantity"]))
                sums[1] += cny(revenue, code, constant)
                sums[2] += cny(cost, code, constant)
                sums[3] += cny(revenue, code, day) - cny(cost, code, day)

    def paired(key):
        return (not key[1].endswith("-CREDIT") and key in sides[0] and key in sides[1]
                and sides[0][key][0] and sides[1][key][0])

    total = dict.fromkeys(EFFECTS, Fraction(0))
    by_label = {}
    for key in sorted(set(sides[0]) | set(sides[1])):
        none = [Fraction(0)] * 4
        q0, r0, c0, own0 = sides[0].get(key, none)
        q1, r1, c1, own1 = sides[1].get(key, none)
        part = dict.fromkeys(EFFECTS, Fraction(0))
        part["currency"] = (own1 - (r1 - c1)) - (own0 - (r0 - c0))
        if key[1].endswith("-CREDIT"):
            part["credits"] = (r1 - c1) - (r0 - c0)
        elif not paired(key):
            part["new"], part["lost"] = r1 - c1, -(r0 - c0)
        else:
            part["price"] = (r1 / q1 - r0 / q0) * q1
            part["cost"] = -(c1 / q1 - c0 / q0) * q1
        label = by_label.setdefault(key[0], dict.fromkeys(EFFECTS, Fraction(0)))
        for effect in EFFECTS:
            total[effect] += part[effect]
            label[effect] += part[effect]
    # Volume and mix by their definition, over the items of one unit.
    for unit in {key[2] for key in sides[0]}:
        items = [key for key in sides[0] if key[2] == unit and paired(key)]
        whole0 = sum(sides[0][key][0] for key in items)
        whole1 = sum(sides[1][key][0] for key in items)
        if not items:
            continue
        margin0 = sum(sides[0][key][1] - sides[0][key][2] for key in items)
        mean = margin0 / whole0
        total["volume"] += (whole1 - whole0) * mean
        for key in items:
            q0, r0, c0, _ = sides[0][key]
            total["mix"] += (sides[1][key][0] - q0 / whole0 * whole1) * ((r0 - c0) / q0 - mean)

    def text(value):
        return str(Decimal(value.numerator) / Decimal(value.denominator))

    before = sum((side[3] for side in sides[0].values()), Fraction(0))
    after = sum((side[3] for side in sides[1].values()), Fraction(0))
    assert sum(total.values()) == after - before
    print(json.dumps({
        "before": text(before), "after": text(after), "unknown": unknown, "items": len(set(sides[0]) | set(sides[1])),
        "effects": {effect: text(total[effect]) for effect in EFFECTS},
        "priceByLabel": {label: text(part["price"]) for label, part in by_label.items()},
    }))


if __name__ == "__main__":
    main()
