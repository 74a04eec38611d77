"""What daily evaluations say of one customer's business in one line, from the orders themselves.

usage: evidence.py CASES.jsonl                 one case a line

A case: {"rules": {...}, "days": [{"orders": [[revenue, cost, isProvisional], ...], "line": [revenue, margin], "age": n}]},
amounts as decimal texts in CNY. Prints a line for each day of each case: verdict, upper bound, pooled rate (both of four
places, or "-"), acceptance. Shares no code with finance: the squares are of the orders themselves, exact to fifty digits,
and not of sums.
"""
import json
import sys
from decimal import ROUND_HALF_UP, Decimal, getcontext

getcontext().prec = 50
BREACHES = {"negative-margin", "realised-loss", "low-margin"}


def rate(value):
    return "-" if value is None else str(value.quantize(Decimal("0.0001"), ROUND_HALF_UP) + 0)


def judge(day, rules):
    """Verdict, upper bound, pooled rate."""
    orders = [(Decimal(v), Decimal(v) - Decimal(c), p) for v, c, p in day["orders"]]
    n = len(orders)
    if n < rules["minimumOrders"]:
        return "too-few-orders", None, None
    revenue = sum(v for v, _, _ in orders)
    margin = sum(g for _, g, _ in orders)
    realised = [g for _, g, provisional in orders if not provisional]
    loss = max(Decimal(0), -sum(realised))
    is_new = day["age"] < rules["graceDays"] and loss < Decimal(rules["lossCap"])
    floor = Decimal(rules["customerFloor"]) / 100
    if margin < 0:
        upper = None
        verdict = "negative-margin"
        z = Decimal(rules["confidence"])
        if revenue > 0:
            own = margin / revenue
            upper = own + z * sum((g - own * v) ** 2 for v, g, _ in orders).sqrt() / revenue
            if z > 0 and upper >= 0:
                is_realised = len(realised) >= rules["minimumOrders"] and sum(realised) < 0
                verdict = "realised-loss" if is_realised else "uncertain-loss"
        return ("new-customer-grace" if is_new else verdict), upper, None
    if revenue == 0:
        return "between-thresholds", None, None
    own = margin / revenue
    if own >= Decimal(rules["release"]) / 100:
        return "recovered", None, None
    if own >= floor or revenue < Decimal(rules["revenueThreshold"]):
        return "between-thresholds", None, None
    k = rules["poolingOrders"]
    line_revenue, line_margin = map(Decimal, day["line"])
    pooled = None
    if k > 0 and line_revenue > 0:
        pooled = (n * own + k * (line_margin / line_revenue)) / (n + k)
        if pooled >= floor:
            return "between-thresholds", None, pooled
    return ("new-customer-grace" if is_new else "low-margin"), None, pooled


for text in open(sys.argv[1]):
    case = json.loads(text)
    rules, verdicts, state = case["rules"], [], "open"
    for day in case["days"]:
        verdict, upper, pooled = judge(day, rules)
        verdicts.append(verdict)
        last = verdicts[-rules["evaluations"]:]
        if len(last) == rules["evaluations"]:
            if set(last) == {"negative-margin"}:
                state = "stopped"
            elif set(last) <= BREACHES and state == "open":
                state = "needs-approval"
            elif set(last) <= {"recovered", "too-few-orders"}:
                state = "open"
        print(verdict, rate(upper), rate(pooled), state)
