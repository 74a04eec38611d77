#!/usr/bin/env python3
"""Margins by branch as they were quoted, as they are expected, and as they were invoiced, by decimals.

usage: margin_states.py FILE

FILE holds {"to", "orders": […], "costs": […], "bias": {supplier: {service item: {stage: ratio}}}}, the bodies as published.
Prints a list of rows: branch, quoted, expected, actual (null where no line has that state), actual lines, provisional.
"""
import json
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, ROUND_HALF_UP

CHINA = timezone(timedelta(hours=8))


def money(amount):
    """Exact, with two decimals at least."""
    text = str(amount.quantize(Decimal("0.0001")))
    return text[:-2] + text[-2:].rstrip("0")


def main():
    given = json.load(open(sys.argv[1]))
    end = date.fromisoformat(given["to"])
    costs = {}
    for cost in given["costs"]:
        line = costs.setdefault((cost["orderId"], cost["line"]), {})
        line[cost["state"]] = line.get(cost["state"], Decimal(0)) + Decimal(cost["amount"])
    branches = {}
    for order in given["orders"]:
        age = (end - datetime.fromisoformat(order["placedAt"]).astimezone(CHINA).date()).days
        row = branches.setdefault(order["branch"], {"quoted": [], "expected": [], "actual": [], "awaited": False})
        for line in order["lines"]:
            if line.get("passThrough"):
                continue
            revenue, known = Decimal(line["revenue"]), costs.get((order["orderId"], line["line"]), {})
            stated = Decimal(line["cost"]) if "cost" in line else None
            quoted = stated if stated is not None else known.get("estimated")
            ratios = given["bias"].get(line["supplier"]["code"], {}).get(line["serviceItem"], {})
            if "actual" in known:
                expected = known["actual"]
            elif "accrued" in known:
                expected = known["accrued"] * Decimal(ratios.get("accrual-to-actual", "1"))
            elif quoted is not None:
                expected = quoted * Decimal(ratios.get("estimate-to-actual", "1"))
            else:
                expected = None
            if expected is not None:
                expected = expected.quantize(Decimal("0.0001"), ROUND_HALF_UP)
            for name, cost in (("quoted", quoted), ("expected", expected), ("actual", known.get("actual"))):
                if cost is not None:
                    row[name].append((revenue, cost))
            row["awaited"] |= "actual" not in known and age <= 60
    rows = []
    for branch, row in sorted(branches.items()):
        margins = [money(sum((r - c for r, c in row[name]), Decimal(0))) if row[name] else None
                   for name in ("quoted", "expected", "actual")]
        whole, invoiced = (sum((c for _, c in row[name]), Decimal(0)) for name in ("expected", "actual"))
        incomplete = whole == 0 or (invoiced * 100 / whole).quantize(Decimal("0.0001"), ROUND_HALF_UP) < 95
        rows.append([branch, *margins, str(len(row["actual"])), "true" if row["awaited"] and incomplete else "false"])
    print(json.dumps(rows))


main()
