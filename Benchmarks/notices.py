"""The measurements of notices.sh, which says what they are."""
import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

import pika

ROOT = Path(__file__).resolve().parents[1]
WORK, HOME = Path(sys.argv[1]), Path(os.environ["WAYBILL_HOME"])
CLI = os.environ["WAYBILL_CLI"]
NOTICES, SECONDS, RATE = (int(os.environ[name]) for name in ("NOTICES", "SECONDS_OF_LOAD", "RATE"))
RUN = uuid.uuid4().hex[:8]
DOMAIN = "bench.example"
PEOPLE = 100
# What was measured beyond its bar: the run fails in the end, when all is measured.
missed = []


def measured(measure, bar, value, budget, **figures):
    """Prints what was measured, and keeps it when it is beyond its bar. A share of the rate that was asked for is a bar of its own."""
    print(json.dumps({"measure": measure, **figures, bar: value, "budget" + bar[0].upper() + bar[1:]: budget, "isWithin": value <= budget}),
          flush=True)
    if value > budget:
        missed.append(f"{measure}: {bar} {value}, at most {budget}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def sql(text):
    address = urllib.parse.urlsplit(os.environ["WAYBILL_POSTGRES_URL_NOTIFIER"])
    return subprocess.run(
        ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", address.hostname, "-p", str(address.port), "-U", address.username,
         "-d", address.path[1:], "-c", "set search_path = notifier", "-c", text],
        check=True, capture_output=True, text=True, env={**os.environ, "PGPASSWORD": urllib.parse.unquote(address.password)}).stdout.strip()


