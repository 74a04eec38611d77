"""What other companies' systems publish during a run: made from the seed alone, so that the same seed is the same load.

An operation is one message with its own id. Orders come with what belongs to them: changes, cancellations, late costs,
invoices, payments, deliveries. Some come before what they belong to, some come twice, some come late, some are rubbish.
"""
import json
import random
from dataclasses import dataclass, field
from decimal import Decimal

import partners
import people

SOURCE = "chaos"
READERS = {
    "order.placed.v1": ("customer", "sales", "servicedesk", "finance", "supplier"),
    "order.changed.v1": ("customer", "sales", "servicedesk", "finance", "supplier"),
    "order.cancelled.v1": ("customer", "sales", "servicedesk", "finance"),
    "order.completed.v1": ("customer", "servicedesk", "finance"),
    "shipment.milestone-reached.v1": ("servicedesk",),
    "cost.recorded.v1": ("customer", "finance", "supplier"),
    "invoice.issued.v1": ("customer", "finance"),
    "payment.received.v1": ("finance",),
    **people.READERS,
}


@dataclass
class Operation:
    due: float  # seconds from the start
    id: str
    type: str
    body: bytes
    about: dict = field(default_factory=dict)  # what the oracle reads; never parsed from the body
    is_rubbish: bool = False
    is_repeat: bool = False  # a second publication of an id
    gives_up: bool = False  # its publisher does not try again when the first try has no answer
    partner: str = "demo"  # who publishes it
    source: str = SOURCE


def money(draw, mean=6.0):
    return Decimal(str(round(draw.lognormvariate(mean, 0.8) + 20, 2))).quantize(Decimal("0.01"))


def make(due, id, type, body, about, **more):
    """An operation of whoever says who belongs where and who may do what."""
    return Operation(due, id, type, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), about, **more)


def setup(seed, with_partners=False):
    """What is said before the load."""
    return assigned_to_partners(people.setup(make, seed), with_partners)


def assigned_to_partners(made, with_partners):
    for operation in made:
        if with_partners and operation.partner == "demo":
            operation.partner = partners.of(operation.type)
            operation.source = partners.SOURCES[operation.partner]
    return made


def operations(seed, seconds, rate, with_partners=False):
    """About rate × seconds operations, and what people do beside them, in the order in which they are due."""
    draw = random.Random(f"operations {seed}")
    wrong = random.Random(f"partners {seed}")
    made = []
    number = 0
    while len(made) < rate * seconds:
        at = len(made) / rate
        number += 1
        made += story(draw, f"{seed}-{number}", at, seconds)
        if with_partners and wrong.random() < 0.03:
            partner, source, type, body = partners.wrong(wrong, f"{seed}-{number}")
            made.append(Operation(
                at, f"{seed}-{number}-wrong", type, json.dumps(body).encode(), is_rubbish=True, partner=partner, source=source))
    made += people.operations(make, seed, seconds)
    assigned_to_partners(made, with_partners)
    for operation in list(made):
        if draw.random() < 0.05:
            due = min(seconds, operation.due + draw.uniform(0, 60))
            made.append(Operation(due, operation.id, operation.type, operation.body, operation.about,
                                  operation.is_rubbish, is_repeat=True, partner=operation.partner, source=operation.source))
    made.sort(key=lambda operation: (operation.due, operation.id, operation.is_repeat))
    return made


