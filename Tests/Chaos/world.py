"""The processes of a run: six services in two copies, three broker nodes, the database, the proxies between them, and a server of
mail."""
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from mail import MailServer
from plan import COPIES, SERVICES

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/local"))
from free_port import free_port  # noqa: E402


# What two processors with thirty processes under faults may add to the service's own ten seconds.
SLACK = 3


def wait_for(what, seconds, condition):
    """Until the condition holds; fails by saying what was missing."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.1)


class Copy:
    """One copy of a service, started again whenever it ends."""

    def __init__(self, world, service, number):
        self.world, self.service, self.number = world, service, number
        self.name = f"{service}/{number}"
        self.port = free_port()
        self.process = None
        self.wanted = True
        self.lock = threading.RLock()
        self.expected_end = None  # the return codes of an end that was asked for
        self.binaries = world.binaries

    def start(self):
        environment = {
            "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "WAYBILL_PARTNERS": self.world.partners,
            "WAYBILL_PROFILE": "demo",
            "WAYBILL_AMQP_URL_FILE": str(self.world.directory / f"amqp-{self.service}.url"),
            "WAYBILL_POSTGRES_URL_FILE": str(self.world.directory / f"postgres-{self.service}.url"),
            "WAYBILL_AMQP_MANAGEMENT_URL": self.world.managements, "WAYBILL_HTTP_PORT": str(self.port),
            "WAYBILL_AMQP_HEARTBEAT": "3", "WAYBILL_LOG_LEVEL": "warning",
            **(self.world.mail.environment if self.service == "notifier" else {}), **self.world.extra_environment,
        }
        log = open(self.world.directory / f"{self.service}-{self.number}.log", "ab")
        with self.lock:
            self.expected_end = None
            self.process = subprocess.Popen(
                [f"{self.binaries}/waybill-{self.service}"], env=environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True)
        log.close()

    def watch(self):
        """Called often: starts again what has ended, and remembers an end that nobody asked for."""
        with self.lock:
            if not self.wanted or self.process is None:
                return
            code = self.process.poll()
            if code is None:
                return
            if code not in (self.expected_end or ()):
                self.world.surprises.append(f"{self.name} ended by itself with {code}")
                self.world.history("surprise", copy=self.name, code=code)
            self.start()

    def signal(self, number, expected=None):
        with self.lock:
            if expected is not None:
                self.expected_end = expected
            if self.process.poll() is None:
                os.kill(self.process.pid, number)

    def drain(self):
        """SIGTERM; it must end with 0 within ten seconds, whatever it is cut off from."""
        with self.lock:
            self.wanted = False
            process = self.process
            process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(10 + SLACK)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise RuntimeError(f"{self.name} still ran {10 + SLACK} s after SIGTERM") from None
        return code

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def metric(self, name):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
                found = re.search(rf"^{name} (\S+)$", answer.read().decode(), re.M)
                return float(found.group(1)) if found else None
        except OSError:
            return None


class World:
    def __init__(self, home, directory, binaries, proxy, history, extra_environment):
        self.home, self.directory, self.binaries = Path(home), Path(directory), str(binaries)
        self.history, self.extra_environment = history, extra_environment
        self.surprises = []
        # Whoever may publish, or the file of those who may.
        self.partners = "any"
        text = (self.home / "broker" / "cluster-env").read_text()
        self.nodes = dict(re.findall(r"(\w+)=(\S+)", text))
        self.managements = (self.home / "run" / "management").read_text().strip()
        self.database_port = (self.home / "database" / "port").read_text().strip()
        self.proxy = subprocess.Popen(
            [str(proxy)] + [f"{self.nodes[f'node{n}_host']}:{self.nodes[f'node{n}_port']}" for n in (1, 2, 3)]
            + [f"127.0.0.1:{self.database_port}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        ports = self.proxy.stdout.readline().split()
        for service in SERVICES:
            self.through(service, ports)
        self.mail = MailServer(self)
        self.copies = [Copy(self, service, number) for service in SERVICES for number in COPIES]
        self.is_over = threading.Event()
        self.keeper = threading.Thread(target=self.keep, daemon=True)

    def through(self, service, ports):
        """The addresses of a service, by way of the proxies."""
        secrets = self.home / "secrets"
        amqp = (secrets / f"amqp-{service}.url").read_text().strip()
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports[:3])
        self.write(f"amqp-{service}.url", re.sub(r"@.*$", f"@{hosts}", amqp))
        database = (secrets / f"postgres-{service}.url").read_text().strip()
        # The proxy looks for COMMIT, so it must be able to read.
        self.write(f"postgres-{service}.url",
                   database.replace(f"127.0.0.1:{self.database_port}", f"127.0.0.1:{ports[3]}") + "?sslmode=disable")

    def write(self, name, text):
        path = self.directory / name
        path.touch(mode=0o600)
        path.write_text(text + "\n")

    def write_secret(self, name, text):
        path = self.home / "secrets" / name
        path.touch(mode=0o600)
        path.write_text(text + "\n")

    def script(self, *arguments, check=True, timeout=300):
        return subprocess.run(
            [str(ROOT / "deploy/local" / arguments[0]), *arguments[1:]], check=check, capture_output=True, text=True,
            timeout=timeout)

    def node(self, command, *arguments, check=True):
        return self.script("cluster.sh", command, str(self.home / "broker"), *arguments, check=check)

    def database(self, command):
        return self.script("database.sh", command, str(self.home / "database"))

    def tell_proxy(self, number, fault):
        self.proxy.stdin.write(f"{number} {fault}\n")
        self.proxy.stdin.flush()

    def start(self):
        self.mail.start()
        for copy in self.copies:
            copy.start()
        wait_for("every copy of every service is ready", 90, lambda: all(copy.is_ready() for copy in self.copies))
        self.keeper.start()

    def keep(self):
        while not self.is_over.wait(0.2):
            for copy in self.copies:
                copy.watch()

    def count_effects(self):
        """A table without a key beside each inbox, in which a trial build writes down every effect as it happens."""
        for service in SERVICES:
            self.sql(f"create table {service}.effect_tally (source text not null, message_id text not null)")
            self.sql(f"grant insert on {service}.effect_tally to {service}_app")
            self.sql(f"create table {service}.relay_cursor as select 0::bigint as last")
            self.sql(f"grant select, update on {service}.relay_cursor to {service}_app")
        self.extra_environment["TRIAL_TALLY"] = "yes"

    def migrate(self, service, binaries):
        environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"),
                       "WAYBILL_POSTGRES_MIGRATE_URL_FILE": str(self.home / "secrets" / f"migrate-{service}.url")}
        answer = subprocess.run([f"{binaries}/waybill-{service}", "migrate"], env=environment, capture_output=True, text=True)
        if answer.returncode != 0:
            raise RuntimeError(f"the schema of {service} cannot be brought up to the next build: {answer.stderr.strip()}")
        return answer.stdout

    def copy(self, name):
        return next(copy for copy in self.copies if copy.name == name)

    def is_cluster_whole(self):
        answer = self.script("cluster.sh", "status", str(self.home / "broker"), check=False)
        return answer.returncode == 0

    def sql(self, text):
        """The rows of a query as the superuser, lists of text."""
        environment = {**os.environ, "PGPASSWORD": (self.home / "database" / "password").read_text().strip()}
        answer = subprocess.run(
            ["psql", "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", self.database_port, "-U",
             "postgres", "-d", "waybill", "-c", text], check=True, capture_output=True, text=True, env=environment)
        return [line.split("\t") for line in answer.stdout.splitlines()]

    def manage(self, path):
        """What the broker's management says."""
        secret = (self.home / "secrets" / "amqp-waybill-operator").read_text().strip()
        import base64
        for address in self.managements.split(","):
            try:
                request = urllib.request.Request(f"{address}/api/{path}", headers={
                    "Authorization": "Basic " + base64.b64encode(f"waybill-operator:{secret}".encode()).decode()})
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return json.load(answer)
            except OSError:
                continue
        return None

    def stop(self):
        self.is_over.set()
        if self.keeper.is_alive():
            self.keeper.join()
        for copy in self.copies:
            if copy.process and copy.process.poll() is None:
                os.kill(copy.process.pid, signal.SIGCONT)
                copy.process.terminate()
        for copy in self.copies:
            if copy.process:
                try:
                    copy.process.wait(15)
                except subprocess.TimeoutExpired:
                    copy.process.kill()
                    copy.process.wait()
        self.mail.kill()
        self.proxy.stdin.close()
        self.proxy.wait(5)
        for address in self.directory.glob("*.url"):
            address.unlink()
