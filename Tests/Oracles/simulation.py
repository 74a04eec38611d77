#!/usr/bin/env python3
"""A profit simulation computed apart: decimals for the repricing, the documented draws for the rest.

usage: simulation.py --scenario FILE --orders FILE --seed N --runs N
"""
import argparse
import json
import math
from decimal import Decimal, ROUND_HALF_UP, getcontext

getcontext().prec = 60
MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15
DIMENSIONS = {"branch": lambda o, l: o["branch"], "line": lambda o, l: o["businessLine"],
              "customer": lambda o, l: o["customer"]["code"], "item": lambda o, l: l["serviceItem"],
              "supplier": lambda o, l: l.get("supplier", {}).get("code", "-"), "lane": lambda o, l: l.get("lane", "-"),
              "owner": lambda o, l: o.get("salesOwner", "-"), "order": lambda o, l: o["orderId"]}


def places(value):
    return value.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def mixed(word):
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & MASK
    return word ^ (word >> 31)


def normal(seed, run, place):
    start = mixed((seed + STEP * (run + 1)) & MASK)

    def fraction(count):
        return (mixed((start + STEP * (count + 1)) & MASK) >> 11) * 2.0 ** -53

    return math.sqrt(-2 * math.log(max(fraction(2 * place), 2.0 ** -53))) * math.cos(
        2 * math.pi * fraction(2 * place + 1))


def main():
    parser = argparse.ArgumentParser()
    for name in ("scenario", "orders", "seed", "runs"):
        parser.add_argument("--" + name, required=True)
    arguments = parser.parse_args()
    scenario = json.load(open(arguments.scenario))
    levers = scenario["levers"]
    rates = {row["currency"]: Decimal(row["rate"]) for row in scenario.get("rates", [])}
    lines = [(order, line) for order in map(json.loads, open(arguments.orders)) for line in order["lines"]
             if not line.get("passThrough") and "cost" in line]

    def chosen(selector, order, line):
        return all(DIMENSIONS[name](order, line) == value for name, value in selector.items())

    def factor(kind, order, line):
        for lever in levers:
            if lever["kind"] != kind or not chosen(lever.get("where", {}), order, line):
                continue
            if kind == "currency" and lever["currency"] != order["currency"]:
                continue
            percent = Decimal(lever["percent"])
            if kind == "fuel":
                percent = percent * Decimal(lever["share"]) / 100
            return 1 + percent / 100
        return Decimal(1)

    mixes = []
    for lever in levers:
        if lever["kind"] != "mix":
            continue
        taken = given = Decimal(0)
        for order, line in lines:
            quantity = Decimal(line["quantity"]) * factor("volume", order, line)
            if chosen(lever.get("where", {}), order, line):
                taken += quantity
            elif chosen(lever["to"], order, line):
                given += quantity
        share = Decimal(lever["percent"]) / 100
        mixes.append((lever, 1 - share, 1 + share * taken / given))

    base = [Decimal(0), Decimal(0)]
    result = [Decimal(0), Decimal(0)]
    financing = Decimal(0)
    cells = {}
    for order, line in lines:
        rate = Decimal(1) if order["currency"] == scenario["currency"] else rates[order["currency"]]
        amounts = [places(Decimal(line["revenue"]) * rate), places(Decimal(line["cost"]) * rate)]
        base = [one + other for one, other in zip(base, amounts)]
        for lever, taken, given in mixes:
            if chosen(lever.get("where", {}), order, line):
                amounts = [places(amount * taken) for amount in amounts]
            elif chosen(lever["to"], order, line):
                amounts = [places(amount * given) for amount in amounts]
        common = factor("volume", order, line) * factor("currency", order, line)
        amounts = [places(amounts[0] * common * factor("price", order, line)),
                   places(amounts[1] * common * factor("supplier-rate", order, line) * factor("fuel", order, line))]
        result = [one + other for one, other in zip(result, amounts)]
        for lever in levers:
            if lever["kind"] == "payment-days" and chosen(lever.get("where", {}), order, line):
                capital = Decimal(scenario.get("costOfCapital", "0")) / 100
                financing += places(amounts[0] * capital * Decimal(lever["days"]) / 365)
        key = (DIMENSIONS["supplier"](order, line), order["currency"], order["businessLine"])
        cell = cells.setdefault(key, [Decimal(0), Decimal(0)])
        cell[0] += amounts[0]
        cell[1] += amounts[1]

    spread = {name: float(value) / 100 for name, value in scenario.get("uncertainty", {}).items()}
    suppliers = sorted({key[0] for key in cells})
    currencies = sorted({key[1] for key in cells} - {scenario["currency"]})
    business = sorted({key[2] for key in cells})
    margins, percents = [], []
    for run in range(int(arguments.runs)):
        place, factors = 0, {}
        for kind, names in (("cost", suppliers), ("currency", currencies), ("volume", business)):
            deviation = spread.get(kind, 0.0)
            for name in names:
                draw = normal(int(arguments.seed), run, place)
                factors[kind, name] = (max(0.0, 1 + deviation * draw) if kind == "volume"
                                       else math.exp(deviation * draw - deviation ** 2 / 2))
                place += 1
        revenue = cost = 0.0
        for (supplier, currency, line), sums in cells.items():
            common = factors["volume", line] * factors.get(("currency", currency), 1.0)
            revenue += float(sums[0]) * common
            cost += float(sums[1]) * common * factors["cost", supplier]
        margins.append(revenue - cost)
        percents.append(100 * (revenue - cost) / revenue)

    def rank(values, percent):
        return sorted(values)[math.ceil(percent * len(values)) - 1]

    print(json.dumps({
        "base": [str(value) for value in base], "result": [str(value) for value in result],
        "financing": str(financing), "margin": [rank(margins, p) for p in (0.05, 0.5, 0.95)],
        "percent": [rank(percents, p) for p in (0.05, 0.5, 0.95)],
        "belowFloor": sum(value < float(scenario.get("floor", "5")) for value in percents) / len(percents),
    }))


if __name__ == "__main__":
    main()
