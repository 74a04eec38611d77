"""What the parts of the benchmark share: the private system, its figures, the orders, the check of a round."""
import contextlib
import datetime
import itertools
import json
import os
import platform
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ["WAYBILL_HOME"])
TWINS = Path(os.environ["BENCH_TWINS"])
# Where orders are published: a partner's own exchange with --partner.
INBOUND = os.environ.get("BENCH_INBOUND", "waybill.inbound")
# Those that orders come to; and with them the one that tells people of it.
FIVE = ["customer", "sales", "servicedesk", "finance", "supplier"]
SERVICES = [*FIVE, "notifier"]
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
CLI_ENVIRONMENT = {**os.environ, **ENV}
TICKS = os.sysconf("SC_CLK_TCK")
NUMBERS = itertools.count(int(time.time()) % 1_000_000)


def unique(name):
    """A source of its own for every round: what came before from the same source counts as a duplicate."""
    return f"{name}-{next(NUMBERS)}"



def service(command, name, extra=""):
    subprocess.run(
        [ROOT / "deploy/local/service.sh", command, name], check=True,
        env={**os.environ, "SERVICE_ENVIRONMENT": extra}, stdout=subprocess.DEVNULL)


def profile(binary):
    """The lines of the profile that are settings of a service; a build of before a setting does not know it."""
    known = subprocess.run([binary, "--help"], check=True, capture_output=True, text=True).stdout
    lines = [line.split("=", 1) for line in (HOME / "run/profile").read_text().splitlines() if line.startswith("WAYBILL_")]
    return {name: value for name, value in lines if f"  {name}\n" in known}


def get(url, timeout=5):
    return urllib.request.urlopen(url, timeout=timeout).read().decode()


@contextlib.contextmanager
def untold():
    """The order path by itself: what people are told of it waits in the notifier's queue until afterwards."""
    service("stop", "notifier")
    try:
        yield
    finally:
        service("start", "notifier")
        ready("notifier")


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


def beginnings():
    """The first process of each part of the system."""
    found = {int(at("broker", "rabbitmq", "pid").read_text()): "broker",
             int(at("database", "data", "postmaster.pid").read_text().split()[0]): "database"}
    for name in SERVICES:
        file = HOME / "run" / f"{name}.pid"
        if file.exists():
            found[int(file.read_text())] = name
    return found


def processes(extra=()):
    """What /proc says of every process of the system: pid, part, and the fields of its stat from the state on."""
    part, stats = {**beginnings(), **dict(extra)}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue
            stats[int(entry.name)] = text[text.rindex(")") + 2:].split()
    for pid, fields in sorted(stats.items()):
        above = pid
        while above in stats and above not in part:
            above = int(stats[above][1])
        if above in part:
            yield pid, part[above], fields


def processor_seconds(extra=()):
    """Seconds of processor by part of the system: the broker, the database, the services."""
    used = {"broker": 0.0, "database": 0.0, **{name: 0.0 for name in SERVICES}}
    for _, part, fields in processes(extra):
        # What has ended (a backend, say) is counted in its parent's children.
        used[part] = used.get(part, 0.0) + sum(int(fields[n]) for n in (11, 12, 13, 14)) / TICKS
    return used


def spent(before, after, count, *parts):
    return {part: round((after[part] - before[part]) / count * 1000, 3) for part in parts or after}


def at(part, folder, name):
    """A file of the broker's or the database's, whose folder may lie elsewhere (see deploy/local/lib.sh)."""
    note = HOME / part / f"{folder}.elsewhere"
    return (Path(note.read_text().strip()) if note.exists() else HOME / part / folder) / name


def memory(name):
    """Resident memory of a service, in MiB."""
    pid = (HOME / "run" / f"{name}.pid").read_text().strip()
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0


def database_url():
    """The private database, as its administrator."""
    return subprocess.run(
        [ROOT / "deploy/local/database.sh", "url", HOME / "database"], check=True, capture_output=True, text=True,
        env={**os.environ, "DATABASE": "waybill"}).stdout.strip()


def administer(text, **variables):
    """Runs SQL as the administrator of the private database; what it prints, split into fields."""
    address = urllib.parse.urlsplit(database_url())
    options = [word for name, value in variables.items() for word in ("-v", f"{name}={value}")]
    out = subprocess.run(
        ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", *options, "-h", address.hostname, "-p", str(address.port),
         "-U", address.username, "-d", "waybill"],
        input=text, check=True, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PGPASSWORD": address.password, "PGOPTIONS": "-c client_min_messages=warning"}).stdout
    return [line.split("|") for line in out.splitlines()]


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


def twin(program, *arguments, alerts=False, **variables):
    environment = {**os.environ, "BENCH_AMQP_URL": ENV["WAYBILL_AMQP_OPERATOR_URL"] + "/%2f", **variables}
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


def until_done(what, fraction, seconds=600):
    """Waits until a fraction is 1. Looks seldom while much is left: looking takes time from what is measured."""
    started = time.monotonic()
    while (done := fraction()) < 1:
        waited = time.monotonic() - started
        if waited > seconds:
            raise SystemExit(f"error: not within {seconds} s: {what} ({done:.0%} done)")
        time.sleep(min(1, max(0.02, waited * (1 / done - 1) / 2)) if done > 0 else 0.1)
    return time.monotonic()


