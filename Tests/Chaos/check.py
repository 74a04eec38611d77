"""What there is after the run, compared with what there must be."""
import json
import os
import subprocess
from collections import Counter
from decimal import Decimal

import pika

import mail
import oracle
import partners
import people
from operations import READERS, SOURCE
from plan import SERVICES


class Verdict:
    def __init__(self):
        self.lost, self.duplicated, self.unexpected = [], [], []
        self.figures = {}

    def is_good(self):
        return not (self.lost or self.duplicated or self.unexpected)


def check(world, load, operations, cli, log, with_partners=False):
    verdict = Verdict()
    sources = sorted(set(partners.SOURCES.values())) if with_partners else [SOURCE]
    named = ", ".join(f"'{source}'" for source in sources)
    unique = {operation.id: operation for operation in operations if not operation.is_repeat}
    attempted = {id for id in unique if id in load.attempted}
    acknowledged = {id for id in unique if id in load.acknowledged}
    inboxes = {service: Counter({row[0]: int(row[1]) for row in world.sql(
        f"select message_id, count(distinct (source, message_id)) from {service}.inbox where source in ({named}) group by 1")}) for service in SERVICES}
    dead = dead_letters(world, cli)

    # Every operation that the broker took, in every service that reads it: handled, or refused and visible.
    recovered = set()
    for id in attempted:
        operation = unique[id]
        for service in READERS[operation.type]:
            there = dead[service].get(id, 0) > 0 if operation.is_rubbish else inboxes[service][id] > 0
            wrong_place = inboxes[service][id] > 0 if operation.is_rubbish else dead[service].get(id, 0) > 0
            if id in acknowledged and not there:
                verdict.lost.append(f"{id} in {service}")
            if wrong_place:
                verdict.unexpected.append(f"{id} was {'handled' if operation.is_rubbish else 'refused'} by {service}")
            if id not in acknowledged and there:
                recovered.add(id)
    for service, ids in inboxes.items():
        verdict.unexpected += [f"{id} in {service} was never published" for id in ids if id not in attempted]
    for service, ids in dead.items():
        verdict.unexpected += [f"dead letter {id} of {service} was never published" for id in ids if id not in attempted]

    # Finance to the cent, over what it has taken in.
    taken = [operation for id, operation in unique.items() if inboxes["finance"][id] > 0]
    compare_orders(world, oracle.orders(taken), verdict)
    compare_receivables(world, oracle.receivables(taken), verdict, named)
    events(world, oracle.orders(taken), verdict)
    alerts(world, verdict)
    people.check(world, unique, acknowledged, dead, inboxes, verdict)
    mail.check(world, verdict)
    if with_partners:
        partners.check(world, operations, attempted, acknowledged, verdict)

    effects(world, verdict)
    deadlocks(world, verdict)

    # All of this counts only with every durability setting on.
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        if world.sql(f"show {setting}") != [["on"]]:
            verdict.unexpected.append(f"the database runs with {setting} off")
    for queue in world.manage("queues/%2F") or []:
        if queue["name"].endswith(".inbound") and queue.get("type") != "quorum":
            verdict.unexpected.append(f"{queue['name']} is no quorum queue")

    # Nothing is left over anywhere.
    for service in SERVICES:
        pending = int(world.sql(f"select count(*) from {service}.outbox_pending")[0][0])
        if pending:
            verdict.lost.append(f"{pending} messages stand unpublished in the outbox of {service}")
    answer = subprocess.run([cli, "reconcile", "--json", "--settle", "5"], capture_output=True, text=True, env=world_env(world))
    try:
        ledger = json.loads(answer.stdout)
    except ValueError:
        verdict.lost.append(f"reconcile failed: {answer.stderr.strip()[-300:]}")
        ledger = {"ledger": [], "missing": []}
    for row in ledger["missing"]:
        # A message whose publisher gave up may have reached some queues and not others: the broker never said yes.
        if row["source"] in sources and row["id"] not in acknowledged:
            continue
        verdict.lost.append(f"the ledger misses {row['type']} {row.get('place') or ''} {row['id']} in {row['reader']}")
    verdict.figures["ledger"] = sum(row["sent"] for row in ledger["ledger"] if row["producer"] != "partner")

    lost_ids = {text.split(" ")[0] for text in verdict.lost}
    verdict.figures.update(
        attempted=len(attempted), acknowledged=len(acknowledged), ok=len(acknowledged - lost_ids), recovered=len(recovered),
        repeats=sum(operation.is_repeat for operation in operations), rubbish=sum(unique[id].is_rubbish for id in attempted),
        attempts=load.attempts, failures=load.failures)
    return verdict


