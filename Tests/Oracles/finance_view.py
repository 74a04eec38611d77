"""The finance view from raw messages, computed apart: month × branch × line of business, with decimals.

usage: finance_view.py --messages FILE --rates FILE --from DAY --to DAY

FILE of messages: one {"type", "data"} a line, each message once, in any order. FILE of rates: "USD 2025-01-01 7.00".
Prints JSON: [{"period", "branch", "line", "orders", "revenue", …}], amounts in CNY to four places.
"""
import argparse
import calendar
import json
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

CHINA = timezone(timedelta(hours=8))
PLACES = Decimal("0.0001")
LOSS = [Decimal(rate) / 100 for rate in ("0.3", "1.6", "3.6", "6.6", "10.6")]


def rounded(value):
    return value.quantize(PLACES, rounding=ROUND_HALF_UP)


def day(text):
    return datetime.fromisoformat(text).astimezone(CHINA).date()


def main():
    parser = argparse.ArgumentParser()
    for name in ("messages", "rates", "from", "to"):
        parser.add_argument("--" + name, required=True)
    arguments = vars(parser.parse_args())
    table = sorted((code, date.fromisoformat(start), Decimal(rate)) for code, start, rate in (
        line.split() for line in open(arguments["rates"])))

    def cny(amount, code, on):
        if code == "CNY":
            return amount
        return rounded(amount * [rate for other, start, rate in table if other == code and start <= on][-1])

    by_type = defaultdict(list)
    for text in open(arguments["messages"]):
        message = json.loads(text)
        by_type[message["type"].rsplit(".", 1)[0]].append(message["data"])

    orders = {}
    for body in by_type["order.placed"] + by_type["order.changed"]:
        if body["revision"] > orders.get(body["orderId"], {"revision": 0})["revision"]:
            orders[body["orderId"]] = body
    cancelled = {body["orderId"] for body in by_type["order.cancelled"]
                 if body["revision"] >= orders[body["orderId"]]["revision"]}
    costs = defaultdict(lambda: defaultdict(list))
    for body in by_type["cost.recorded"]:
        costs[body["orderId"], body["line"]][body["state"]].append(Decimal(body["amount"]))

    # Flows: (what, branch, line, day, due day, currency) -> amount.
    flows = defaultdict(Decimal)

    def place(body):
        order = orders.get(body["orderIds"][0]) if body["orderIds"] else None
        return (order["branch"], order["businessLine"]) if order else ("-", "-")

    # An invoice of several orders is shared by revenue; an order that has not come has an equal share.
    billed = defaultdict(Decimal)
    credited = defaultdict(Decimal)
    notes = defaultdict(Decimal)
    for body in by_type["credit-note.issued"]:
        notes[body["invoiceId"]] += Decimal(body["amount"])
    for body in by_type["invoice.issued"]:
        named = sorted(set(body["orderIds"]))
        known = {one: Decimal(0) if one in cancelled else max(Decimal(0), sum(
            (Decimal(line["revenue"]) for line in orders[one]["lines"]), Decimal(0))) for one in named if one in orders}
        total = sum(known.values(), Decimal(0))
        for one in known:
            for sums, amount in ((billed, Decimal(body["amount"])), (credited, notes[body["invoiceId"]])):
                part = rounded(amount * len(known) / len(named))
                sums[one] += rounded(part * known[one] / total) if total else rounded(amount / len(named))
    for identifier, order in orders.items():
        where = (order["branch"], order["businessLine"], day(order["placedAt"]), None, order["currency"])
        if identifier in cancelled:
            continue
        flows[("orders",) + where] += 1
        total = Decimal(0)
        flows[("revenue",) + where] -= credited[identifier]
        is_costed = False
        for line in order["lines"]:
            revenue = Decimal(line["revenue"])
            total += revenue
            if line.get("passThrough"):
                continue
            flows[("revenue",) + where] += revenue
            said = costs[identifier, line["line"]]
            if said["actual"]:
                cost = sum(said["actual"])
            elif said["accrued"]:
                cost = sum(said["accrued"])
            elif "cost" in line:
                cost = Decimal(line["cost"])
            elif said["estimated"]:
                cost = sum(said["estimated"])
            else:
                continue
            is_costed = True
            flows[("costed_revenue",) + where] += revenue
            flows[("cost",) + where] += cost
        if is_costed:
            flows[("costed_revenue",) + where] -= credited[identifier]
        flows[("exposure",) + where] += max(total - billed[identifier], Decimal(0))

    def side(invoices, payments, notes, balance, flow, at, deposits):
        """What invoices and payments come to: each allocation up to what those before it left open."""
        named = defaultdict(list)
        for body in payments:
            sums = defaultdict(Decimal)
            for part in body["allocations"]:
                sums[part["invoiceId"]] += Decimal(part["amount"])
            for invoice, amount in sums.items():
                named[invoice].append((datetime.fromisoformat(body[at]), "payment", body["paymentId"], amount))
        for body in notes:
            named[body["invoiceId"]].append(
                (datetime.fromisoformat(body["issuedAt"]), "credit-note", body["creditNoteId"], Decimal(body["amount"])))
        used = defaultdict(Decimal)
        for body in invoices:
            branch, line = place(body)
            (issued, due), code = (day(body["issuedAt"]), day(body["dueAt"])), body["currency"]
            rest = Decimal(body["amount"])
            flows[balance, branch, line, issued, due, code] += rest
            for time, kind, identifier, amount in sorted(named[body["invoiceId"]]):
                part = max(Decimal(0), min(amount, rest))
                rest -= part
                when = time.astimezone(CHINA).date()
                flows[balance, branch, line, max(when, issued), due, code] -= part
                if kind == "payment":
                    flows[flow, branch, line, when, None, code] += part
                    used[identifier] += part
                if deposits:
                    flows["exposure", "-", "-", max(when, issued), None, code] += part
        for body in payments:
            amount, when = Decimal(body["amount"]), day(body[at])
            flows[flow, "-", "-", when, None, body["currency"]] += amount - used[body["paymentId"]]
            if deposits:
                flows["exposure", "-", "-", when, None, body["currency"]] -= amount
        # What a credit note's invoice has no room for is on account as well.
        for body in notes:
            flows["exposure", "-", "-", day(body["issuedAt"]), None, body["currency"]] -= Decimal(body["amount"])

    side(by_type["invoice.issued"], by_type["payment.received"], by_type["credit-note.issued"], "receivable", "cash_in",
         "receivedAt", True)
    side(by_type["supplier-invoice.received"], by_type["supplier-payment.made"], [], "payable", "cash_out", "paidAt",
         False)
    for (what, *where), amount in list(flows.items()):
        if what == "receivable":
            flows[("exposure", *where)] += amount

    first, last = date.fromisoformat(arguments["from"]), date.fromisoformat(arguments["to"])
    months = []
    start = first
    while start <= last:
        end = min(start.replace(day=calendar.monthrange(start.year, start.month)[1]), last)
        months.append((start, end))
        start = end + timedelta(days=1)
    places = sorted({(branch, line) for _, branch, line, *_ in flows})
    answer = []
    for start, end in months:
        for branch, line in places:
            row = {"period": start.isoformat()[:7], "branch": branch, "line": line}
            for what in ("orders", "revenue", "costed_revenue", "cost", "cash_in", "cash_out"):
                by_day = defaultdict(Decimal)
                for (kind, where, business, on, _, code), amount in flows.items():
                    if (kind, where, business) == (what, branch, line) and start <= on <= end:
                        by_day[on, code] += amount
                row[what] = sum((cny(amount, code, on) if what != "orders" else amount
                                 for (on, code), amount in by_day.items()), Decimal(0))
            row["margin"] = row["costed_revenue"] - row["cost"]
            row["cash"] = row["cash_in"] - row["cash_out"]
            for what in ("receivable", "payable", "exposure"):
                by_code = defaultdict(Decimal)
                for (kind, where, business, on, _, code), amount in flows.items():
                    if (kind, where, business) == (what, branch, line) and on <= end:
                        by_code[code] += amount
                row[what] = sum((cny(amount, code, end) for code, amount in by_code.items()), Decimal(0))
            buckets = defaultdict(lambda: [Decimal(0)] * 5)
            for (kind, where, business, on, due, code), amount in flows.items():
                if (kind, where, business) == ("receivable", branch, line) and on <= end:
                    late = (end - due).days
                    buckets[code][0 if late < 1 else 1 if late <= 30 else 2 if late <= 60 else 3 if late <= 90 else 4] += amount
            row["provisions"] = sum(
                (cny(sum(rounded(balance * rate) for balance, rate in zip(balances, LOSS)), code, end)
                 for code, balances in buckets.items()), Decimal(0))
            if any(value for name, value in row.items() if name not in ("period", "branch", "line")):
                answer.append({name: str(value) for name, value in row.items()})
    print(json.dumps(answer))


main()
