"""What is open of suppliers' invoices and whether they fit their costs. Shares no code with finance.

usage: payables.py MESSAGES.jsonl            {"type", "data"} a line, in any order, all of one source
"""
import json
import sys
from collections import defaultdict
from datetime import datetime
from decimal import Decimal

by_type = defaultdict(dict)
for line in open(sys.argv[1]):
    message = json.loads(line)
    by_type[message["type"]][json.dumps(message["data"], sort_keys=True)] = message["data"]
costs = {}
order = ["estimated", "accrued", "actual"]
for cost in by_type["cost.recorded.v1"].values():
    before = costs.get(cost["costId"])
    if before is None or order.index(cost["state"]) > order.index(before["state"]):
        costs[cost["costId"]] = cost
payments = sorted(by_type["supplier-payment.made.v1"].values(),
                  key=lambda p: (datetime.fromisoformat(p["paidAt"]), p["paymentId"]))
for invoice in sorted(by_type["supplier-invoice.received.v1"].values(), key=lambda i: i["invoiceId"]):
    amount = left = Decimal(invoice["amount"])
    for payment in payments:
        named = sum((Decimal(a["amount"]) for a in payment.get("allocations", [])
                     if a["invoiceId"] == invoice["invoiceId"]), Decimal(0))
        left -= min(left, named)
    fitting = [Decimal(c["amount"]) for c in costs.values()
               if c["orderId"] in invoice["orderIds"] and c["supplier"]["code"] == invoice["supplier"]["code"]
               and c["currency"] == invoice["currency"]]
    recorded = sum(fitting, Decimal(0))
    match = ("no-order" if not invoice["orderIds"] else "no-cost" if not fitting
             else "matched" if abs(amount - recorded) <= max(Decimal(1), amount / 100)
             else "above-cost" if amount > recorded else "below-cost")
    print(f"{invoice['invoiceId']} {left:.2f} {recorded:.2f} {match}")
