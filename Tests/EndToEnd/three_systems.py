#!/usr/bin/env python3
"""The documents of three systems, and what they come to by an oracle that knows nothing of how Waybill joins them.

usage: three_systems.py publish USERS.json ORDERS ORACLE.json     as the partners tms, erp and wms, with pika alone
       three_systems.py check ORACLE.json                         what the services answer, against the oracle
       three_systems.py hear USERS.json ORDERS DEAD.json          what each partner's own queue holds, all of it; DEAD.json is
                                                                  what was refused, as 'waybill dead list --json' has it
"""
import concurrent.futures
import json
import os
import random
import subprocess
import sys
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import quote, urlparse

CUSTOMERS = 40
ZONE = timezone(timedelta(hours=8))
FIRST = datetime.now(ZONE).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=60)


def money(cents):
    return f"{Decimal(cents) / 100:.2f}"


def moment(day, minute=0):
    return (FIRST + timedelta(days=day, minutes=minute)).isoformat()


def make(count):
    """What each system sends, and what it comes to."""
    chance = random.Random(20260)
    sent = {"tms": [], "erp": [], "wms": []}
    known_revenue = known_cost = payable = 0
    owed, deposits, reserved = defaultdict(int), defaultdict(int), defaultdict(int)
    billable = defaultdict(list)
    for number in range(count):
        # The same numbers stand in all three systems for other things: an invoice O-1, a cost O-1.
        order, customer = f"O-{number}", f"C-{number % CUSTOMERS}"
        day = chance.randrange(40)
        lines = [{"revenue": chance.randrange(50_000, 200_000), "cost": None} for _ in range(chance.randrange(1, 4))]
        for line in lines:
            if chance.random() < 0.7:
                line["cost"] = line["revenue"] * chance.randrange(60, 90) // 100

        def body(revision, shown):
            return {
                "orderId": order, "revision": revision, "customer": {"code": customer, "name": f"Customer {customer} Ltd"},
                "branch": "KS01", "businessLine": "air-freight", "placedAt": moment(day), "currency": "CNY",
                "lines": [
                    {"line": place + 1, "serviceItem": "AIR-EXPORT", "quantity": "1", "unit": "kg",
                     "revenue": money(line["revenue"]), **({"cost": money(line["cost"])} if line["cost"] is not None else {})}
                    for place, line in enumerate(shown)]}

        sent["tms"].append(("order.placed.v1", f"{order}-1", body(1, lines)))
        if chance.random() < 0.2:
            lines[0]["revenue"] += chance.randrange(100, 5_000)
            sent["tms"].append(("order.changed.v1", f"{order}-2", body(2, lines)))
        cancelled = chance.random() < 0.03
        if cancelled:
            sent["tms"].append(
                ("order.cancelled.v1", f"{order}-x", {"orderId": order, "revision": 3, "cancelledAt": moment(day + 1)}))
        recorded = 0
        for place, line in enumerate(lines):
            if chance.random() < 0.6:
                actual = line["revenue"] * chance.randrange(60, 90) // 100
                reference = {"orderId": order} if chance.random() < 0.5 else {"orderId": order, "orderSource": "tms3"}
                cost = {**reference, "costId": f"O-{number}-{place}", "line": place + 1, "supplier": {"code": "S-1"},
                        "currency": "CNY", "serviceDate": moment(day + 2)[:10]}
                estimate = {**cost, "state": "estimated", "amount": money(actual + 777)}
                estimated = chance.random()
                if estimated < 0.3:
                    sent["wms"].append(("cost.recorded.v1", f"{order}-{place}-e", estimate))
                elif estimated < 0.6:
                    # The TMS has estimated it: the WMS says what came of the cost of that number.
                    sent["tms"].append(("cost.recorded.v1", f"{order}-{place}-e", {**estimate, "orderSource": "tms3"}))
                    cost["costSource"] = "tms3"
                recorded += actual
                sent["wms"].append(("cost.recorded.v1", f"{order}-{place}-a", {**cost, "state": "actual", "amount": money(actual)}))
                line["cost"] = actual
        if recorded and chance.random() < 0.7:
            sent["erp"].append(("supplier-invoice.received.v1", f"{order}-v", {
                "invoiceId": f"V-{number}", "supplier": {"code": "S-1"}, "orderIds": [order], "issuedAt": moment(day + 5),
                "dueAt": moment(day + 35), "amount": money(recorded), "currency": "CNY"}))
            payable += recorded
            if chance.random() < 0.5:
                # Paid by the ERP, or by the TMS in the ERP's numbers.
                paid = recorded // 2
                payer, said = ("erp", {}) if chance.random() < 0.5 else ("tms", {"invoiceSource": "erp3"})
                sent[payer].append(("supplier-payment.made.v1", f"{order}-s", {
                    "paymentId": f"V-{number}", "supplier": {"code": "S-1"}, "paidAt": moment(day + 20), "amount": money(paid),
                    "currency": "CNY", "allocations": [{"invoiceId": f"V-{number}", "amount": money(paid), **said}]}))
                payable -= paid
        if chance.random() < 0.8:
            sent["wms"].append(("order.completed.v1", f"{order}-d",
                                {"orderId": order, "revision": 1, "completedAt": moment(day + 3), "onTime": True}))
        revenue = sum(line["revenue"] for line in lines)
        if not cancelled:
            for line in lines:
                if line["cost"] is not None:
                    known_revenue += line["revenue"]
                    known_cost += line["cost"]
        if not cancelled and chance.random() < 0.7:
            billable[customer].append((order, day, revenue, any(line["cost"] is not None for line in lines)))
        elif not cancelled:
            reserved[customer] += revenue
    for customer, orders in billable.items():
        while orders:
            size = chance.randrange(1, 4)
            together, orders = orders[:size], orders[size:]
            invoice, day, amount = together[0][0], max(day for _, day, _, _ in together), sum(cents for _, _, cents, _ in together)
            sent["erp"].append(("invoice.issued.v1", f"{invoice}-i", {
                "invoiceId": invoice, "customer": {"code": customer}, "orderIds": [order for order, _, _, _ in together],
                "issuedAt": moment(day + 4), "dueAt": moment(day + 34), "amount": money(amount), "currency": "CNY"}))
            owed[customer] += amount
            if chance.random() < 0.6:
                paid = amount if chance.random() < 0.5 else amount // 3
                extra = chance.choice([0, 0, 1_234])
                said = {"code": customer} if chance.random() < 0.5 else {"code": customer, "source": "tms3"}
                allocation = {"invoiceId": invoice, "amount": money(paid)}
                payer = "erp" if chance.random() < 0.7 else "tms"
                if payer == "tms" and chance.random() < 0.5:
                    allocation["invoiceSource"] = "erp3"
                sent[payer].append(("payment.received.v1", f"{invoice}-p", {
                    "paymentId": invoice, "customer": said, "receivedAt": moment(day + 10), "amount": money(paid + extra),
                    "currency": "CNY", "allocations": [allocation]}))
                back = 0
                if chance.random() < 0.3:
                    # The ERP tells what goes back, whoever was paid: what is on account first, then what paid the invoice.
                    back = extra + paid // 4
                    whose = {} if payer == "erp" else {"paymentSource": "tms3"}
                    sent["erp"].append(("payment.returned.v1", f"{invoice}-b", {
                        "returnId": invoice, "paymentId": invoice, **whose, "returnedAt": moment(day + 12), "amount": money(back),
                        "currency": "CNY", "reason": "bounced"}))
                owed[customer] -= paid - max(0, back - extra)
                deposits[customer] += extra - min(extra, back)
                is_paid = paid == amount
            else:
                is_paid = False
            if not is_paid and chance.random() < 0.4:
                credit = amount // 5
                # A lower price lessens what the order earns; an error of the invoice does not.
                is_error = len(together) > 1 or chance.random() < 0.5
                sent["tms"].append(("credit-note.issued.v1", f"{invoice}-n", {
                    "creditNoteId": invoice, "customer": {"code": customer}, "invoiceId": invoice, "invoiceSource": "erp3",
                    "issuedAt": moment(day + 6), "amount": money(credit), "currency": "CNY",
                    "cause": "invoice-error" if is_error else "price"}))
                owed[customer] -= credit
                if not is_error and together[0][3]:
                    known_revenue -= credit
    oracle = {
        "orders": count, "revenue": money(known_revenue), "cost": money(known_cost), "payable": money(payable),
        "accounts": {
            customer: {"receivable": money(owed[customer]), "deposits": money(deposits[customer]), "reserved": money(reserved[customer])}
            for customer in sorted({*owed, *deposits, *reserved})}}
    return sent, oracle


