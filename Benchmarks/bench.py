#!/usr/bin/env python3
"""The benchmark: the whole safe path beside raw twins, in one run, on a private broker and database.

usage: run.sh [--quick] [--rounds N] [--orders N] [--only PART,…] [--results FILE]

Parts: start (ready time, idle memory), finance (one finance service beside the raw broker and batches of one), five
(all five services), latency (publish to alert, open loop); only when named: question (whether an order would be taken,
asked 500 times a second), retention (finance with an inbox and an
outbox of --rows rows beside an empty one, and while old days are dropped). Each round ends with a check of what came out against what
the orders say, computed here with decimals; a round that fails it has no figure and the run ends with exit code 1.
Prints JSON lines while it goes and a table at the end. Figures compare only within one run.
"""
import argparse
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ["WAYBILL_HOME"])
TWINS = Path(os.environ["BENCH_TWINS"])
SERVICES = ["customer", "sales", "servicedesk", "finance", "supplier"]
results = []


def say(text):
    print(text, file=sys.stderr, flush=True)


def record(**row):
    results.append(row)
    print(json.dumps(row), flush=True)


def environment():
    found = {}
    for line in (HOME / "env").read_text().splitlines():
        match = re.match(r"export (\w+)='(.*)'$", line)
        if match:
            found[match[1]] = match[2]
    return found


ENV = environment()
TICKS = os.sysconf("SC_CLK_TCK")


def service(command, name, extra=""):
    subprocess.run(
        [ROOT / "deploy/local/service.sh", command, name], check=True,
        env={**os.environ, "SERVICE_ENVIRONMENT": extra}, stdout=subprocess.DEVNULL)


def get(url, timeout=5):
    return urllib.request.urlopen(url, timeout=timeout).read().decode()