def until(what, seconds, look):
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            sys.exit(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def is_ready():
    try:
        with urllib.request.urlopen(os.environ["WAYBILL_HTTP_NOTIFIER"] + "/health/ready", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def channels(port):
    (WORK / "channels.json").write_text(json.dumps({
        "channels": [{"name": "mail", "kind": "mail", "host": "127.0.0.1", "port": port, "security": "none",
                      "from": {"address": f"notices@{DOMAIN}"}, "perMinute": 100_000}],
        "nodes": [{"node": "*", "channels": ["mail"]}]}))
    with open(HOME / "run" / "profile", "a") as profile:
        profile.write(f"WAYBILL_CHANNELS={WORK}/channels.json\nWAYBILL_NOTICE_MAIL_DOMAIN={DOMAIN}\n")
    subprocess.run([str(ROOT / "deploy/local/service.sh"), "restart", "notifier"], check=True)
    until("the notifier is ready", 60, is_ready)


def mails(store):
    with open(store) as lines:
        return [json.loads(line) for line in lines if line.endswith("\n")]


def drained():
    subprocess.run([CLI, "status", "--wait-drained", "300"], check=True, stdout=subprocess.DEVNULL)


def order(number, owner, is_loss):
    return {"orderId": number, "revision": 1, "customer": {"code": f"B{RUN}-{hash(number) % 1000}"}, "branch": "KS01",
            "businessLine": "road", "placedAt": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()), "currency": "CNY",
            "salesOwner": owner, "lines": [{"line": 1, "serviceItem": "ROAD", "quantity": "1", "unit": "kg", "revenue": "100.00",
                                            "cost": "130.00" if is_loss else "70.00"}]}


def soon(store):
    """From the moment at which an order at a loss is published until the server has the mail."""
    connection = pika.BlockingConnection(pika.URLParameters(os.environ["WAYBILL_AMQP_PARTNER_URL"]))
    channel = connection.channel()
    published, began = {}, time.monotonic()
    for place in range(RATE * SECONDS):
        wait = place / RATE - (time.monotonic() - began)
        if wait > 0:
            connection.sleep(wait)
        is_loss = place % 10 == 0
        number, owner = f"L{RUN}-{place}", f"bench.{RUN}.{place}" if is_loss else f"bench.{RUN}"
        if is_loss:
            published[number] = (time.time(), f"{owner}@{DOMAIN}")
        channel.basic_publish("waybill.inbound", "order.placed.v1", json.dumps(order(number, owner, is_loss)), pika.BasicProperties(
            message_id=number, type="order.placed.v1", app_id=f"bench-{RUN}", content_type="application/json", delivery_mode=2))
    took = time.monotonic() - began
    connection.close()
    drained()
    wanted = {address: (number, at) for number, (at, address) in published.items()}
    found = {}

    def look():
        for mail in mails(store):
            number, at = wanted.get(mail["recipients"][0], (None, None))
            # The first mail that is of that order.
            if number and number in mail["text"]:
                found.setdefault(number, mail["at"] - at)
        return len(found) == len(wanted)

    until("every order at a loss has its mail", 120, look)
    times = sorted(found.values())
    per_second = RATE * SECONDS / took
    measured("event to mail", "p99Milliseconds", round(times[int(len(times) * 0.99)] * 1000, 1), 2000, orders=RATE * SECONDS,
             ordersPerSecond=round(per_second, 1), mails=len(times), p50Milliseconds=round(times[len(times) // 2] * 1000, 1),
             mostMilliseconds=round(times[-1] * 1000, 1))
    # A time at a lower rate than was asked for says nothing of it.
    if per_second < 0.95 * RATE:
        missed.append(f"event to mail: {per_second:.1f} orders/s were published, not {RATE}")


def digests(store):
    """From the moment at which the first of many notices is published until all are with the server, in digests."""
    people = [f"digest.{RUN}.{number}" for number in range(PEOPLE)]
    for login in people:
        subprocess.run([CLI, "notices", "prefer", "--login", login, "--language", "en", "--address", f"mail={login}@{DOMAIN}",
                        "--tell", "*", "mail", "hourly", "--json"], check=True, stdout=subprocess.DEVNULL)
    drained()
    bodies = []
    for number in range(NOTICES):
        data = {"noticeId": f"{RUN}-{number}", "revision": 1, "kind": "order-held",
                "about": {"kind": "order", "source": "bench", "identifier": f"D{RUN}-{number}"}, "severity": "attention", "node": "KS01",
                "owner": people[number % PEOPLE], "facts": [{"name": "customer", "kind": "code", "value": f"C{number % 3000}"},
                                                            {"name": "revenue", "kind": "money", "value": "1000.00", "currency": "CNY"}],
                "happenedAt": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())}
        bodies.append(json.dumps({"specversion": "1.0", "id": f"{RUN}-{number}", "source": "waybill.finance", "type": "notice.raised.v1",
                                  "datacontenttype": "application/json", "time": data["happenedAt"], "data": data}))
    url = (HOME / "secrets" / "amqp-finance.url").read_text().strip().split(",")[0]
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    properties = pika.BasicProperties(content_type="application/cloudevents+json", delivery_mode=2)
    began = time.monotonic()
    for body in bodies:
        channel.basic_publish("waybill.events", "notice.raised.v1", body, properties)
    connection.close()
    published = time.monotonic() - began
    ours = f"login like 'digest.{RUN}.%'"
    until("every notice is in a digest", 600, lambda: sql(f"select count(*) from handover_notice where {ours}") == str(NOTICES))
    planned = time.monotonic() - began
    before = len(mails(store))
    sql(f"update handover set due_at = now(), next_try_at = now() where {ours} and state = 'queued'")
    began = time.monotonic()
    until("every digest is handed over", 600, lambda: sql(
        f"select count(*) from handover where {ours} and state <> 'handed-over'") == "0")
    handed = time.monotonic() - began
    told = int(sql(f"select count(*) from handover_notice join handover using (handover_id) where state = 'handed-over' and handover.{ours}"))
    digests = int(sql(f"select count(*) from handover where {ours}"))
    came = sum(mail["recipients"][0].startswith(f"digest.{RUN}.") for mail in mails(store))
    if told != NOTICES or came != digests:
        sys.exit(f"{told} of {NOTICES} notices were handed over, {came} mails came of {digests} digests")
    # The bar is of 100,000; of more or fewer as much more or less.
    measured("notices in digests", "seconds", round(planned + handed, 2), round(60 * NOTICES / 100_000, 2), notices=NOTICES, people=PEOPLE,
             mails=came, mailsBefore=before, publishedSeconds=round(published, 2), plannedSeconds=round(planned, 2),
             handedOverSeconds=round(handed, 2))


def main():
    store = WORK / "mails.jsonl"
    store.touch()
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "Tests/ChannelsTests/servers.py"), "smtp",
         json.dumps({"port": port, "store": str(store), "security": "none", "isSafe": False})],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if not server.stdout.readline().strip():
            sys.exit("the server of mail does not start")
        channels(port)
        soon(store)
        digests(store)
    finally:
        server.kill()
        server.wait()
    if missed:
        sys.exit("beyond the bar: " + "; ".join(missed))


main()