def connect(partner, users):
    import pika

    user, passwords = f"partner-{partner}", json.load(open(users))
    broker = urlparse(os.environ["WAYBILL_AMQP_OPERATOR_URL"].split(",")[0])
    return pika.BlockingConnection(pika.URLParameters(
        f"amqp://{user}:{quote(passwords[user], safe='')}@{broker.hostname}:{broker.port}/%2f"))


def publish(users, count, path):
    import pika

    sent, oracle = make(count)
    json.dump(oracle, open(path, "w"))
    messages = []
    for partner, documents in sent.items():
        for kind, identifier, body in documents:
            # Twice as it is, and once more under an identifier of its own: the same again is no second one.
            messages += [(partner, kind, identifier, body)] * 2 + [(partner, kind, f"{identifier}-again", body)]
    random.Random(7).shuffle(messages)

    def tell(partner):
        """Publishes what is of one partner, each message confirmed: otherwise one queue may drop under load what another has."""
        connection = connect(partner, users)
        channel = connection.channel()
        channel.confirm_delivery()
        for whose, kind, identifier, body in messages:
            if whose != partner: continue
            channel.basic_publish(
                f"waybill.inbound.{partner}", kind, json.dumps(body),
                pika.BasicProperties(message_id=identifier, type=kind, app_id=f"{partner}3", content_type="application/json",
                                     delivery_mode=2), mandatory=True)
        connection.close()

    # Each system by itself, at the same time: their documents come mixed.
    with concurrent.futures.ThreadPoolExecutor(len(sent)) as pool: list(pool.map(tell, sent))
    print(f"published {len(messages)} messages of {count} orders")