def ready(name, seconds=30):
    """Waits until a service is ready; how long that took."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        try:
            get(ENV[f"WAYBILL_HTTP_{name.upper()}"] + "/health/ready")
            return time.monotonic() - started
        except OSError:
            time.sleep(0.005)
    raise SystemExit(f"error: {name} was not ready within {seconds} s")


def metrics(name):
    found = {}
    for line in get(ENV[f"WAYBILL_HTTP_{name.upper()}"] + "/metrics").splitlines():
        if line and line[0] != "#":
            key, value = line.rsplit(" ", 1)
            found[key] = float(value)
    return found


def management(path, method="GET"):
    parts = urllib.parse.urlsplit(ENV["WAYBILL_HTTP_MANAGEMENT_URL"])
    manager = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    base = f"http://{parts.hostname}:{parts.port}"
    manager.add_password(None, base, parts.username, parts.password)
    opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(manager))
    with opener.open(urllib.request.Request(base + path, method=method), timeout=30) as answer:
        return answer.read().decode()


def sql(name, text):
    address = urllib.parse.urlsplit(ENV[f"WAYBILL_POSTGRES_URL_{name.upper()}"])
    out = subprocess.run(
        ["psql", "-X", "-At", "-h", address.hostname, "-p", str(address.port), "-U", address.username, "-d",
         address.path[1:], "-c", f"set search_path = {name}", "-c", text],
        check=True, capture_output=True, text=True, env={**os.environ, "PGPASSWORD": address.password}).stdout
    return [line.split("|") for line in out.splitlines() if line != "SET"]


def processor_seconds():
    """Seconds of processor by part of the system: the broker, the database, the services."""
    roots = {"broker": int((next(HOME.glob("broker/rabbitmq/pid"), None) or elsewhere("broker")).read_text())}
    used = {"broker": 0.0, "database": 0.0, **{name: 0.0 for name in SERVICES}}
    by_pid = {roots["broker"]: "broker"}
    for name in SERVICES:
        file = HOME / "run" / f"{name}.pid"
        if file.exists():
            by_pid[int(file.read_text())] = name
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            text = (entry / "stat").read_text()
        except OSError:
            continue
        command, fields = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
        own = (int(fields[11]) + int(fields[12])) / TICKS
        pid, parent = int(entry.name), int(fields[1])
        if pid in by_pid:
            used[by_pid[pid]] += own
        elif parent in by_pid and by_pid[parent] == "broker":
            used["broker"] += own
        elif command == "postgres":
            # A backend that has ended is counted in its parent's children.
            used["database"] += own + (int(fields[13]) + int(fields[14])) / TICKS
    return used


def elsewhere(part):
    return Path((HOME / part / "rabbitmq.elsewhere").read_text().strip()) / "pid"


def memory(name):
    """Resident memory of a service, in MiB."""
    pid = (HOME / "run" / f"{name}.pid").read_text().strip()
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0


def make_orders(count, seed, prefix, *options):
    path = HOME / f"{prefix}.ndjson"
    with open(path, "w") as out:
        subprocess.run(
            [sys.executable, ROOT / "Benchmarks/orders.py", str(count), str(seed), prefix, *options], stdout=out,
            check=True)
    return path


def expectation(path):
    """What finance must say of a file of orders, by the default policy of the contracts."""
    alerts, revenue, cost, count = set(), Decimal(0), Decimal(0), 0
    for line in open(path):
        order = json.loads(line)
        own_revenue = sum((Decimal(l["revenue"]) for l in order["lines"]), Decimal(0))
        own_cost = sum((Decimal(l["cost"]) for l in order["lines"]), Decimal(0))
        if own_cost > own_revenue:
            alerts.add((order["orderId"], "negative"))
        elif own_revenue > 0 and (own_revenue - own_cost) * 100 < own_revenue * 5:
            alerts.add((order["orderId"], "low"))
        revenue, cost, count = revenue + own_revenue, cost + own_cost, count + 1
    return {"orders": count, "alerts": alerts, "revenue": revenue, "cost": cost}


def check(expected, source):
    """Every order decided once, the alerts those of the oracle, the sums equal, nothing left over or dead."""
    problems = []
    count, decided, revenue, cost = sql(
        "finance", "select count(*), count(decision), coalesce(sum(revenue), 0), coalesce(sum(cost), 0) from orders "
        f"where source = '{source}'")[0]
    if (int(count), int(decided)) != (expected["orders"], expected["orders"]):
        problems.append(f"{count} orders, {decided} decided, not {expected['orders']}")
    if (Decimal(revenue), Decimal(cost)) != (expected["revenue"], expected["cost"]):
        problems.append("the sums differ")
    rows = sql("finance", f"select order_id, severity from alert where source = '{source}'")
    if len(rows) != len(expected["alerts"]) or {tuple(row) for row in rows} != expected["alerts"]:
        problems.append(f"{len(rows)} alerts, not the {len(expected['alerts'])} of the oracle")
    if sql("finance", "select count(*) from outbox_pending")[0][0] != "0":
        problems.append("the outbox is not empty")
    for queue in json.loads(management("/api/queues/%2F")):
        if queue["name"].endswith(".dead") and queue.get("messages", 0):
            problems.append(f"{queue['messages']} messages in {queue['name']}")
    if problems:
        raise SystemExit("error: the round does not count: " + "; ".join(problems))


def purge():
    for queue in json.loads(management("/api/queues/%2F")):
        management(f"/api/queues/%2F/{urllib.parse.quote(queue['name'], safe='')}/contents", "DELETE")


def twin(program, *arguments, alerts=False):
    environment = {**os.environ, "BENCH_AMQP_URL": ENV["WAYBILL_AMQP_OPERATOR_URL"] + "/%2f"}
    if alerts:
        environment["BENCH_ALERTS_URL"] = ENV["WAYBILL_AMQP_FINANCE_URL"] + "/%2f"
    return subprocess.Popen(
        [TWINS / program, *map(str, arguments)], stdout=subprocess.PIPE, text=True, env=environment)


def answer(process):
    out, _ = process.communicate(timeout=600)
    if process.returncode != 0:
        raise SystemExit(f"error: {process.args[0].name} failed: {out}")
    return json.loads(out)


def until(what, condition, seconds=600):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"error: not within {seconds} s: {what}")
        time.sleep(0.05)
    return time.monotonic()


def finance_round(kind, number, count, extra=""):
    """One finance service takes orders while they are published; from the first publish to the last confirm."""
    source = f"bench-{kind}-{number}"
    path = make_orders(count, 1000 + number, f"{kind}{number}")
    expected = expectation(path)
    purge()
    service("restart", "finance", extra)
    ready("finance")
    before, used = metrics("finance"), processor_seconds()
    published = "waybill_messages_published_total"
    # Each order makes a decision and perhaps an alert; when all are confirmed, every order has been committed.
    wanted = before[published] + count + len(expected["alerts"])
    publisher = twin("publish", "-", "finance.inbound", path, source)
    ended = until(f"{kind} {number}: everything published", lambda: metrics("finance")[published] >= wanted)
    started = answer(publisher)["started"]
    after = processor_seconds()
    time.sleep(0.3)
    peak = memory("finance")
    check(expected, source)
    path.unlink()
    spent = {part: round((after[part] - used[part]) / count * 1000, 3) for part in ("finance", "broker", "database")}
    record(measure=kind, round=number, orders=count, seconds=round(ended - started, 3),
           perSecond=round(count / (ended - started)), processorSecondsPer1000=spent, residentMiB=round(peak, 1))


def raw_round(number, count):
    path = make_orders(count, 1000 + number, f"raw{number}")
    purge()
    worker = twin("raw_broker", "bench.raw.in", "bench.raw.out", count, 620, 900)
    publisher = twin("publish", "-", "bench.raw.in", path, "raw")
    started = answer(publisher)["started"]
    seconds = answer(worker)["ended"] - started
    path.unlink()
    record(measure="raw-broker", round=number, orders=count, seconds=round(seconds, 3),
           perSecond=round(count / seconds))


def raw_queues(method):
    for name in ("bench.raw.in", "bench.raw.out"):
        path = f"/api/queues/%2F/{name}"
        if method == "DELETE":
            management(path, "DELETE")
            continue
        parts = urllib.parse.urlsplit(ENV["WAYBILL_HTTP_MANAGEMENT_URL"])
        subprocess.run(
            ["curl", "-sf", "-K", "-", "-X", "PUT", "-H", "content-type: application/json", "-d",
             '{"durable":true,"arguments":{"x-queue-type":"quorum"}}', f"http://{parts.hostname}:{parts.port}{path}"],
            input=f"user = {parts.username}:{parts.password}\n", text=True, check=True)


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
    sql("finance", "analyze")
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
    for number in range(0, options.rounds + 1):
        source = f"bench-five-{number}"
        path = make_orders(count, 2000 + number, f"five{number}")
        expected = expectation(path)
        purge()
        time.sleep(1)
        before, used = {name: metrics(name) for name in SERVICES}, processor_seconds()
        handled = "waybill_messages_handled_total"
        published = "waybill_messages_published_total"
        alerts = len(expected["alerts"])
        publisher = twin("publish", "waybill.inbound", "order.placed.v1", path, source)

        def done():
            now = {name: metrics(name) for name in ("finance", "sales", "customer", "servicedesk", "supplier")}
            return (now["finance"][published] - before["finance"][published] >= count + alerts
                    and all(now[name][handled] - before[name][handled] >= wanted[name] for name in SERVICES))

        # Sales reads what finance says as well: each decision and each alert.
        wanted = {name: count + (count + alerts if name == "sales" else 0) for name in SERVICES}
        ended = until("all five have handled every order", done)
        subprocess.run([ENV["WAYBILL_CLI"], "status", "--wait-drained", "120"], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, **ENV})
        after = processor_seconds()
        started = answer(publisher)["started"]
        check(expected, source)
        path.unlink()
        spent = {part: round((after[part] - used[part]) / count * 1000, 3) for part in after}
        record(measure="warm-up-five" if number == 0 else "five", round=number, orders=count,
               seconds=round(ended - started, 3), perSecond=round(count / (ended - started)),
               processorSecondsPer1000=spent)


def part_latency(options):
    for name in SERVICES:
        service("start", name)
        ready(name)
    for rate in (200,) if options.quick else (200, 1000, 2000):
        for number in range(1 if options.quick else 3):
            prefix = f"latency{rate}-{number}"
            path = make_orders(rate * (5 if options.quick else 10), 3000 + rate + number, prefix, "--all-losing")
            expected = expectation(path)
            purge()
            time.sleep(1)
            found = answer(twin("latency", "waybill.inbound", "order.placed.v1", path, prefix,
                                "finance.margin-alerts", rate, alerts=True))
            subprocess.run([ENV["WAYBILL_CLI"], "status", "--wait-drained", "120"], check=True,
                           stdout=subprocess.DEVNULL, env={**os.environ, **ENV})
            check(expected, prefix)
            path.unlink()
            record(measure="publish-to-alert", round=number, **found)


def part_question(options):
    """Would this order be taken? Asked at 500/s, open loop: beside nothing else, and beside 200 orders a second."""
    for name in SERVICES:
        service("start", name)
        ready(name)
    path = make_orders(20_000, 4000, "known")
    publisher = twin("publish", "waybill.inbound", "order.placed.v1", path, "known")
    subprocess.run([ENV["WAYBILL_CLI"], "status", "--wait-drained", "300"], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, **ENV})
    answer(publisher)
    check(expectation(path), "known")
    rate, questions = 500, HOME / "questions.ndjson"
    with open(questions, "w") as out:
        for number, line in enumerate(open(path)):
            if number == rate * 10:
                break
            order = json.loads(line)
            values = {"customer": order["customer"]["code"], "source": "known", "businessLine": order["businessLine"],
                      "amount": order["lines"][0]["revenue"], "currency": "CNY"}
            out.write(json.dumps({"query": "acceptance.ask", "parameters": [
                {"name": name, "value": value} for name, value in values.items()]}) + "\n")
    def ask():
        return answer(twin("ask", "waybill.commands", "finance.run-query.v1", "waybill.replies", questions, rate))

    ask()
    for number in range(1, options.rounds + 1):
        record(measure="question", beside="nothing", round=number, **ask())
        prefix = f"beside-{number}"
        orders = make_orders(200 * 12, 4100 + number, prefix, "--all-losing")
        load = twin("latency", "waybill.inbound", "order.placed.v1", orders, prefix, "finance.margin-alerts", 200,
                    alerts=True)
        record(measure="question", beside="200 orders/s", round=number, **ask())
        answer(load)
        subprocess.run([ENV["WAYBILL_CLI"], "status", "--wait-drained", "120"], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, **ENV})
        check(expectation(orders), prefix)


def machine():
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    overview = json.loads(management("/api/overview"))
    return {
        "measure": "machine", "date": datetime.date.today().isoformat(), "cores": os.cpu_count(),
        "processor": model[1] if model else platform.machine(), "system": platform.platform(),
        "swift": swift, "rabbitmq": overview["rabbitmq_version"], "erlang": overview["erlang_version"],
        "postgresql": sql("finance", "show server_version")[0][0],
        "durability": {row[0]: row[1] for row in sql(
            "finance", "select name, setting from pg_settings where name in "
            "('fsync', 'synchronous_commit', 'full_page_writes')")},
        "commit": subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"],
                                 capture_output=True, text=True).stdout.strip(),
    }


def table():
    def column(measure, key="perSecond"):
        return [row[key] for row in results if row["measure"] == measure]

    def line(name, values, unit, note=""):
        if values:
            middle = statistics.median(values)
            say(f"  {name:<34}{middle:>12,.3g} {unit:<10} {min(values):,.4g} … {max(values):,.4g}  {note}"
                if middle < 1000 else
                f"  {name:<34}{middle:>12,.0f} {unit:<10} {min(values):,.0f} … {max(values):,.0f}  {note}")

    say(f"\n  {'measure':<34}{'median':>12} {'':<10} lowest … highest")
    line("raw broker twin", column("raw-broker"), "orders/s")
    line("one finance service", column("finance"), "orders/s")
    line("  batches of one", column("batches-of-one"), "orders/s")
    for kind in ("empty", "full", "dropping"):
        line(f"finance, horizon {kind}", column(f"horizon-{kind}"), "orders/s")
    line("five services", column("five"), "orders/s")
    line("ready after start", column("ready", "seconds"), "s")
    line("idle memory of a service", column("idle", "residentMiB"), "MiB")
    for rate in sorted({row["rate"] for row in results if row["measure"] == "publish-to-alert"}):
        rows = [row for row in results if row["measure"] == "publish-to-alert" and row["rate"] == rate]
        for quantile in ("p50", "p99", "p999"):
            line(f"publish to alert, {rate}/s, {quantile}", [row[quantile] for row in rows], "ms")
    for beside in ("nothing", "200 orders/s"):
        rows = [row for row in results if row["measure"] == "question" and row["beside"] == beside]
        for quantile in ("p50", "p99"):
            line(f"question, beside {beside}, {quantile}", [row[quantile] for row in rows], "ms")
    ratios = {}
    if column("finance") and column("raw-broker"):
        ratios["finance ÷ raw broker"] = [a / b for a, b in zip(column("finance"), column("raw-broker"))]
        ratios["finance ÷ batches of one"] = [a / b for a, b in zip(column("finance"), column("batches-of-one"))]
    if column("horizon-full"):
        raw = column("raw-broker")
        half = len(raw) // 2
        empty = [a / b for a, b in zip(column("horizon-empty"), raw[:half])]
        full = [a / b for a, b in zip(column("horizon-full"), raw[half:])]
        ratios["full ÷ empty horizon"] = [a / b for a, b in zip(full, empty)]
    for name, values in ratios.items():
        line(name, values, "")
        record(measure="ratio", name=name, median=round(statistics.median(values), 3),
               lowest=round(min(values), 3), highest=round(max(values), 3))
    spent = [row["processorSecondsPer1000"] for row in results if row["measure"] == "five"]
    if spent:
        own = [sum(row[name] for name in SERVICES) for row in spent]
        below = [row["broker"] + row["database"] for row in spent]
        line("CPU five ÷ broker + database", [a / b for a, b in zip(own, below)], "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, under two minutes")
    parser.add_argument("--rounds", type=int, help="rounds of each measure (5; quick: 1)")
    parser.add_argument("--orders", type=int, help="orders a round (40000; quick: 10000)")
    parser.add_argument("--only", help="parts, separated by commas: start, finance, five, latency, question, retention")
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of inbox and outbox for the part retention")
    parser.add_argument("--results", help="also write the JSON lines to this file")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 5)
    options.orders = options.orders or (10_000 if options.quick else 40_000)
    parts = {"start": part_start, "finance": part_finance, "five": part_five, "latency": part_latency}
    record(**machine())
    everything = {**parts, "retention": part_retention, "question": part_question}
    for name in options.only.split(",") if options.only else parts:
        if name not in everything:
            parser.error(f"no part is called '{name}': " + ", ".join(everything))
        say(f"== {name}")
        everything[name](options)
    table()
    if options.results:
        Path(options.results).write_text("".join(json.dumps(row) + "\n" for row in results))


main()