def story(draw, order, at, end):
    """An order and what belongs to it."""
    customer = min(int(draw.paretovariate(0.8)), 400)
    lines = []
    low = draw.random() < 0.25
    for line in range(1, draw.choice((2, 3, 4))):
        revenue = money(draw)
        rate = Decimal(str(round(draw.uniform(-0.2, 0.045) if low else draw.uniform(0.06, 0.4), 4)))
        cost = (revenue * (1 - rate)).quantize(Decimal("0.01"))
        lines.append({"line": line, "revenue": revenue, "cost": cost, "is_late": draw.random() < 0.25})
    made = []

    def add(delay, type, body, about=None, rubbish=False, suffix=""):
        due = min(end, max(0.0, at + delay))
        made.append(Operation(
            due, f"{order}-{type.split('.')[1]}{suffix}", type,
            body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
            about or {}, rubbish, gives_up=draw.random() < 0.03))

    def order_body(revision, lines):
        return {
            "orderId": order, "revision": revision, "customer": {"code": f"C{customer:04}", "name": f"昆山富联电子{customer}有限公司"},
            "branch": ("KS01", "SH01", "SZ01", "QD01", "CD01")[customer % 5],
            "businessLine": ("air-freight", "sea-freight", "road", "customs")[customer % 4],
            "placedAt": "2026-03-02T09:15:00+08:00", "promisedAt": "2026-03-06T18:00:00+08:00", "currency": "CNY",
            "salesOwner": f"sales.{customer % 40}",
            "lines": [
                {"line": line["line"], "serviceItem": "FREIGHT", "quantity": "10", "unit": "kg", "revenue": str(line["revenue"]),
                 "supplier": {"code": f"S-{(customer + line['line']) % 60}", "name": f"Carrier {(customer + line['line']) % 60}"},
                 **({} if line["is_late"] else {"cost": str(line["cost"])})} for line in lines],
        }

    def known(lines):
        return [{"line": l["line"], "revenue": l["revenue"], "cost": None if l["is_late"] else l["cost"]} for l in lines]

    if draw.random() < 0.01:
        rubbish = draw.choice((b"{not json", b"", b'{"orderId": 7}', b"\xff\xfe", json.dumps(order_body(0, lines)).encode()))
        add(0, "order.placed.v1", rubbish, rubbish=True, suffix="-rubbish")
        return made
    add(0, "order.placed.v1", order_body(1, lines), {"order": order, "revision": 1, "lines": known(lines)})
    revision = 1
    if draw.random() < 0.12:
        revision = 2
        changed = [{**line} for line in lines]
        changed[0]["revenue"] = money(draw)
        add(draw.uniform(-2, 15), "order.changed.v1", order_body(2, changed),
            {"order": order, "revision": 2, "lines": known(changed)})
    if draw.random() < 0.04:
        add(draw.uniform(0, 20), "order.cancelled.v1",
            {"orderId": order, "revision": revision + 1, "cancelledAt": "2026-03-03T10:00:00+08:00", "reason": "not needed"},
            {"order": order, "revision": revision + 1, "cancels": True})
    for line in lines:
        if line["is_late"]:
            add(draw.uniform(-3, 20), "cost.recorded.v1",
                {"costId": f"{order}-{line['line']}", "orderId": order, "line": line["line"], "state": "actual",
                 "supplier": {"code": f"S-{(customer + line['line']) % 60}"}, "amount": str(line["cost"]), "currency": "CNY",
                 "serviceDate": "2026-03-05"},
                {"order": order, "line": line["line"], "cost": line["cost"]}, suffix=f"-{line['line']}")
    if draw.random() < 0.3:
        add(draw.uniform(5, 20), "order.completed.v1",
            {"orderId": order, "revision": revision, "completedAt": "2026-03-06T16:45:30+08:00", "onTime": True,
             "damaged": False, "quantityDelivered": "10"})
    if draw.random() < 0.2:
        add(draw.uniform(-2, 15), "shipment.milestone-reached.v1",
            {"milestoneId": f"M-{order}", "orderId": order, "milestone": "departed", "route": f"R-{customer % 8}",
             "plannedAt": "2026-03-04T08:00:00+08:00", "reachedAt": "2026-03-04T09:30:00+08:00"})
    if draw.random() < 0.2:
        amount = sum((line["revenue"] for line in lines), Decimal(0))
        add(draw.uniform(0, 10), "invoice.issued.v1",
            {"invoiceId": f"I-{order}", "customer": {"code": f"C{customer:04}"}, "orderIds": [order],
             "issuedAt": "2026-03-31T17:00:00+08:00", "dueAt": "2026-04-30T23:59:59+08:00", "amount": str(amount), "currency": "CNY"},
            {"invoice": f"I-{order}", "amount": amount})
        if draw.random() < 0.7:
            paid = amount if draw.random() < 0.8 else (amount / 2).quantize(Decimal("0.01"))
            add(draw.uniform(-3, 20), "payment.received.v1",
                {"paymentId": f"P-{order}", "customer": {"code": f"C{customer:04}"}, "receivedAt": "2026-04-10T11:12:13+08:00",
                 "amount": str(paid), "currency": "CNY", "allocations": [{"invoiceId": f"I-{order}", "amount": str(paid)}]},
                {"invoice": f"I-{order}", "paid": paid})
    return made