def ask(*arguments):
    answer = subprocess.run([os.environ["WAYBILL_CLI"], "query", "finance", *arguments, "--json"], stdout=subprocess.PIPE)
    # 2 says that there is nothing.
    if answer.returncode not in (0, 2):
        sys.exit(f"{arguments[0]} is answered by {answer.returncode}")
    return json.loads(answer.stdout or b"{}")


def check(path):
    oracle = json.load(open(path))
    faults = []

    def expect(what, found, wanted):
        if Decimal(found) != Decimal(wanted):
            faults.append(f"{what}: {found}, not {wanted}")

    totals = ask("orders.totals", "source=tms3")["totals"]
    expect("margin", sum(Decimal(row["margin"]) for row in totals), Decimal(oracle["revenue"]) - Decimal(oracle["cost"]))
    rows = ask("credit.exposure", "limit=2000")["exposure"]
    strangers = {row["source"] for row in rows} & {"erp3", "wms3"}
    if strangers:
        faults.append(f"accounts of their own: {sorted(strangers)}")
    found = {row["customerCode"]: row for row in rows if row["source"] == "tms3"}
    for customer, wanted in oracle["accounts"].items():
        row = found.get(customer)
        if row is None:
            faults.append(f"{customer} has no exposure")
            continue
        expect(f"{customer} receivable", row["receivable"], wanted["receivable"])
        expect(f"{customer} deposits", row["deposits"], wanted["deposits"])
        expect(f"{customer} ordered", Decimal(row["unbilled"]) + Decimal(row["acceptedOrders"]), wanted["reserved"])
    owed = sum(Decimal(account["receivable"]) for account in oracle["accounts"].values())
    today = datetime.now(ZONE).date().isoformat()
    balances = ask("receivables.balances", f"asOf={today}", "source=tms3", "limit=2000")["balances"]
    expect("receivables", sum(Decimal(row["open"]) for row in balances), owed)
    payables = ask("payables.list", "supplier=S-1", "source=erp3", "limit=2000")["payables"]
    expect("payables", sum(Decimal(row["open"]) for row in payables), oracle["payable"])
    unmatched = [row for row in payables if row["match"] != "matched"]
    if unmatched:
        faults.append(f"{len(unmatched)} supplier invoices do not fit their costs, as {unmatched[0]}")
    waiting = ask("costs.waiting")
    named = ask("references.waiting").get("references", [])
    if any(row["source"] == "wms3" for rows in waiting.values() if isinstance(rows, list) for row in rows):
        faults.append("costs of wms3 wait although all orders have come")
    if any(row["source"] in ("tms3", "erp3", "wms3") for row in named):
        faults.append("references wait although all that they name has come")
    if faults:
        sys.exit("\n".join(faults[:20]))
    print(f"{oracle['orders']} orders of three systems: one margin, one exposure, receivables and payables as the oracle has them")


