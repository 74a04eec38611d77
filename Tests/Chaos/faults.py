"""Doing what the plan says."""
import signal
import threading
import time

from plan import COPIES, rolling
from world import wait_for


class Breaker:
    """Carries a plan out. Faults may overlap, except that two of the broker's nodes are never out at the same time: of
    three a majority must be left, or there is nothing to prove but that nothing goes on."""

    def __init__(self, world, history):
        self.world, self.history = world, history
        self.node_lock = threading.Lock()
        self.database_lock = threading.Lock()
        self.mail_lock = threading.Lock()
        self.copy_locks = {copy.name: threading.Lock() for copy in world.copies}
        self.threads = []
        self.done = {}
        self.skipped = []
        self.recoveries = []

    def run(self, faults, started, until):
        for fault in faults:
            if until(fault.at - (time.monotonic() - started)):
                break
            thread = threading.Thread(target=self.one, args=(fault,), daemon=True)
            thread.start()
            self.threads.append(thread)
        for thread in self.threads:
            thread.join(600)
            if thread.is_alive():
                raise TimeoutError("a fault did not end")

    def one(self, fault):
        self.history("fault", kind=fault.kind, target=fault.target, seconds=fault.seconds)
        try:
            did = getattr(self, fault.kind.replace("-", "_"))(fault)
        except Exception as problem:  # noqa: BLE001: whatever it is, the run must say so and fail
            self.world.surprises.append(f"{fault.kind} {fault.target}: {problem}")
            self.history("surprise", kind=fault.kind, target=fault.target, error=str(problem))
            return
        if did is False:
            self.skipped.append(fault)
            self.history("skipped", kind=fault.kind, target=fault.target)
        else:
            self.done[fault.kind] = self.done.get(fault.kind, 0) + 1
            self.history("fault-over", kind=fault.kind, target=fault.target)

    # Services

    def kill_service(self, fault):
        with self.copy_locks[fault.target]:
            self.world.copy(fault.target).signal(signal.SIGKILL, expected=(-signal.SIGKILL,))

    def pause_service(self, fault):
        with self.copy_locks[fault.target]:
            copy = self.world.copy(fault.target)
            copy.signal(signal.SIGSTOP)
            time.sleep(fault.seconds)
            copy.signal(signal.SIGCONT)

    def roll_service(self, fault):
        """Both copies of a service, one after the other: ended by SIGTERM, started anew, ready before the next."""
        for number in COPIES:
            name = f"{fault.target}/{number}"
            with self.copy_locks[name]:
                self.replace(self.world.copy(name))

    def replace(self, copy):
        began = time.monotonic()
        code = copy.drain()
        took = time.monotonic() - began
        if code != 0:
            raise RuntimeError(f"{copy.name} ended with {code} after SIGTERM")
        self.history("drained", copy=copy.name, seconds=round(took, 2))
        copy.start()
        copy.wanted = True
        wait_for(f"{copy.name} is ready after it was replaced", 90, copy.is_ready)
        self.recoveries.append(time.monotonic() - began)

    def change_build(self, binaries, after, seed, log):
        """The rolling change: schema by schema and copy by copy, in an order of the seed's."""
        time.sleep(after)
        try:
            for kind, name in rolling(seed):
                if kind == "schema":
                    self.world.migrate(name, binaries)
                    log(f"the schema of {name} belongs to the next build; its copies of the old one go on")
                    continue
                copy = self.world.copy(name)
                if not copy.is_ready():
                    wait_for(f"{copy.name} is ready on the schema of the next build", 60, copy.is_ready)
                with self.copy_locks[copy.name]:
                    copy.binaries = binaries
                    self.replace(copy)
                self.done["replaced"] = self.done.get("replaced", 0) + 1
            log("every copy is of the next build")
        except Exception as problem:  # noqa: BLE001: whatever it is, the run must say so and fail
            self.world.surprises.append(f"rolling change: {problem}")

    # The broker

    def back_together(self):
        wait_for("the three nodes of the broker are one cluster again", 120, self.world.is_cluster_whole)

    def rejoin(self, *command):
        """Has the nodes agree again. On a busy machine they may take longer than one command waits."""
        for again in (True, True, False):
            try:
                self.world.node(*command)
                return self.back_together()
            except Exception as problem:  # noqa: BLE001: whatever it is, it is tried again, and said in the history
                if not again:
                    raise
                self.history("late", command=" ".join(command), error=str(problem))

    def kill_node(self, fault):
        with self.node_lock:
            self.world.node("kill", fault.target)
            time.sleep(fault.seconds)
            self.world.node("restart", fault.target)
            self.back_together()

    def pause_node(self, fault):
        with self.node_lock:
            self.world.node("pause", fault.target)
            time.sleep(fault.seconds)
            self.rejoin("resume", fault.target)

    def cut_node(self, fault):
        if self.world.nodes["partitions"] != "yes":
            return False
        with self.node_lock:
            self.world.node("cut", fault.target)
            # Long enough for the others to notice.
            time.sleep(fault.seconds + 8)
            self.rejoin("heal")
        return True

    def memory_alarm(self, fault):
        with self.node_lock:
            self.world.node("alarm", fault.target, "on")
            time.sleep(fault.seconds)
            self.world.node("alarm", fault.target, "off")

    def broker(self, fault, *orders):
        for order in orders:
            self.world.tell_proxy(fault.target, order)
        time.sleep(fault.seconds)
        self.world.tell_proxy(fault.target, "none")

    def broker_reset(self, fault):
        self.world.tell_proxy(fault.target, "reset")

    def broker_blackhole(self, fault):
        self.broker(fault, "blackhole")
        # What was swallowed is gone: a connection on which bytes are missing must not go on.
        self.world.tell_proxy(fault.target, "reset")

    def broker_slow(self, fault):
        self.broker(fault, "latency 80")

    def broker_slices(self, fault):
        self.broker(fault, "slices 61")

    def cut_confirm(self, fault):
        self.world.tell_proxy(fault.target, "cut-confirm")

    def cut_acknowledgement(self, fault):
        self.world.tell_proxy(fault.target, "cut-acknowledgement")

    # The database

    def stop_database(self, fault):
        with self.database_lock:
            self.world.database("kill")
            time.sleep(min(fault.seconds, 3))
            self.world.database("start")

    def cut_commit(self, fault):
        self.world.tell_proxy(4, "cut-commit")

    def cut_commit_answer(self, fault):
        self.world.tell_proxy(4, "cut-commit-answer")

    def database_reset(self, fault):
        self.world.tell_proxy(4, "reset")

    def database_stall(self, fault):
        self.world.tell_proxy(4, "stall")
        time.sleep(fault.seconds)
        self.world.tell_proxy(4, "none")

    def database_slow(self, fault):
        # By other times for other connections, so that what began first does not always commit first.
        self.world.tell_proxy(4, "jitter 60")
        time.sleep(fault.seconds)
        self.world.tell_proxy(4, "none")

    # The server of mail

    def kill_mail(self, fault):
        with self.mail_lock:
            self.world.mail.kill()
            time.sleep(fault.seconds)
            self.world.mail.start()

    # The end

    def heal(self):
        """Nothing is broken any more."""
        for number in (1, 2, 3, 4):
            self.world.tell_proxy(number, "none")
        for copy in self.world.copies:
            copy.signal(signal.SIGCONT)
        self.rejoin("heal")
        wait_for("every copy is ready after the last fault", 120, lambda: all(copy.is_ready() for copy in self.world.copies))
