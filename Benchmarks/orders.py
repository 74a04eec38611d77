#!/usr/bin/env python3
"""Orders for the benchmark: bodies of order.placed.v1, one JSON object a line.

usage: orders.py COUNT SEED PREFIX [--all-losing]
Two to four lines an order, about 700 bytes, 3000 customers with a few large ones among them; one order in five is at a loss or
below the floor (with --all-losing every one, so that each makes an alert).
"""
import json
import random
import sys

count, seed, prefix = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
losing = "--all-losing" in sys.argv
draw = random.Random(seed)
lines_of_business = ["air-freight", "sea-freight", "road", "customs", "warehousing", "express"]
branches = ["KS01", "SH01", "SZ01", "QD01", "CD01"]
for number in range(count):
    customer = min(int(draw.paretovariate(0.8)) * 3 + draw.randrange(3), 2999)
    lines = []
    low = losing or draw.random() < 0.2
    for line in range(1, draw.choice((3, 3, 4, 5))):
        revenue = round(draw.lognormvariate(6, 0.8) + 20, 2)
        rate = draw.uniform(-0.3, -0.01) if losing else draw.uniform(-0.2, 0.045) if low else draw.uniform(0.06, 0.4)
        lines.append({
            "line": line, "serviceItem": "FREIGHT" if line == 1 else "HANDLING", "quantity": str(draw.randrange(1, 400)),
            "unit": "kg", "revenue": f"{revenue:.2f}", "cost": f"{revenue * (1 - rate):.2f}",
            "supplier": {"code": f"S-{draw.randrange(120)}", "name": f"Carrier {draw.randrange(120)}"},
        })
    print(json.dumps({
        "orderId": f"{prefix}-{number}", "revision": 1,
        "customer": {"code": f"C{customer:05}", "name": f"昆山富联电子{customer}有限公司"},
        "branch": branches[customer % len(branches)], "businessLine": lines_of_business[customer % 6],
        "placedAt": "2026-03-02T09:15:00+08:00", "promisedAt": "2026-03-06T18:00:00+08:00", "currency": "CNY",
        "salesOwner": f"sales.{customer % 40}", "lines": lines,
    }, ensure_ascii=False, separators=(",", ":")))