def last_confirm(published, ended):
    """When the last of what was handled by then was confirmed: what a message makes besides is not known beforehand."""
    told = published()
    while time.monotonic() - ended < 0.2:
        time.sleep(0.02)
        if (now := published()) != told:
            told, ended = now, time.monotonic()
    return ended


def peak(name):
    """The most memory a service has had since it started, in MiB."""
    pid = (HOME / "run" / f"{name}.pid").read_text().strip()
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return round(int(found[1]) / 1024, 1) if found else 0


def finance_round(kind, number, count, extra="", copies=None, **more):
    """Finance takes orders while they are published; from the first publish to the last confirm."""
    source = unique(kind)
    path = make_orders(count, 1000 + number, source)
    expected = expectation(path)
    purge()
    service("restart", "finance", extra)
    ready("finance")
    others = copies or []
    used = processor_seconds([(one.process.pid, "finance") for one in others])

    def counted(what):
        name = f"waybill_messages_{what}_total"
        return metrics("finance")[name] + sum(one.metrics()[name] for one in others)

    # Each order makes a decision, and perhaps an alert and a notice: the orders are counted, and then the last confirm waited for.
    before = counted("handled")
    publisher = twin("publish", "-", "finance.inbound", path, source)
    ended = until_done(f"{kind} {number}: every order handled", lambda: (counted("handled") - before) / count)
    ended = last_confirm(lambda: counted("published"), ended)
    started = answer(publisher)["started"]
    after = processor_seconds([(one.process.pid, "finance") for one in others])
    time.sleep(0.3)
    check(expected, source)
    path.unlink()
    record(measure=kind, round=number, orders=count, seconds=round(ended - started, 3),
           perSecond=round(count / (ended - started)), peakMiB=peak("finance"),
           processorSecondsPer1000=spent(used, after, count, "finance", "broker", "database"), **more)


def raw_round(number, count, bare=False):
    """The same messages through plain librabbitmq: orders in, decisions and alerts out to all who read them.

    Bare, what comes out has none of the headers that the contract wants.
    """
    path = make_orders(count, 1000 + number, f"raw{number}")
    alerts = len(expectation(path)["alerts"])
    purge()
    worker = twin("raw_broker", "bench.raw.in", "bench.raw.events", count, "finance.order-decided.v1", 666, 1, count,
                  "finance.margin-alert-raised.v1", 907, max(1, count // alerts), alerts,
                  **({"BENCH_BARE": "yes"} if bare else {}))
    used = processor_seconds()
    publisher = twin("publish", "-", "bench.raw.in", path, "raw")
    started = answer(publisher)["started"]
    seconds = answer(worker)["ended"] - started
    path.unlink()
    record(measure="raw-broker-bare" if bare else "raw-broker", round=number, orders=count, seconds=round(seconds, 3),
           perSecond=round(count / seconds),
           processorSecondsPer1000=spent(used, processor_seconds(), count, "broker"))


def put(path, body):
    """Makes something in the broker. By curl, whose options come by its input: no password among the arguments."""
    parts = urllib.parse.urlsplit(ENV["WAYBILL_HTTP_MANAGEMENT_URL"])
    subprocess.run(
        ["curl", "-sf", "-K", "-", "-X", "POST" if "/bindings/" in path else "PUT", "-H",
         "content-type: application/json", "-d", json.dumps(body), f"http://{parts.hostname}:{parts.port}{path}"],
        input=f"user = {parts.username}:{parts.password}\n", text=True, check=True, stdout=subprocess.DEVNULL)


def remove(path):
    try:
        management(path, "DELETE")
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise


def queues(method, *names):
    """Makes (PUT) or removes (DELETE) quorum queues."""
    for name in names:
        path = f"/api/queues/%2F/{name}"
        if method == "DELETE":
            remove(path)
        else:
            put(path, {"durable": True, "arguments": {"x-queue-type": "quorum"}})


# Who reads what finance says, as deploy/rabbitmq and the services' topology have it.
FINANCE_READERS = {"finance.order-decided.v1": ["sales"],
                   "finance.margin-alert-raised.v1": ["sales", "customer", "alerts"]}


def finance_readers(method, prefix):
    """Makes (PUT) or removes (DELETE) an exchange and the queues of all who read what finance says."""
    names = sorted({name for readers in FINANCE_READERS.values() for name in readers})
    if method == "DELETE":
        remove(f"/api/exchanges/%2F/{prefix}.events")
    queues(method, *(f"{prefix}.{name}" for name in names))
    if method == "PUT":
        put(f"/api/exchanges/%2F/{prefix}.events", {"type": "topic", "durable": True})
        for key, readers in FINANCE_READERS.items():
            for name in readers:
                put(f"/api/bindings/%2F/e/{prefix}.events/q/{prefix}.{name}", {"routing_key": key})


def raw_queues(method):
    queues(method, "bench.raw.in")
    finance_readers(method, "bench.raw")


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
