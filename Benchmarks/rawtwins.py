"""The raw twins of the database and of all five services, alone or between the rounds they belong to."""
import json
import subprocess
import sys

from harness import (ENV, FINANCE_READERS, HOME, ROOT, SERVICES, answer, expectation, make_orders, purge, put, queues,
                     record, remove, service, sql, twin, unique)

BATCH = 500
FIVE = [f"bench.five.{name}" for name in SERVICES]
ALERTS = "bench.five.alerts"
ORDERS_IN, EVENTS_OUT = "bench.five.in", "bench.five.events"


def raw_database_round(number, count, mode=""):
    """Finance's statements with the same arrays, a batch a transaction, through libpq; no broker, no JSON to read."""
    kind = "raw-database" if not mode else f"raw-database-{mode}"
    source = unique(kind)
    path, rows = make_orders(count, 1000 + number, source), HOME / f"{source}.rows"
    expected = expectation(path)
    with open(rows, "wb") as out:
        subprocess.run([sys.executable, ROOT / "Benchmarks/twins/rows.py", path, source, str(BATCH)], stdout=out,
                       check=True)
    sql("finance", "select ensure_partitions(current_date - 1, current_date + 1)")
    found = answer(twin("raw_database", rows, *([mode] if mode else []),
                        BENCH_DATABASE_URL=ENV["WAYBILL_POSTGRES_URL_FINANCE"], BENCH_SCHEMA="finance"))
    held = sql("finance", "select (select count(*) from orders where source = '{0}' and decision is not null), "
               "(select count(*) from alert where source = '{0}'), (select count(*) from outbox_pending)".format(source))
    if [int(value) for value in held[0]] != [count, len(expected["alerts"]), 0]:
        raise SystemExit(f"error: the raw database twin wrote {held[0]}")
    path.unlink()
    rows.unlink()
    record(measure=kind, round=number, orders=count, seconds=round(found["seconds"], 3),
           perSecond=round(count / found["seconds"]), batch=BATCH)


def make_five():
    queues("PUT", *FIVE, ALERTS)
    put(f"/api/exchanges/%2F/{ORDERS_IN}", {"type": "fanout", "durable": True})
    put(f"/api/exchanges/%2F/{EVENTS_OUT}", {"type": "topic", "durable": True})
    for queue in FIVE:
        put(f"/api/bindings/%2F/e/{ORDERS_IN}/q/{queue}", {"routing_key": ""})
    readers = {**FINANCE_READERS, "customer.registered.v1": ["sales", "servicedesk", "finance", "supplier"],
               "supplier.registered.v1": ["finance"]}
    for key, names in readers.items():
        for name in names:
            put(f"/api/bindings/%2F/e/{EVENTS_OUT}/q/bench.five.{name}", {"routing_key": key})


def remove_five():
    queues("DELETE", *FIVE, ALERTS)
    for name in (ORDERS_IN, EVENTS_OUT):
        remove(f"/api/exchanges/%2F/{name}")


def raw_five_round(number, count):
    """What the broker passes when all five services work: orders to five queues, every event to all who read it."""
    path = make_orders(count, 2000 + number, f"rawfive{number}")
    alerts = len(expectation(path)["alerts"])
    customers, suppliers = set(), set()
    for line in open(path):
        order = json.loads(line)
        customers.add(order["customer"]["code"])
        suppliers.update(one["supplier"]["code"] for one in order["lines"])
    purge()

    def events(key, size, most):
        return [key, size, max(1, count // most), most] if most else []

    # A customer and a supplier are new once; of those events and of the decisions there are as many as of the services.
    outputs = {
        "customer": events("customer.registered.v1", 800, len(customers)),
        "supplier": events("supplier.registered.v1", 600, len(suppliers)),
        "finance": events("finance.order-decided.v1", 666, count) + events("finance.margin-alert-raised.v1", 907, alerts)}
    taken = {name: count for name in SERVICES}
    taken["sales"] += count + alerts + len(customers)
    taken["customer"] += alerts
    taken["servicedesk"] += len(customers)
    taken["supplier"] += len(customers)
    taken["finance"] += len(customers) + len(suppliers)
    workers = [twin("raw_broker", f"bench.five.{name}", EVENTS_OUT, taken[name], *outputs.get(name, []))
               for name in SERVICES]
    workers.append(twin("raw_broker", ALERTS, "-", alerts))
    publisher = twin("publish", ORDERS_IN, "order.placed.v1", path, "raw")
    started = answer(publisher)["started"]
    moved = [answer(worker) for worker in workers]
    seconds = max(one["ended"] for one in moved) - started
    path.unlink()
    published = sum(one["published"] for one in moved)
    record(measure="raw-five", round=number, orders=count, seconds=round(seconds, 3), perSecond=round(count / seconds),
           eventsPerOrder=round(published / count, 3),
           deliveriesPerOrder=round(sum(one["moved"] for one in moved) / count, 3))


def part_rawdb(options):
    service("stop", "finance")
    for number in range(1, options.rounds + 1):
        raw_database_round(number, options.orders)
        raw_database_round(number, options.orders, "single")
    service("start", "finance")


def part_rawfive(options):
    make_five()
    for number in range(1, options.rounds + 1):
        raw_five_round(number, options.orders // 2)
    remove_five()
