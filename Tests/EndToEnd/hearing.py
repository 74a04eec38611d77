#!/usr/bin/env python3
"""Partners that publish, hear and ask, with pika alone.

usage: hearing.py publish USERS.json     orders, a bad message and questions of each partner
       hearing.py check USERS.json       what stands in their queues, and every forbidden pair tried; UNTIL in the environment is
                                         the last day for which their customers' acceptance was set
       hearing.py drain USERS.json       takes what is left in their queues
"""
import itertools
import json
import os
import sys
from urllib.parse import quote, urlparse

import pika
import pika.exceptions

PARTNERS = {"acme": True, "globex": True, "initech": False}
SERVICES = ["customer", "sales", "servicedesk", "finance", "supplier", "notifier"]
ORDERS = 5
# How orders of each partner's customer in another line of business are taken, since somebody has said so.
LEVELS = {"acme": "needs-approval", "globex": "stopped"}
passwords = json.load(open(sys.argv[2]))
broker = urlparse(os.environ["WAYBILL_AMQP_OPERATOR_URL"].split(",")[0])


def connect(partner):
    user = f"partner-{partner}"
    return pika.BlockingConnection(pika.URLParameters(
        f"amqp://{user}:{quote(passwords[user], safe='')}@{broker.hostname}:{broker.port}/%2f"))


def order(partner, number):
    return {"orderId": f"{partner}-heard-{number}", "revision": 1, "customer": {"code": "C-1"}, "branch": "KS01",
            "businessLine": "air-freight", "placedAt": "2026-01-05T09:30:00+08:00", "currency": "CNY",
            "lines": [{"line": 1, "serviceItem": "AIR-EXPORT", "quantity": "1", "unit": "kg", "revenue": "100.00", "cost": "80.00"}]}


def publish(channel, partner, key, body, identifier, source=None, **more):
    channel.basic_publish(
        f"waybill.inbound.{partner}", key, json.dumps(body),
        pika.BasicProperties(message_id=identifier, type=key, app_id=source or partner, content_type="application/json",
                             delivery_mode=2, **more), mandatory=True)


def others(partner):
    return [other for other in PARTNERS if other != partner]


def publish_all():
    for partner in PARTNERS:
        connection = connect(partner)
        channel = connection.channel()
        channel.confirm_delivery()
        for number in range(ORDERS):
            publish(channel, partner, "order.placed.v1", order(partner, number), f"{partner}-m{number}")
        publish(channel, partner, "order.placed.v1", {**order(partner, 99), "currency": "RMB"}, f"{partner}-bad")
        # What is another's: spoken for, and its customers and orders named.
        for other in others(partner):
            publish(channel, partner, "order.placed.v1", order(other, 98), f"{partner}-as-{other}", source=other)
            publish(channel, partner, "invoice.issued.v1", {
                "invoiceId": f"{partner}-I-{other}", "customer": {"code": "C-1", "source": other}, "orderIds": ["X-1"],
                "issuedAt": "2026-01-05T09:30:00+08:00", "amount": "1.00", "currency": "CNY"}, f"{partner}-customer-{other}")
            publish(channel, partner, "order.completed.v1", {
                "orderId": f"{other}-heard-1", "orderSource": other, "revision": 1,
                "completedAt": "2026-01-06T09:30:00+08:00"}, f"{partner}-order-{other}")
        # The questions of our own people, by every service's key and with its own queue for the answer.
        for service in SERVICES:
            for question in ["alive", "acts.list", "orders.show", "customers.list", "parties.show"]:
                try:
                    publish(channel, partner, f"{service}.run-query.v1", {"query": question, "parameters": []},
                            f"{partner}-asks-{service}-{question}", reply_to=f"partner.{partner}",
                            correlation_id=f"{partner} asks {service} {question}")
                except pika.exceptions.UnroutableError:
                    pass
        connection.close()


def drain(partner):
    connection = connect(partner)
    channel = connection.channel()
    found = []
    for method, properties, body in channel.consume(f"partner.{partner}", inactivity_timeout=2):
        if method is None:
            break
        found.append((properties, json.loads(body)))
        channel.basic_ack(method.delivery_tag)
    connection.close()
    return found


def ask(partner, source, reply_to):
    connection = connect(partner)
    channel = connection.channel()
    channel.basic_publish(
        f"waybill.inbound.{partner}", "finance.acceptance.ask",
        json.dumps({"source": source, "customerCode": "C-1", "businessLine": "air-freight", "amount": "1.00"}),
        pika.BasicProperties(correlation_id=f"{partner} for {source}", reply_to=reply_to, content_type="application/json"))
    connection.close()


