"""The part peers: the order path of finance written with other libraries, beside finance in the same rounds."""
import json
import os
import subprocess
import time
from decimal import Decimal

from harness import (ENV, HOME, ROOT, SERVICES, administer, answer, database_url, expectation, finance_readers,
                     finance_round, make_orders, management, processor_seconds, purge, queues, raw_queues, raw_round,
                     ready, record, say, service, spent, twin, unique)

PEERS = {"go": ("single", "batched"), "java": ("single", "batched"), "python": ("single", "batched"),
         "celery": ("single",)}
IN, OUT = "bench.peer.in", "bench.peer"


def installed(build):
    """The peers that can be had here; of one that cannot, a row says why."""
    found = []
    for name in PEERS:
        began = time.monotonic()
        done = subprocess.run([ROOT / f"Benchmarks/peers/{name}/setup.sh"], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env={**os.environ, "BENCH_BUILD": str(build)})
        if done.returncode == 0:
            found.append(name)
            say(f"  {name} is set up, {time.monotonic() - began:.0f} s")
        else:
            record(measure="peer-not-installed", system=name, reason=done.stdout.strip()[-500:])
    return found


def check_peer(schema, expected, source):
    """The same check as finance's: each order decided once, the oracle's alerts, equal sums, nothing left over."""
    problems = []
    count, revenue, cost = administer(
        f"select count(*), coalesce(sum(revenue), 0), coalesce(sum(cost), 0) from {schema}.orders "
        f"where source = '{source}'")[0]
    if int(count) != expected["orders"]:
        problems.append(f"{count} orders, not {expected['orders']}")
    if (Decimal(revenue), Decimal(cost)) != (expected["revenue"], expected["cost"]):
        problems.append("the sums differ")
    alerts = {tuple(row) for row in administer(
        f"select o.order_id, o.severity from {schema}.orders o join {schema}.outbox b on b.order_id = o.order_id "
        "and b.routing_key = 'finance.margin-alert-raised.v1'")}
    told = dict(administer(f"select routing_key, count(*) from {schema}.outbox where sent_at is not null group by 1"))
    if alerts != expected["alerts"] or int(told.get("finance.margin-alert-raised.v1", 0)) != len(alerts):
        problems.append(f"{len(alerts)} alerts, not the {len(expected['alerts'])} of the oracle")
    if int(told.get("finance.order-decided.v1", 0)) != expected["orders"]:
        problems.append("not every order has one decision that was confirmed")
    if administer(f"select count(*) from {schema}.outbox where sent_at is null") != [["0"]]:
        problems.append("the outbox is not empty")
    for reader in ("sales", "customer", "alerts"):
        wanted = len(expected["alerts"]) + (expected["orders"] if reader == "sales" else 0)
        held = messages(f"{OUT}.{reader}", wanted)
        if held != wanted:
            problems.append(f"{held} messages for {reader}, not {wanted}")
    if messages(IN, 0):
        problems.append("orders were left in the queue")
    if problems:
        raise SystemExit(f"error: the round of {schema} does not count: " + "; ".join(problems))


def messages(queue, wanted):
    """How many a queue holds; the management's figure trails by some seconds, so it gets time to come right."""
    deadline = time.monotonic() + 20
    while True:
        held = json.loads(management(f"/api/queues/%2F/{queue}")).get("messages")
        if held == wanted or time.monotonic() > deadline:
            return held
        time.sleep(0.5)


def peer_round(build, name, variant, number, count):
    schema, source = f"peer_{name}", unique(f"{name}-{variant}")
    path = make_orders(count, 1000 + number, source)
    expected = expectation(path)
    administer((ROOT / "Benchmarks/peers/schema.sql").read_text(), schema=schema)
    queues("DELETE", IN)
    finance_readers("DELETE", OUT)
    queues("PUT", IN)
    finance_readers("PUT", OUT)
    process = subprocess.Popen(
        [ROOT / f"Benchmarks/peers/{name}/run.sh", variant, str(count)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "BENCH_BUILD": str(build), "BENCH_AMQP_URL": ENV["WAYBILL_AMQP_OPERATOR_URL"] + "/%2f",
             "BENCH_DATABASE_URL": database_url(), "BENCH_SCHEMA": schema, "BENCH_IN": IN, "BENCH_OUT": f"{OUT}.events"})
    try:
        expect(process, "ready")
        extra = [(process.pid, "peer")]
        used = processor_seconds(extra)
        publisher = twin("publish", "-", IN, path, source)
        expect(process, "finished")
        ended = time.monotonic()
        after = processor_seconds(extra)
        own = json.loads(process.stdout.readline())
        process.wait(60)
    finally:
        if process.poll() is None:
            process.kill()
    if own["check"] != "ok":
        raise SystemExit(f"error: {name} says of itself: {own['check']}")
    started = answer(publisher)["started"]
    check_peer(schema, expected, source)
    path.unlink()
    record(measure="peer" if number else "warm-up-peer", system=own["system"], round=number, orders=count, seconds=round(ended - started, 3),
           perSecond=round(count / (ended - started)), check="ok",
           processorSecondsPer1000=spent(used, after, count, "peer", "broker", "database"))


def expect(process, word):
    line = process.stdout.readline().strip()
    if line != word:
        raise SystemExit(f"error: a peer said '{line}' instead of '{word}' (exit code {process.poll()})")


def part_peers(options):
    build = HOME / "peers"
    build.mkdir(exist_ok=True)
    names = installed(build)
    for name in SERVICES:
        if name != "finance":
            service("stop", name)
    raw_queues("PUT")
    for number in range(0, options.rounds + 1):
        # The first time round nothing is warm, neither virtual machines nor plans; it is checked and not counted.
        count = options.orders if number else max(2000, options.orders // 5)
        if number:
            raw_round(number, count)
        finance_round("finance" if number else "warm-up", number, count)
        for name in names:
            for variant in PEERS[name]:
                # A transaction a message is slower: fewer orders keep the rounds alike in time.
                mine = count if variant == "batched" else max(2000, count // 2)
                if not number:
                    say(f"  warming {name}, {variant}")
                peer_round(build, name, variant, number, mine)
    raw_queues("DELETE")
    queues("DELETE", IN, IN + ".tasks")
    finance_readers("DELETE", OUT)
    for name in names:
        administer(f"drop schema if exists peer_{name} cascade")
    for name in SERVICES:
        service("start", name)
        ready(name)
    purge()
