"""What invoices have open and what customers hold, from invoices, payments, what went back of
them, credit notes, write-offs and allocations.

usage: collection.py MESSAGES.jsonl            {"type", "data"} a line, in any order, all of one source

Prints one line for each invoice (open amount, disputed amount, promises) and each customer. Shares no code with finance:
each invoice is walked through from its messages, with exact decimals.
"""
import json
import sys
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal

CHINA = timezone(timedelta(hours=8))


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def day(text):
    return instant(text).astimezone(CHINA).date()


messages = {}
for line in open(sys.argv[1]):
    message = json.loads(line)
    messages.setdefault((message["type"], json.dumps(message["data"], sort_keys=True)), message)
by_type = defaultdict(list)
for message in messages.values():
    by_type[message["type"]].append(message["data"])

reductions = defaultdict(list)  # invoice -> [(time, kind, id, allocation, amount)]
for payment in by_type["payment.received.v1"]:
    sums = defaultdict(Decimal)
    for part in payment.get("allocations", []):
        sums[part["invoiceId"]] += Decimal(part["amount"])
    for invoice, amount in sums.items():
        reductions[invoice].append((instant(payment["receivedAt"]), "payment", payment["paymentId"], "", amount))
for later in by_type["payment.allocated.v1"]:
    received = next(p["receivedAt"] for p in by_type["payment.received.v1"] if p["paymentId"] == later["paymentId"])
    for part in later["allocations"]:
        reductions[part["invoiceId"]].append(
            (max(instant(later["allocatedAt"]), instant(received)), "payment", later["paymentId"], later["allocationId"],
             Decimal(part["amount"])))
for note in by_type["credit-note.issued.v1"]:
    reductions[note["invoiceId"]].append(
        (instant(note["issuedAt"]), "credit-note", note["creditNoteId"], "", Decimal(note["amount"])))
# What went back of a payment is taken first from what is allocated to nothing, then from what was allocated last.
returned = defaultdict(Decimal)
for payment in by_type["payment.received.v1"]:
    name = payment["paymentId"]
    allocations = sorted(
        ([time, invoice, amount] for invoice, parts in reductions.items() for time, kind, of, _, amount in parts
         if kind == "payment" and of == name), reverse=True)
    free = max(Decimal(0), Decimal(payment["amount"]) - sum((a[2] for a in allocations), Decimal(0)))
    for back in sorted((r for r in by_type["payment.returned.v1"] if r["paymentId"] == name),
                       key=lambda r: (instant(r["returnedAt"]), r["returnId"])):
        left = Decimal(back["amount"])
        returned[name] += left
        at = max(instant(back["returnedAt"]), instant(payment["receivedAt"]))
        taken = min(left, free)
        free -= taken
        left -= taken
        parts = {}
        for allocation in allocations:
            taken = min(left, allocation[2])
            if taken > 0:
                allocation[2] -= taken
                left -= taken
                time, amount = parts.get(allocation[1], (at, Decimal(0)))
                parts[allocation[1]] = (max(time, allocation[0]), amount + taken)
        for invoice, (time, amount) in parts.items():
            reductions[invoice].append((time, "return", back["returnId"], name, -amount))
approvals = {a["writeOffId"]: a for a in by_type["write-off.approved.v1"]}
for proposal in by_type["write-off.proposed.v1"]:
    approval = approvals.get(proposal["writeOffId"])
    if approval and approval["approvedBy"] != proposal["proposedBy"]:
        reductions[proposal["invoiceId"]].append(
            (instant(approval["approvedAt"]), "write-off", proposal["writeOffId"], "", Decimal(proposal["amount"])))
resolved = {r["disputeId"] for r in by_type["dispute.resolved.v1"]}

used = defaultdict(Decimal)
owed = defaultdict(Decimal)
for invoice in sorted(by_type["invoice.issued.v1"], key=lambda i: i["invoiceId"]):
    left = Decimal(invoice["amount"])
    walk = []
    here = defaultdict(Decimal)
    for time, kind, name, of, amount in sorted(reductions[invoice["invoiceId"]]):
        applied = -min(-amount, here[of]) if kind == "return" else min(left, amount)
        left -= applied
        walk.append((time, kind, applied, left))
        if kind in ("payment", "credit-note"):
            used[(kind, name)] += applied
        if kind == "payment":
            here[name] += applied
        if kind == "return":
            used[("payment", of)] += applied
            here[of] += applied
    owed[invoice["customer"]["code"]] += left
    disputed = sum((Decimal(d["amount"]) for d in by_type["invoice.disputed.v1"]
                    if d["invoiceId"] == invoice["invoiceId"] and d["disputeId"] not in resolved), Decimal(0))
    print(f"invoice {invoice['invoiceId']} {left:.2f} {disputed:.2f}")
    for promise in by_type["payment.promised.v1"]:
        if promise["invoiceId"] != invoice["invoiceId"]:
            continue
        came = sum((applied for time, kind, applied, _ in walk
                    if kind in ("payment", "return") and time >= instant(promise["madeAt"])
                    and time.astimezone(CHINA).date().isoformat() <= promise["promisedOn"]), Decimal(0))
        last = max((time for time, _, applied, _ in walk if applied > 0), default=None)
        whole = left == 0 and last and last.astimezone(CHINA).date().isoformat() <= promise["promisedOn"]
        print(f"promise {promise['promiseId']} {'kept' if whole or came >= Decimal(promise['amount']) else 'broken'}")
cash = defaultdict(Decimal)
for payment in by_type["payment.received.v1"]:
    name = payment["paymentId"]
    cash[payment["customer"]["code"]] += Decimal(payment["amount"]) - returned[name] - used[("payment", name)]
for note in by_type["credit-note.issued.v1"]:
    cash[note["customer"]["code"]] += Decimal(note["amount"]) - used[("credit-note", note["creditNoteId"])]
for code in sorted(set(owed) | set(cash)):
    print(f"customer {code} {owed[code]:.2f} {cash[code]:.2f}")