def deadlocks(world, verdict):
    """How often two transactions waited for one another, by the logs of all copies. Finance promises an order of its locks."""
    found = Counter()
    for path in sorted(world.directory.glob("*.log")):
        for line in path.read_text(errors="replace").splitlines():
            if "40P01" in line:
                service = path.name.split("-")[0]
                found[service] += 1
                if service == "finance":
                    verdict.unexpected.append(f"a deadlock in {path.name}: {line[-300:]}")
    verdict.figures["deadlocks"] = sum(found.values())
    verdict.figures["deadlocks by service"] = ", ".join(f"{service} {count}" for service, count in sorted(found.items()))


def effects(world, verdict):
    """Where a trial build counts them: each effect once for each message taken in."""
    for service in SERVICES:
        if world.sql(f"select to_regclass('{service}.effect_tally')") == [[""]]:
            return
        verdict.duplicated += [f"{row[1]} had its effect {row[2]} times in {service}" for row in world.sql(
            f"select source, message_id, count(*) from {service}.effect_tally group by 1, 2 having count(*) > 1")]
        verdict.lost += [f"{row[0]} is in the inbox of {service} and had no effect" for row in world.sql(
            f"select message_id from {service}.inbox where (source, message_id) not in (select source, message_id from {service}.effect_tally)")]
        verdict.figures["effects"] = verdict.figures.get("effects", 0) + int(world.sql(f"select count(*) from {service}.effect_tally")[0][0])


def world_env(world):
    return {**os.environ, "WAYBILL_HOME": str(world.home), **dict(world.addresses)}


def dead_letters(world, cli):
    found = {service: Counter() for service in SERVICES}
    answer = subprocess.run([cli, "dead", "list", "--json", "--limit", "60000"], capture_output=True, text=True, env=world_env(world))
    for row in (json.loads(answer.stdout)["deadLetters"] if answer.returncode in (0, 2) and answer.stdout else []):
        found[row["service"]][row["id"]] += 1
    return found


def compare_orders(world, expected, verdict):
    found = {}
    for row in world.sql(
            "select order_id, revision, is_cancelled, revenue, known_revenue, cost, open_severity from finance.orders "
            f"where source = '{SOURCE}' and customer_code <> ''"):
        found[row[0]] = {"revision": int(row[1]), "cancelled": row[2] == "t", "revenue": Decimal(row[3]),
                         "known_revenue": Decimal(row[4]), "cost": Decimal(row[5]), "alert": row[6] or None}
    for order, wanted in expected.items():
        if found.get(order) != wanted:
            verdict.lost.append(f"order {order} stands as {found.get(order)}, the oracle says {wanted}")
    for order in found.keys() - expected.keys():
        verdict.unexpected.append(f"order {order} was never published")
    kept = [order for order in expected.values() if not order["cancelled"]]
    revenue = sum((order["known_revenue"] for order in kept), Decimal(0))
    cost = sum((order["cost"] for order in kept), Decimal(0))
    row = world.sql(f"select coalesce(sum(revenue), 0), coalesce(sum(cost), 0) from finance.account_line_day where source = '{SOURCE}'")[0]
    if (Decimal(row[0]), Decimal(row[1])) != (revenue, cost):
        verdict.duplicated.append(f"the customers' sums are {row[0]} and {row[1]}, the oracle says {revenue} and {cost}")
    verdict.figures.update(orders=len(expected), revenue=revenue, margin=revenue - cost)


