#!/usr/bin/env python3
"""SIGTERM ends a service with 0 within ten seconds, whatever broker and database do: away at its start, gone or silent
later or while it ends, one of them or both, a broker that has an alarm and takes nothing more from anybody, with messages
in hand.

usage: weather.py           (against what 'make up' started under WAYBILL_HOME)
"""
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HOME = Path(os.environ["WAYBILL_HOME"])
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/local"))
from free_port import free_port  # noqa: E402
BINARIES = Path((HOME / "run/binaries").read_text().strip())
DATABASE, BROKER = 1, 2
# What each meets: which service, the faults at its start, those once it works, those that begin once it was asked to end.
CALM = {}
WEATHERS = [("finance", *weather, CALM) for weather in [
    ("the database is away at its start", {DATABASE: "refuse"}, {}),
    ("the broker is away at its start", {BROKER: "refuse"}, {}),
    ("both are away at its start", {DATABASE: "refuse", BROKER: "refuse"}, {}),
    ("the database says nothing at its start", {DATABASE: "blackhole"}, {}),
    ("the broker says nothing at its start", {BROKER: "blackhole"}, {}),
    ("the database goes away", {}, {DATABASE: "refuse"}),
    ("the database falls silent", {}, {DATABASE: "blackhole"}),
    ("the broker goes away", {}, {BROKER: "refuse"}),
    ("the broker falls silent", {}, {BROKER: "blackhole"}),
    ("the broker reads no more", {}, {BROKER: "stall"}),
    ("both fall silent", {}, {DATABASE: "blackhole", BROKER: "blackhole"}),
]] + [("finance", *weather) for weather in [
    ("the database goes away while it ends", CALM, CALM, {DATABASE: "refuse"}),
    ("the database falls silent while it ends", CALM, CALM, {DATABASE: "blackhole"}),
    ("the broker goes away while it ends", CALM, CALM, {BROKER: "refuse"}),
    ("the broker falls silent while it ends", CALM, CALM, {BROKER: "blackhole"}),
    ("both fall silent while it ends", CALM, CALM, {DATABASE: "blackhole", BROKER: "blackhole"}),
]] + [("sales", *weather) for weather in [
    ("both are away at its start", {DATABASE: "refuse", BROKER: "refuse"}, CALM, CALM),
    ("the database falls silent", CALM, {DATABASE: "blackhole"}, CALM),
    ("the broker falls silent", CALM, {BROKER: "blackhole"}, CALM),
    ("both fall silent while it ends", CALM, CALM, {DATABASE: "blackhole", BROKER: "blackhole"}),
]]

# The broker's own alarm is everybody's: these are met one after the other, once nobody else needs to publish.
ALARMS = [
    ("finance", "the broker has an alarm", CALM, {BROKER: "alarm"}, CALM),
    ("sales", "the broker has an alarm", CALM, {BROKER: "alarm"}, CALM),
    ("finance", "the broker has an alarm and the database falls silent", CALM, {BROKER: "alarm", DATABASE: "blackhole"},
     CALM),
    ("finance", "the broker has an alarm while it ends", CALM, CALM, {BROKER: "alarm"}),
]


