"""Publishers as other companies would write them: confirms, mandatory, the same id again until it is confirmed."""
import queue
import threading
import time

import pika
import pika.exceptions

# Who gives the commands.
OPERATOR = "operator"
FAILURES = (pika.exceptions.AMQPError, OSError, pika.exceptions.UnroutableError, pika.exceptions.NackError)


class Load:
    def __init__(self, world, history, operations, threads=4):
        self.history = history
        # A connection publishes for one partner: threads of them for one, two for each of several.
        partners = sorted({operation.partner for operation in operations})
        self.lanes = [partner for partner in partners for _ in range(
            # The operator's commands go one after the other.
            1 if partner == OPERATOR else threads if set(partners) <= {"demo", OPERATOR} else 2)]
        self.addresses = {partner: self.of(world, partner) for partner in partners}
        self.work = [queue.Queue() for _ in self.lanes]
        for place, operation in enumerate(operations):
            own = [number for number, partner in enumerate(self.lanes) if partner == operation.partner]
            self.work[own[place % len(own)]].put(operation)
        self.attempted, self.acknowledged, self.gave_up = set(), set(), set()
        self.attempts = self.failures = 0
        self.lock = threading.Lock()
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.publish_all, args=(number,), daemon=True) for number in range(len(self.lanes))]

    @staticmethod
    def of(world, partner):
        """How a partner connects, to each node."""
        user = "waybill-operator" if partner == OPERATOR else f"partner-{partner}"
        secret = (world.home / "secrets" / f"amqp-{user}").read_text().strip()
        return [
            pika.ConnectionParameters(
                host=world.nodes[f"node{number}_host"], port=int(world.nodes[f"node{number}_port"]),
                credentials=pika.PlainCredentials(user, secret), heartbeat=4, blocked_connection_timeout=8,
                socket_timeout=4, stack_timeout=6, connection_attempts=1)
            for number in (1, 2, 3)]

    @staticmethod
    def publish(channel, operation):
        """Publishes by a channel that confirms. What people do goes in the demo by the word of who they are, and only the operator's
        own by the name of the user who is logged in."""
        exchange = {"demo": "waybill.inbound", OPERATOR: "waybill.commands"}.get(operation.partner, f"waybill.inbound.{operation.partner}")
        user = "waybill-operator" if "policy" in operation.about else None
        channel.basic_publish(
            exchange, operation.type, operation.body,
            pika.BasicProperties(message_id=operation.id, type=operation.type, app_id=operation.source, user_id=user,
                                 content_type="application/json", delivery_mode=2), mandatory=True)

    def start(self, started):
        self.started = started
        for thread in self.threads:
            thread.start()

    def finish(self, seconds):
        """Waits until everything due is published; what is not by then was never attempted."""
        deadline = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0.1, deadline - time.monotonic()))
        self.is_over.set()
        for thread in self.threads:
            thread.join(30)
        return sum(work.qsize() for work in self.work)

    def publish_all(self, number):
        connection, channel, turn = None, None, number
        partner = self.lanes[number]
        while not self.is_over.is_set():
            try:
                operation = self.work[number].get_nowait()
            except queue.Empty:
                break
            while not self.is_over.is_set():
                wait = operation.due - (time.monotonic() - self.started)
                if wait <= 0:
                    break
                # A connection must hear its heartbeats.
                if channel is not None:
                    try:
                        connection.process_data_events(min(wait, 0.2))
                        continue
                    except FAILURES:
                        connection = channel = None
                time.sleep(min(wait, 0.2))
            while not self.is_over.is_set():
                with self.lock:
                    self.attempted.add(operation.id)
                    self.attempts += 1
                try:
                    if channel is None:
                        turn += 1
                        connection = pika.BlockingConnection(self.addresses[partner][turn % 3])
                        channel = connection.channel()
                        channel.confirm_delivery()
                    self.publish(channel, operation)
                    with self.lock:
                        self.acknowledged.add(operation.id)
                    self.history("ok", op=operation.id)
                    break
                except FAILURES as problem:
                    with self.lock:
                        self.failures += 1
                    self.history("unknown", op=operation.id, error=type(problem).__name__)
                    if not isinstance(problem, (pika.exceptions.UnroutableError, pika.exceptions.NackError)):
                        try:
                            connection.close()
                        except Exception:  # noqa: BLE001: it is broken already
                            pass
                        connection = channel = None
                    if operation.gives_up:
                        with self.lock:
                            self.gave_up.add(operation.id)
                        break
                    time.sleep(0.2)
        if connection is not None and connection.is_open:
            try:
                connection.close()
            except FAILURES:
                pass
