#!/usr/bin/env python3
"""Ageing of receivables, computed apart from the service: exact decimals, one invoice after the other.

usage: ageing.py --csv FILE --as-of 2013-06-30 [--buckets 30,60,90] [--customer CODE]
       ageing.py --messages FILE --as-of …

--csv reads the columns invoiceNumber, customerID, InvoiceDate, DueDate, SettledDate (month/day/year), InvoiceAmount; an
invoice is wholly paid on its SettledDate. --messages reads one {"type", "data"} a line as they are published.
Prints {"asOf", "currency", "open", "notDue", "buckets"}.
"""
import argparse
import csv
import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

CHINA = timezone(timedelta(hours=8))


def china_day(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(CHINA).date()


def from_csv(path):
    def day(text):
        return datetime.strptime(text, "%m/%d/%Y").date()

    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            amount = Decimal(row["InvoiceAmount"])
            paid = [(day(row["SettledDate"]), amount)] if row["SettledDate"] else []
            yield row["customerID"], day(row["InvoiceDate"]), day(row["DueDate"]), amount, paid


def from_messages(path):
    invoices, payments = {}, {}
    with open(path) as file:
        for line in file:
            message = json.loads(line)
            data = message["data"]
            if message["type"] == "invoice.issued.v1":
                invoices.setdefault(data["invoiceId"], data)
            elif message["type"] == "payment.received.v1":
                payments.setdefault(data["paymentId"], data)
    paid = {}
    for payment in payments.values():
        for part in payment.get("allocations", []):
            paid.setdefault(part["invoiceId"], []).append(
                (china_day(payment["receivedAt"]), Decimal(part["amount"])))
    for number, data in invoices.items():
        yield (data["customer"]["code"], china_day(data["issuedAt"]), china_day(data["dueAt"]),
               Decimal(data["amount"]), paid.get(number, []))


def text(amount):
    whole, _, fraction = f"{amount:.4f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction.ljust(2, '0')}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--csv")
    parser.add_argument("--messages")
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--buckets", default="30,60,90")
    parser.add_argument("--customer")
    arguments = parser.parse_args()
    day = date.fromisoformat(arguments.as_of)
    limits = [int(part) for part in arguments.buckets.split(",")]
    spans = [[1 if n == 0 else limits[n - 1] + 1, limits[n] if n < len(limits) else None, 0, Decimal(0)]
             for n in range(len(limits) + 1)]
    not_due = [0, Decimal(0)]
    rows = from_csv(arguments.csv) if arguments.csv else from_messages(arguments.messages)
    for customer, issued, due, amount, paid in rows:
        if arguments.customer and customer != arguments.customer:
            continue
        if issued > day:
            continue
        received = sum((part for when, part in paid if when <= day), Decimal(0))
        remaining = amount - received
        if remaining <= 0:
            continue
        overdue = (day - due).days
        if overdue <= 0:
            not_due[0] += 1
            not_due[1] += remaining
            continue
        for span in spans:
            if overdue >= span[0] and (span[1] is None or overdue <= span[1]):
                span[2] += 1
                span[3] += remaining
    count = not_due[0] + sum(span[2] for span in spans)
    amount = not_due[1] + sum((span[3] for span in spans), Decimal(0))
    print(json.dumps({
        "asOf": day.isoformat(), "currency": "CNY",
        "open": {"count": count, "amount": text(amount)},
        "notDue": {"count": not_due[0], "amount": text(not_due[1])},
        "buckets": [{"from": s[0], "to": s[1], "count": s[2], "amount": text(s[3])} for s in spans],
    }))


if __name__ == "__main__":
    main()