def compare_receivables(world, expected, verdict, named):
    found = {row[0]: (Decimal(row[1]), Decimal(row[2])) for row in world.sql(
        f"select invoice_id, amount, paid from finance.receivable where source in ({named}) and amount is not null")}
    for invoice, wanted in expected.items():
        if found.get(invoice) != wanted:
            verdict.lost.append(f"invoice {invoice} stands as {found.get(invoice)}, the oracle says {wanted}")
    verdict.unexpected += [f"invoice {invoice} was never published" for invoice in found.keys() - expected.keys()]
    verdict.figures["receivables"] = sum((amount - paid for amount, paid in expected.values()), Decimal(0))


def events(world, expected, verdict):
    """Each decision, alert and registration is told once: two messages of one content under two ids are a duplicate."""
    def counted(service, type, key):
        return Counter({tuple(row[:-1]): int(row[-1]) for row in world.sql(
            f"select {', '.join(key)}, count(*) from (select convert_from(body, 'UTF8')::jsonb -> 'data' as d from {service}.outbox "
            f"where routing_key = '{type}') told group by {', '.join(str(n + 1) for n in range(len(key)))}")})

    told = {
        "decision": counted("finance", "finance.order-decided.v1", ("d->>'orderId'", "d->>'revision'", "coalesce(d->>'decisionNumber', '1')")),
        "alert": counted("finance", "finance.margin-alert-raised.v1", ("d->>'alertId'",)),
        "clearance": counted("finance", "finance.margin-alert-cleared.v1", ("d->>'alertId'",)),
        "registration": counted("customer", "customer.registered.v1", ("d->>'customerId'",)),
        "supplier": counted("supplier", "supplier.registered.v1", ("d->>'supplierId'", "d->>'revision'")),
        "owner": counted("sales", "sales.ownership-changed.v1", (
            "d->>'source'", "d->>'code'", "coalesce(d->>'businessLine', '*')", "d->>'revision'")),
        "person": counted("customer", "customer.person-changed.v1", ("d->>'login'", "d->>'revision'")),
        "policie": counted("customer", "customer.policy-changed.v1", ("d->>'version'",)),
    }
    for what, counts in told.items():
        verdict.duplicated += [f"{what} {' '.join(key)} was told {count} times" for key, count in counts.items() if count > 1]
        verdict.figures[what + "s"] = sum(counts.values())
    decided = {order for order, *_ in told["decision"]}
    verdict.lost += [f"order {order} was never decided" for order in expected if order not in decided]
    in_sales = {row[0] for row in world.sql(f"select order_id from sales.orders where source = '{SOURCE}' and decision is not null")}
    verdict.lost += [f"sales does not know the decision on order {order}" for order in expected if order not in in_sales]


def alerts(world, verdict):
    """What finance's own programs find in their queue: each alert and clearance at least once, under one id."""
    secret = (world.home / "secrets" / "amqp-finance-reader").read_text().strip()
    told = {row[0] for row in world.sql(
        "select convert_from(body, 'UTF8')::jsonb ->> 'id' from finance.outbox "
        "where routing_key in ('finance.margin-alert-raised.v1', 'finance.margin-alert-cleared.v1', "
        "'finance.margin-alert-closed.v1')")}
    connection = pika.BlockingConnection(pika.ConnectionParameters(
        host=world.nodes["node1_host"], port=int(world.nodes["node1_port"]),
        credentials=pika.PlainCredentials("finance-reader", secret)))
    channel = connection.channel()
    found = Counter()
    while True:
        method, properties, _ = channel.basic_get("finance.margin-alerts", auto_ack=True)
        if method is None:
            break
        found[properties.message_id] += 1
    connection.close()
    verdict.lost += [f"alert message {id} is not in finance.margin-alerts" for id in told - found.keys()]
    verdict.unexpected += [f"alert message {id} stands in finance.margin-alerts and was never told" for id in found.keys() - told]
    verdict.figures["redelivered alerts"] = sum(found.values()) - len(found)