def memory_allowed(share):
    """What share of the machine's memory the broker may use before it takes no more messages from anybody; it takes a second or
    more to be told, which is waited for by whoever waits for what is returned."""
    return subprocess.Popen(
        [ROOT / "deploy/local/broker.sh", "control", HOME / "broker", "set_vm_memory_high_watermark", share],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def wait_for(what, seconds, condition):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def get(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return answer.read().decode()
    except OSError:
        return ""


def alarmed():
    """Whether the broker has an alarm."""
    return subprocess.run([ROOT / "deploy/local/broker.sh", "control", HOME / "broker", "eval", "rabbit_alarm:get_alarms()."],
                          check=True, capture_output=True, text=True).stdout.strip() != "[]"


def meet(weather):
    """How long a copy of a service took to end in this weather; fails when it did not end well."""
    whose, name, at_start, later, ending = weather
    secrets = HOME / "secrets"
    database, broker = (re.search(r"@([^/?\s]+)", (secrets / f"{kind}-{whose}.url").read_text())[1]
                        for kind in ("postgres", "amqp"))
    with tempfile.TemporaryDirectory() as folder, open(Path(folder) / "log", "w+b") as log:
        proxy = subprocess.Popen([BINARIES / "FaultProxyCommand", database, broker.split(",")[0]], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True)
        ports = proxy.stdout.readline().split()
        alarms = []

        def suffer(faults):
            for place, fault in faults.items():
                if fault == "alarm":
                    alarms.append(memory_allowed("0.00001"))
                    continue
                orders = ["reset", "refuse"] if fault == "refuse" else [fault]
                for order in orders:
                    proxy.stdin.write(f"{place} {order}\n")
            proxy.stdin.flush()

        for kind, port in (("postgres", ports[0]), ("amqp", ports[1])):
            path = Path(folder) / f"{kind}.url"
            path.touch(mode=0o600)
            text = re.sub(r"@[^/?\s]+", f"@127.0.0.1:{port}", (secrets / f"{kind}-{whose}.url").read_text().strip())
            path.write_text(text + ("?sslmode=disable" if kind == "postgres" else ""))
        suffer(at_start)
        port = free_port()
        service = subprocess.Popen(
            [BINARIES / f"waybill-{whose}"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env={"PATH": os.environ["PATH"], "WAYBILL_POSTGRES_URL_FILE": f"{folder}/postgres.url",
                 "WAYBILL_AMQP_URL_FILE": f"{folder}/amqp.url", "WAYBILL_HTTP_PORT": str(port),
                 "WAYBILL_PARTNERS": "any", "WAYBILL_PROFILE": "demo", "WAYBILL_LOG_FORMAT": "json"})
        try:
            wait_for("it answers", 30, lambda: get(port, "/health/live"))
            if at_start:
                # Long enough to be in the middle of its tries.
                wait_for("it tries", 30, lambda: b"tried again" in (Path(folder) / "log").read_bytes()
                         or b"cannot be reached" in (Path(folder) / "log").read_bytes())
            else:
                wait_for("it is ready", 60, lambda: get(port, "/health/ready"))
                wait_for("it handles messages", 60, lambda: re.search(
                    r"^waybill_messages_handled_total [1-9]", get(port, "/metrics"), re.M))
                suffer(later)
                if "alarm" in later.values():
                    # So long that what it would publish has been waiting for a confirm.
                    wait_for("the broker says so", 20, lambda: alarmed())
                    time.sleep(2)
            began = time.monotonic()
            service.send_signal(signal.SIGTERM)
            suffer(ending)
            code = service.wait(30)
            took = time.monotonic() - began
            if code != 0 or took > 10:
                raise AssertionError(f"ended with {code} after {took:.1f} s")
            return took
        except Exception as problem:
            tail = b"\n".join((Path(folder) / "log").read_bytes().splitlines()[-5:]).decode(errors="replace")
            raise AssertionError(f"{whose}, {name}: {problem}\n{tail}") from problem
        finally:
            if service.poll() is None:
                service.kill()
            service.wait()
            for alarm in alarms:
                alarm.wait()
            if alarms:
                memory_allowed("0.4").wait()
            proxy.stdin.close()
            proxy.wait()


def main():
    orders = Path(tempfile.mkdtemp()) / "orders.ndjson"
    with open(orders, "w") as file:
        subprocess.run(["python3", ROOT / "Benchmarks/orders.py", "60000", "98", "weather"], stdout=file, check=True)
    publisher = subprocess.Popen([os.environ["WAYBILL_CLI"], "orders", "publish", orders, "--source", "weather", "--rate",
                                  "200"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            for (whose, name, *_), took in zip(WEATHERS, pool.map(meet, WEATHERS)):
                print(f"{took:5.1f} s  {whose}: {name}", flush=True)
        for whose, name, *weather in ALARMS:
            print(f"{meet((whose, name, *weather)):5.1f} s  {whose}: {name}", flush=True)
    except AssertionError as problem:
        sys.exit(str(problem))
    finally:
        publisher.kill()
        publisher.wait()
        orders.unlink()
    subprocess.run([os.environ["WAYBILL_CLI"], "status", "--wait-drained", "120"], stdout=subprocess.DEVNULL, check=True)
    print(f"SIGTERM ended a service with 0 within ten seconds in {len(WEATHERS) + len(ALARMS)} weathers")


main()
