"""Three systems as three partners, each with an exchange and a queue of its own: who publishes what, and what each hears.

A TMS places the orders, an ERP bills them and tells of payments, a WMS says what they cost and when they are done; whose
orders and customers they mean, their settings say. Each also sends what must be refused, and hears of that and of nothing
else but what is its own.
"""
import base64
import json
import secrets
import subprocess
import urllib.request
from collections import defaultdict

import pika

SOURCES = {"tms": "chaos", "erp": "chaos-erp", "wms": "chaos-wms"}
PUBLISHER = {"invoice.issued.v1": "erp", "payment.received.v1": "erp", "cost.recorded.v1": "wms", "order.completed.v1": "wms",
             "shipment.milestone-reached.v1": "wms"}
SETTINGS = {"partners": [
    {"name": "tms", "users": ["partner-tms"], "sources": ["chaos"], "queue": True, "people": True},
    {"name": "erp", "users": ["partner-erp"], "sources": ["chaos-erp"], "queue": True,
     "speaksOf": {"orders": ["chaos"], "customers": ["chaos"]}},
    {"name": "wms", "users": ["partner-wms"], "sources": ["chaos-wms"], "queue": True, "speaksOf": {"orders": ["chaos"]}},
]}


def of(type):
    """Which partner publishes a type of message."""
    return PUBLISHER.get(type, "tms")


def wrong(draw, order):
    """A message that must be refused, as (partner, source, type, body): it names what is another's, or cannot be."""
    return draw.choice((
        # Another's order.
        ("erp", SOURCES["tms"], "order.cancelled.v1",
         {"orderId": order, "revision": 9, "cancelledAt": "2026-03-03T10:00:00+08:00"}),
        # A system of which it does not speak.
        ("wms", SOURCES["wms"], "cost.recorded.v1",
         {"costId": f"{order}-w", "orderId": order, "orderSource": "nobody", "line": 1, "state": "actual",
          "supplier": {"code": "S-1"}, "amount": "1.00", "currency": "CNY", "serviceDate": "2026-03-05"}),
        # A payment of less than nothing.
        ("erp", SOURCES["erp"], "payment.received.v1",
         {"paymentId": f"W-{order}", "customer": {"code": "C0001"}, "receivedAt": "2026-04-10T11:12:13+08:00",
          "amount": "-1.00", "currency": "CNY", "allocations": []}),
    ))


def prepare(world, cli):
    """Makes the partners known to the broker and to the services that start from now on."""
    passwords = {f"partner-{name}": secrets.token_urlsafe(18) for name in SOURCES}
    for user, password in passwords.items():
        world.write_secret(f"amqp-{user}", password)
    settings = world.directory / "partners.json"
    settings.write_text(json.dumps(SETTINGS))
    users = world.directory / "users.json"
    users.touch(mode=0o600)
    users.write_text(json.dumps({**json.loads((world.home / "secrets" / "users.json").read_text()), **passwords}))
    definitions = subprocess.run(
        [cli, "topology", "definitions", "--users", str(users), "--partners", str(settings)], check=True, capture_output=True).stdout
    users.unlink()
    secret = (world.home / "secrets" / "amqp-waybill-operator").read_text().strip()
    request = urllib.request.Request(
        f"{world.managements.split(',')[0]}/api/definitions", data=definitions, method="POST", headers={
            "Content-Type": "application/json",
            "Authorization": "Basic " + base64.b64encode(f"waybill-operator:{secret}".encode()).decode()})
    urllib.request.urlopen(request, timeout=60).close()
    world.partners = str(settings)


def heard(world, name):
    """What stands in a partner's queue, taken out: the messages by type, each with its identifier and data."""
    secret = (world.home / "secrets" / f"amqp-partner-{name}").read_text().strip()
    connection = pika.BlockingConnection(pika.ConnectionParameters(
        host=world.nodes["node1_host"], port=int(world.nodes["node1_port"]),
        credentials=pika.PlainCredentials(f"partner-{name}", secret)))
    channel = connection.channel()
    found = defaultdict(list)
    while True:
        method, properties, body = channel.basic_get(f"partner.{name}", auto_ack=True)
        if method is None:
            break
        found[properties.type].append((properties.message_id, json.loads(body)["data"]))
    connection.close()
    return found


def check(world, operations, attempted, acknowledged, verdict):
    """Each partner has heard of its own refusals and decisions, all of them, and of nothing else."""
    told = {tuple(row) for row in world.sql(
        "select d->>'orderId', d->>'revision', coalesce(d->>'decisionNumber', '1') from ("
        "select convert_from(body, 'UTF8')::jsonb -> 'data' as d from finance.outbox "
        "where routing_key = 'finance.order-decided.v1') told")}
    refusals = 0
    for name, source in SOURCES.items():
        queue = heard(world, name)
        wrong_ids = {operation.id for operation in operations if operation.is_rubbish and operation.partner == name}
        refused = queue.pop("partner.message-refused.v1", [])
        about = {data.get("messageId") for _, data in refused}
        refusals += len(about)
        verdict.lost += [f"{name} has not heard that {id} was refused" for id in wrong_ids & acknowledged - about]
        verdict.unexpected += [f"{name} has heard that {id} was refused" for id in about - (wrong_ids & attempted)]
        once(name, refused, ("messageId", "reason", "path"), verdict)
        decided = queue.pop("partner.order-decided.v1", [])
        known = {(data["orderId"], str(data["revision"]), str(data["decisionNumber"])) for _, data in decided}
        wanted = told if name == "tms" else set()
        verdict.lost += [f"{name} has not heard the decision on {' '.join(key)}" for key in wanted - known]
        verdict.unexpected += [f"{name} has heard of {' '.join(key)}" for key in known - wanted]
        once(name, decided, ("orderId", "revision", "decisionNumber"), verdict)
        changed = queue.pop("partner.acceptance-changed.v1", [])
        verdict.unexpected += [
            f"{name} has heard of {data['source']}/{data['customerCode']}" for _, data in decided + changed if data["source"] != source]
        verdict.unexpected += [f"{name} has heard {type}" for type in queue]
    verdict.figures["refusals heard"] = refusals


def once(name, messages, fields, verdict):
    """What is told again is the same message again, under the same identifier."""
    ids = defaultdict(set)
    for id, data in messages:
        ids[tuple(str(data.get(field)) for field in fields)].add(id)
    verdict.duplicated += [f"{name} has heard {' '.join(key)} under {len(found)} identifiers" for key, found in ids.items() if len(found) > 1]