def refused(partner, what):
    """The code with which the broker refuses what a partner tries on a channel; None when it lets it."""
    connection = connect(partner)
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        what(channel)
        return None
    except pika.exceptions.ChannelClosedByBroker as problem:
        return problem.reply_code
    finally:
        if connection.is_open:
            connection.close()


def check():
    faults = []

    def expect(what, found, wanted):
        if found != wanted:
            faults.append(f"{what}: {found}, not {wanted}")

    for partner, owner in itertools.product(PARTNERS, PARTNERS):
        ask(partner, owner, f"partner.{partner}")
    # Whatever it names for the answer: it comes to its own queue.
    for partner, other in itertools.permutations(PARTNERS, 2):
        ask(partner, partner, f"partner.{other}")
    for partner in ["acme", "globex"]:
        heard = drain(partner)
        decided = [body["data"] for properties, body in heard if properties.type == "partner.order-decided.v1"]
        expect(f"{partner}'s decisions", sorted({data["orderId"] for data in decided}),
               [f"{partner}-heard-{number}" for number in range(ORDERS)])
        expect(f"{partner}'s sources", {data["source"] for data in decided}, {partner})
        expect(f"{partner}'s correlations", sorted({p.correlation_id for p, _ in heard if p.type == "partner.order-decided.v1"}),
               [f"{partner}-m{number}" for number in range(ORDERS)])
        changed = {properties.message_id: body["data"] for properties, body in heard
                   if properties.type == "partner.acceptance-changed.v1"}
        fields = ["source", "customerCode", "businessLine", "state", "previous", "reason", "until"]
        expect(f"{partner}'s changes of acceptance", [[data.get(field) for field in fields] for data in changed.values()],
               [[partner, "C-1", "road", LEVELS[partner], "open", "set-by-hand", os.environ["UNTIL"]]])
        text = json.dumps([body for _, body in heard])
        for secret in ["revenue", "cost", "margin", "customerId"]:
            if secret in text:
                faults.append(f"{partner} hears of '{secret}'")
        told = [(properties.message_id, body["data"]) for properties, body in heard
                if properties.type == "partner.message-refused.v1" and "-asks-" not in body["data"]["messageId"]]
        foreign = [f"{partner}-{what}-{other}" for what in ["as", "customer", "order"] for other in others(partner)]
        expect(f"{partner}'s refusals", {(data["messageId"], data["reason"]) for _, data in told},
               {(f"{partner}-bad", "unknown-currency")} | {(identifier, "source-not-allowed") for identifier in foreign})
        expect(f"{partner}'s refused fields", {data["path"] for _, data in told if data["messageId"] == f"{partner}-bad"},
               {"$.currency"})
        # Whatever number of services refuse it.
        expect(f"{partner}'s refusals are one message each", len({identifier for identifier, _ in told}), 1 + len(foreign))
        answers = sorted((properties.correlation_id, body.get("decision") or body.get("refused"))
                         for properties, body in heard if properties.type is None)
        expect(f"{partner}'s answers", answers, sorted(
            [(f"{partner} for {partner}", "accepted")] * len(PARTNERS) +
            [(f"{partner} for {other}", "source-not-allowed") for other in others(partner)]))
        expect(f"{partner}'s queue afterwards", drain(partner), [])
    queues = [f"partner.{name}" for name, hears in PARTNERS.items() if hears] + [
        "finance.margin-alerts", "waybill.audit"] + [
        f"{service}.{what}" for service in SERVICES for what in ["inbound", "queries", "dead"]]
    for partner, queue in itertools.product(PARTNERS, queues):
        own = PARTNERS[partner] and queue == f"partner.{partner}"
        expect(f"{partner} reads {queue}", refused(partner, lambda channel: channel.basic_get(queue)), None if own else 403)
    exchanges = [f"waybill.inbound.{name}" for name in PARTNERS] + [
        "waybill.partners", "waybill.events", "waybill.commands", "waybill.replies", "waybill.dead", ""]
    for partner, exchange in itertools.product(PARTNERS, exchanges):
        own = exchange == f"waybill.inbound.{partner}"
        expect(f"{partner} writes to '{exchange}'", refused(
            partner, lambda channel: channel.basic_publish(exchange, "order.cancelled.v1" if own else "partner.globex", b"{}")),
            None if own else 403)
    for partner in PARTNERS:
        expect(f"{partner} declares", refused(partner, lambda channel: channel.queue_declare(f"partner.{partner}.more")), 403)
        expect(f"{partner} binds", refused(
            partner, lambda channel: channel.queue_bind(f"partner.{partner}", "waybill.events", "#")), 403)
    if faults:
        sys.exit("\n".join(faults[:30]))


if sys.argv[1] == "publish":
    publish_all()
elif sys.argv[1] == "check":
    check()
else:
    for name in ["acme", "globex"]:
        drain(name)
