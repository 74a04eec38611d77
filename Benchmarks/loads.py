"""Heavier parts, run when named: scale, drain, stored, relay, fsync."""
import os
import re
import shutil
import signal
import subprocess
import time

from harness import (HOME, ROOT, SERVICES, administer, answer, check, expectation, finance_round, get, last_confirm, profile,
                     make_orders, metrics, peak, processor_seconds, processes, purge, raw_queues, raw_round, ready, record,
                     say, service, spent, twin, unique, until, until_done)


def alone():
    """Finance and nobody else, with the queues of the raw twin."""
    for name in SERVICES:
        if name != "finance":
            service("stop", name)
    service("start", "finance")
    ready("finance")
    raw_queues("PUT")


def together():
    raw_queues("DELETE")
    for name in SERVICES:
        service("start", name)
        ready(name)


class Copy:
    """One more copy of finance, beside the one that service.sh runs."""

    def __init__(self, number):
        self.port = subprocess.run(
            ["python3", "-c", "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"],
            check=True, capture_output=True, text=True).stdout.strip()
        run = HOME / "run"
        binary = (run / "binaries").read_text().strip() + "/waybill-finance"
        variables = {
            **profile(binary), "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"),
            "WAYBILL_AMQP_URL_FILE": str(HOME / "secrets/amqp-finance.url"),
            "WAYBILL_POSTGRES_URL_FILE": str(HOME / "secrets/postgres-finance.url"),
            "WAYBILL_AMQP_MANAGEMENT_URL": (run / "management").read_text().strip(),
            "WAYBILL_PARTNERS": (run / "partners").read_text().strip(),
            "WAYBILL_HTTP_PORT": self.port, "WAYBILL_CLOCK": (run / "clock").read_text().strip()}
        self.log = open(HOME / f"log/finance-copy-{number}.log", "ab")
        self.process = subprocess.Popen(
            [binary], env=variables, stdout=self.log,
            stderr=self.log, stdin=subprocess.DEVNULL, start_new_session=True)
        until(f"copy {number} of finance is ready", self.is_ready, 60)

    def is_ready(self):
        if self.process.poll() is not None:
            raise SystemExit(f"error: a copy of finance ended: see {self.log.name}")
        try:
            get(f"http://127.0.0.1:{self.port}/health/ready")
            return True
        except OSError:
            return False

    def metrics(self):
        lines = (line.rsplit(" ", 1) for line in get(f"http://127.0.0.1:{self.port}/metrics").splitlines()
                 if line and line[0] != "#")
        return {key: float(value) for key, value in lines}

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def part_scale(options):
    """One, two and four copies of finance on one queue."""
    alone()
    finance_round("warm-up", 0, max(2000, options.orders // 5))
    for number in range(1, options.rounds + 1):
        for count in (1, 2, 4):
            copies = []
            try:
                for other in range(1, count):
                    copies.append(Copy(other))
                finance_round(f"copies-{count}", number, options.orders, copies=copies, processes=count)
            finally:
                for one in copies:
                    one.stop()
    together()


def part_drain(options):
    """Finance starts on a long queue; how fast it takes it in, and what memory that needs."""
    alone()
    service("stop", "finance")
    count, source = options.queued, unique("drain")
    path = make_orders(count, 4000, source)
    expected = expectation(path)
    purge()
    filled = answer(twin("publish", "-", "finance.inbound", path, source))
    record(measure="queue-filled", orders=count, seconds=round(filled["ended"] - filled["started"], 3),
           perSecond=round(count / (filled["ended"] - filled["started"])))
    used, started = processor_seconds(), time.monotonic()
    service("start", "finance")
    waited = ready("finance", 120)
    ended = until_done("the queue is drained", lambda: metrics("finance")["waybill_messages_handled_total"] / count,
                       max(600, count // 100))
    ended = last_confirm(lambda: metrics("finance")["waybill_messages_published_total"], ended)
    after = processor_seconds()
    time.sleep(1)
    check(expected, source)
    path.unlink()
    record(measure="drain", orders=count, seconds=round(ended - started, 3), perSecond=round(count / (ended - started)),
           ready=round(waited, 3), peakMiB=peak("finance"),
           processorSecondsPer1000=spent(used, after, count, "finance", "broker", "database"))
    together()


# Of these, walPages are whole pages in the log, of each the first change after a checkpoint.
WORK = ("commits", "walRecords", "walBytes", "walPages", "walWrites", "walSyncs", "blocksRead", "backendSyncs",
        "checkpoints")


def counters():
    """What the database has counted; its backends hand their counts over some seconds after they have gone idle."""
    time.sleep(12)
    done = administer("select sum(xact_commit), sum(blks_read) from pg_stat_database where datname = 'waybill'")[0]
    written = administer("select wal_records, wal_bytes, wal_fpi, wal_write, wal_sync from pg_stat_wal")[0]
    checkpoints = administer("select buffers_backend_fsync, checkpoints_timed + checkpoints_req from pg_stat_bgwriter")[0]
    return [float(value) for value in (done[0], *written, done[1], *checkpoints)]


def counted_round(kind, number, orders, before):
    """A round of finance, and what the database did in it for 1,000 orders; what it has counted then."""
    finance_round(kind, number, orders)
    after = counters()
    record(measure="database-work", kind=kind, round=number, orders=orders,
           per1000={name: round((last - first) / orders * 1000, 2) for name, first, last in zip(WORK, before, after)})
    return after


# Orders as a round leaves them, over two years of days and 30,000 accounts; one in five has an alert.
STORED = """
set search_path = finance;
set synchronous_commit = on;
with numbers as (
    select n, 'C' || lpad((n * 7919 % 30000)::text, 5, '0') as code,
        (array['air-freight', 'sea-freight', 'road', 'customs', 'warehousing', 'express'])[1 + n % 6] as line,
        (array['KS01', 'SH01', 'SZ01', 'QD01', 'CD01'])[1 + n % 5] as branch,
        current_date - (n % 730)::integer as day, round((300 + n * 7907 % 400000 / 100.0)::numeric, 2) as revenue,
        n % 5 = 0 as low
    from generate_series(:first::bigint, :last::bigint) n
), made as (
    insert into orders (source, order_id, version, revision, fingerprint, is_cancelled, customer_code, business_line,
        branch, sales_owner, placed_at, day, currency, lines, revenue, known_revenue, cost, is_counted, is_provisional,
        open_severity, low_raised, negative_raised, decision, decision_rule, content_revision, reserved)
    select 'stored', 'stored-' || n, 1, 1, n * 2654435761, false, code, line, branch, 'sales.' || n % 40, day, day, 'CNY',
        format(:'lines', n % 120, n % 119), revenue, revenue, round(revenue * case when low then 1.1 else 0.8 end, 2), true,
        false, case when low then 'negative' end, 0, low::integer, 'accepted', 'open', 1, revenue
    from numbers
    returning source, order_id, customer_code, business_line, branch, sales_owner, day, currency, revenue, cost,
        open_severity
), alerts as (
    insert into alert (alert_id, level, severity, source, order_id, customer_id, customer_code, business_line, branch,
        sales_owner, revenue, cost, currency, raised_at, diagnose_by, due_on)
    select gen_random_uuid(), 'order', open_severity, source, order_id, 'customer-' || customer_code, customer_code,
        business_line, branch, sales_owner, revenue, cost, currency, day, day + 3, day + 3
    from made where open_severity is not null
), sums as (
    insert into account_line_day (source, code, business_line, day, currency, orders, revenue, cost)
    select source, customer_code, business_line, day, currency, count(*), sum(revenue), sum(cost) from made
    group by 1, 2, 3, 4, 5
    on conflict (source, code, business_line, day, currency) do update set
        orders = account_line_day.orders + excluded.orders, revenue = account_line_day.revenue + excluded.revenue,
        cost = account_line_day.cost + excluded.cost
), exposure as (
    insert into account_exposure as e (source, customer_code, currency, accepted)
    select source, customer_code, currency, sum(revenue) from made group by 1, 2, 3
    on conflict (source, customer_code, currency) do update set accepted = e.accepted + excluded.accepted
), accounts as (
    insert into account (source, code, customer_id, branch, sales_owner, revision)
    select distinct on (customer_code) source, customer_code, 'customer-' || customer_code, branch, sales_owner, 0
    from made on conflict do nothing
)
insert into inbox (source, message_id, day, type) select source, order_id, current_date, 'order.placed.v1' from made;
"""
LINES = ('[{"line":1,"serviceItem":"FREIGHT","quantity":"120","unit":"kg","revenue":"612.40","cost":"489.90","supplier":'
         '{"code":"S-%s","name":"Carrier %1$s"}},{"line":2,"serviceItem":"HANDLING","quantity":"3","unit":"kg",'
         '"revenue":"210.75","cost":"150.10","supplier":{"code":"S-%s","name":"Carrier %2$s"}}]')


def part_stored(options):
    """The same rounds on empty tables and with --stored orders in them, each beside the raw broker."""
    alone()

    def rounds(kind):
        counted = counters()
        for number in range(1, options.rounds + 1):
            raw_round(number, options.orders)
            counted = counted_round(kind, number, options.orders, counted)

    finance_round("warm-up", 0, max(2000, options.orders // 5))
    rounds("stored-none")
    began, step = time.monotonic(), 250_000
    for first in range(1, options.stored + 1, step):
        last = min(first + step - 1, options.stored)
        administer(STORED, first=first, last=last, lines=LINES)
        say(f"  {last:,} orders stored, {time.monotonic() - began:.0f} s")
    # Orders that come in over two years have long been looked after by then; here all came at once.
    administer("vacuum (analyze)")
    administer("checkpoint")
    rows, size = administer("select count(*), pg_size_pretty(pg_total_relation_size('finance.orders')) "
                            "from finance.orders")[0]
    record(measure="orders-stored", orders=int(rows), size=size, seconds=round(time.monotonic() - began))
    finance_round("warm-up", 1, max(2000, options.orders // 5))
    rounds("stored-all")
    together()


def quantiles(values):
    values = sorted(values)
    return {name: round(values[min(len(values) - 1, int(len(values) * q))], 3)
            for name, q in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("max", 1))}


def database(command):
    subprocess.run([ROOT / "deploy/local/database.sh", command, HOME / "database"], check=True)


def part_relay(options):
    """From the moment of an alert's commit, as the database stamps it, to its arrival at who reads it, open loop."""
    alone()
    service("stop", "finance")
    administer("alter system set track_commit_timestamp = on")
    database("stop")
    database("start")
    service("start", "finance")
    ready("finance")
    for rate in (200, 1000, 2000):
        for number in range(1, options.rounds + 1):
            source, times = unique(f"relay{rate}"), HOME / "arrivals"
            path = make_orders(rate * (3 if options.quick else 10), 5000 + rate + number, source, "--all-losing")
            expected = expectation(path)
            purge()
            answer(twin("latency", "-", "finance.inbound", path, source, "finance.margin-alerts", rate, times,
                        alerts=True))
            check(expected, source)
            committed = dict(administer(
                "select order_id, extract(epoch from pg_xact_commit_timestamp(xmin)) from finance.alert "
                f"where source = '{source}'"))
            arrived = dict(line.split() for line in times.read_text().splitlines())
            waits = [(float(arrived[key]) - float(moment)) * 1000 for key, moment in committed.items()]
            path.unlink()
            times.unlink()
            record(measure="relay", rate=rate, round=number, alerts=len(waits), **quantiles(waits))
    service("stop", "finance")
    administer("alter system reset track_commit_timestamp")
    database("stop")
    database("start")
    together()


class Tracer:
    """Counts the calls that wait for the disk in one part of the system, by strace."""

    def __init__(self, part):
        self.out = HOME / f"strace-{part}"
        pids = [str(pid) for pid, of, _ in processes() if of == part]
        self.process = subprocess.Popen(
            ["strace", "-f", "-c", "-e", "trace=fsync,fdatasync,sync_file_range,msync", "-o", self.out,
             *(word for pid in pids for word in ("-p", pid))], stderr=subprocess.PIPE, text=True)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        problem = self.process.communicate(timeout=30)[1]
        text = self.out.read_text() if self.out.exists() else ""
        found = {}
        for line in text.splitlines():
            match = re.match(r"\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", line)
            if match and match[2] != "total":
                found[match[2]] = int(match[1])
        return found or {"problem": problem.strip()[-200:] or "no such call was made"}


def part_fsync(options):
    """Commits, syncs and bytes of the log for 1,000 orders; then again under strace, broker and database, uncounted."""
    alone()
    finance_round("warm-up", 0, max(2000, options.orders // 5))
    counted = counters()
    for number in range(1, options.rounds + 1):
        counted = counted_round("fsync-finance", number, options.orders, counted)
    if shutil.which("strace"):
        tracers = {part: Tracer(part) for part in ("broker", "database")}
        problem = None
        try:
            time.sleep(1)
            finance_round("fsync-traced", 1, options.orders)
        except SystemExit as error:
            # Under strace the broker may be too slow for a service to become ready in time; the rest still counts.
            problem = str(error)
        finally:
            # Left behind, they would go on slowing the broker down.
            calls = {part: tracer.stop() for part, tracer in tracers.items()}
        for part, found in calls.items():
            row = {"calls": found} if problem is None else {"problem": problem}
            record(measure="sync-calls", part=part, orders=options.orders, **row,
                   note="under strace, which slows: counts, not times; the idle calls of a restart are in it")
    else:
        record(measure="sync-calls", problem="strace is not installed")
    together()