def drain(partner, users):
    """All that stands in a partner's queue, by type."""
    connection = connect(partner, users)
    channel = connection.channel()
    channel.basic_qos(prefetch_count=500)
    found = defaultdict(list)
    for method, properties, body in channel.consume(f"partner.{partner}", inactivity_timeout=3):
        if method is None: break
        found[properties.type].append(json.loads(body)["data"])
        channel.basic_ack(method.delivery_tag)
    channel.cancel()
    connection.close()
    return found


def hear(users, count, path):
    sent, _ = make(count)
    try:
        dead = json.load(open(path)).get("deadLetters", [])
    except ValueError:
        dead = []
    faults = []
    revisions = defaultdict(set)
    for kind, _, body in sent["tms"]:
        if kind in ("order.placed.v1", "order.changed.v1"): revisions[body["orderId"]].add(body["revision"])
    cancelled = {body["orderId"] for kind, _, body in sent["tms"] if kind == "order.cancelled.v1"}
    heard_of = 0
    for partner in sent:
        heard = drain(partner, users)
        decided = heard.pop("partner.order-decided.v1", [])
        changed = heard.pop("partner.acceptance-changed.v1", [])
        refused = heard.pop("partner.message-refused.v1", [])
        foreign = {data["source"] for data in decided + changed} - {f"{partner}3"}
        if foreign: faults.append(f"{partner} hears of {sorted(foreign)}")
        latest = defaultdict(int)
        for data in decided: latest[data["orderId"]] = max(latest[data["orderId"]], data["revision"])
        if partner == "tms":
            heard_of = len(latest)
            # Of an order that was cancelled before it came nothing is decided.
            lost = [order for order in revisions if order not in cancelled and latest.get(order) != max(revisions[order])]
            if lost: faults.append(f"{partner} has not heard the decision on {len(lost)} orders, such as {lost[:3]}")
            strangers = set(latest) - set(revisions)
            if strangers: faults.append(f"{partner} hears of orders that it never placed: {sorted(strangers)[:3]}")
        elif decided:
            faults.append(f"{partner} hears {len(decided)} decisions on orders, and has none")
        told, wanted = {data.get("messageId") for data in refused}, {row["id"] for row in dead if row.get("source") == f"{partner}3"}
        if told != wanted: faults.append(f"{partner} hears of the refusal of {sorted(map(str, told))[:5]}, not of {sorted(map(str, wanted))[:5]}")
        if heard: faults.append(f"{partner} hears {sorted(map(str, heard))}, too")
    if faults: sys.exit("\n".join(faults[:20]))
    print(f"the TMS has heard what became of {heard_of} orders, and nobody anything of another's")


if sys.argv[1] == "publish":
    publish(sys.argv[2], int(sys.argv[3]), sys.argv[4])
elif sys.argv[1] == "hear":
    hear(sys.argv[2], int(sys.argv[3]), sys.argv[4])
else:
    check(sys.argv[2])
