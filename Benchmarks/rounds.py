"""The rounds of the parts start, finance, five, latency and retention."""
import subprocess
import time

from harness import (CLI_ENVIRONMENT, ENV, FIVE, INBOUND, SERVICES, administer, answer, check, expectation, finance_round,
                     make_orders, memory, metrics, peak, processor_seconds, purge, raw_queues, raw_round, ready, record,
                     say, service, spent, sql, twin, unique, untold, until_done)
from rawtwins import make_five, raw_database_round, raw_five_round, remove_five


def part_start(options):
    for name in SERVICES:
        service("stop", name)
    for name in SERVICES:
        service("start", name)
        record(measure="ready", service=name, seconds=round(ready(name), 3))
    time.sleep(5)
    for name in SERVICES:
        record(measure="idle", service=name, residentMiB=round(memory(name), 1))


def part_finance(options):
    for name in SERVICES:
        if name != "finance":
            service("stop", name)
    raw_queues("PUT")
    finance_round("warm-up", 0, max(2000, options.orders // 5))
    for number in range(1, options.rounds + 1):
        raw_round(number, options.orders)
        raw_round(number, options.orders, bare=True)
        raw_database_round(number, options.orders)
        finance_round("finance", number, options.orders)
        finance_round("batches-of-one", number, max(1000, options.orders // 10), "WAYBILL_BATCH=1")
    raw_queues("DELETE")
    service("restart", "finance")
    for name in SERVICES:
        service("start", name)
        ready(name)


def part_retention(options):
    """What a full horizon of days costs: the same rounds before and after, each beside the raw broker."""
    for name in SERVICES:
        if name != "finance":
            service("stop", name)
    raw_queues("PUT")

    def rounds(kind, extra=""):
        for number in range(1, options.rounds + 1):
            raw_round(number, options.orders)
            finance_round(kind, number, options.orders, extra)

    def days(table):
        return int(sql("finance", f"select count(*) from pg_inherits where inhparent = 'finance.{table}'::regclass")[0][0])

    finance_round("warm-up", 0, max(2000, options.orders // 5))
    rounds("horizon-empty")
    inbox_days, outbox_days = 14, 7
    sql("finance", f"select ensure_partitions(current_date - {inbox_days - 1}, current_date)")
    began = time.monotonic()
    for day in range(1, inbox_days):
        sql("finance", f"""insert into inbox (source, message_id, day, type, handled_at)
            select 'filled', 'filled-{day}-' || n, current_date - {day}, 'order.placed.v1', now() - interval '{day} days'
            from generate_series(1, {options.rows // (inbox_days - 1)}) n""")
        say(f"  filled day {day} of {inbox_days - 1}, {time.monotonic() - began:.0f} s")
    for day in range(1, outbox_days):
        sql("finance", f"""insert into outbox (id, day, exchange, routing_key, body, recorded_at)
            select nextval('outbox_id'), current_date - {day}, 'waybill.events', 'finance.order-decided.v1',
                convert_to(repeat('x', 300) || n, 'UTF8'), now() - interval '{day} days'
            from generate_series(1, {options.rows // (outbox_days - 1)}) n""")
        say(f"  filled day {day} of {outbox_days - 1} of the outbox, {time.monotonic() - began:.0f} s")
    # Days are filled one by one and have long been looked after by then; here all came at once.
    administer("vacuum analyze")
    administer("checkpoint")
    rows = sql("finance", "select (select count(*) from inbox), (select count(*) from outbox)")[0]
    record(measure="rows", inbox=int(rows[0]), outbox=int(rows[1]), inboxDays=days("inbox"), outboxDays=days("outbox"))
    rounds("horizon-full")
    before = days("inbox") + days("outbox")
    finance_round("horizon-dropping", 1, options.orders,
                  "WAYBILL_RETENTION_INBOX_DAYS=2 WAYBILL_RETENTION_OUTBOX_DAYS=2")
    record(measure="dropped", days=before - days("inbox") - days("outbox"), left=days("inbox") + days("outbox"))
    raw_queues("DELETE")


def part_five(options):
    count = options.orders // 2
    for name in SERVICES:
        service("start", name)
        ready(name)
    make_five()
    for number in range(0, options.rounds + 1):
        if number:
            raw_five_round(number, count)
        source = unique("five")
        path = make_orders(count, 2000 + number, source)
        expected = expectation(path)
        purge()
        time.sleep(1)
        with untold():
            before, used = {name: metrics(name) for name in FIVE}, processor_seconds()
            handled = "waybill_messages_handled_total"
            published = "waybill_messages_published_total"
            alerts = len(expected["alerts"])
            publisher = twin("publish", INBOUND, "order.placed.v1", path, source)

            def done():
                now = {name: metrics(name) for name in FIVE}
                told = now["finance"][published] - before["finance"][published]
                return min(told / (count + alerts),
                           *((now[name][handled] - before[name][handled]) / wanted[name] for name in FIVE))

            # Sales reads what finance says as well: each decision and each alert.
            wanted = {name: count + (count + alerts if name == "sales" else 0) for name in FIVE}
            ended = until_done("all five have handled every order", done)
            after = processor_seconds()
        subprocess.run([ENV["WAYBILL_CLI"], "status", "--wait-drained", "120"], check=True,
                       stdout=subprocess.DEVNULL, env=CLI_ENVIRONMENT)
        started = answer(publisher)["started"]
        check(expected, source)
        path.unlink()
        record(measure="warm-up-five" if number == 0 else "five", round=number, orders=count,
               seconds=round(ended - started, 3), perSecond=round(count / (ended - started)),
               processorSecondsPer1000=spent(used, after, count), peakMiB={name: peak(name) for name in FIVE},
               eventsPerOrder={name: round((metrics(name)[published] - before[name][published]) / count, 3)
                               for name in FIVE})
    remove_five()


def part_latency(options):
    for name in SERVICES:
        service("start", name)
        ready(name)
    for number in range(options.rounds):
        for rate in (200,) if options.quick else (200, 1000, 2000):
            prefix = unique(f"latency{rate}")
            path = make_orders(rate * (5 if options.quick else 10), 3000 + rate + number, prefix, "--all-losing")
            expected = expectation(path)
            purge()
            time.sleep(1)
            if rate == 200:
                # What the broker alone needs for one of the two ways that an alert takes through it.
                record(measure="publish-to-delivery", round=number, **answer(twin(
                    "latency", "-", "finance.margin-alerts", path, prefix, "finance.margin-alerts", rate, alerts=True)))
            with untold():
                used = processor_seconds()
                found = answer(twin("latency", INBOUND, "order.placed.v1", path, prefix,
                                    "finance.margin-alerts", rate, alerts=True))
                after = processor_seconds()
            subprocess.run([ENV["WAYBILL_CLI"], "status", "--wait-drained", "120"], check=True,
                           stdout=subprocess.DEVNULL, env=CLI_ENVIRONMENT)
            check(expected, prefix)
            path.unlink()
            record(measure="publish-to-alert", round=number, **found,
                   processorSecondsPer1000=spent(used, after, found["orders"]))
