"""The Celery application. Its tasks take messages of Celery's own format only, so the orders of other systems come in by a
consumer step: one transaction an order, then its events are published with confirms, marked, and the order acknowledged."""
import os
import sys
import time
import urllib.parse
from pathlib import Path

import psycopg
from celery import Celery, bootsteps
from celery.signals import worker_ready
from kombu import Connection, Consumer, Producer, Queue

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import rules  # noqa: E402

TELL = int(os.environ["BENCH_TELL"])
app = Celery("peer", broker=os.environ["BENCH_AMQP_URL"])
app.conf.update(
    broker_transport_options={"confirm_publish": True}, worker_enable_remote_control=False,
    task_default_queue=os.environ["BENCH_IN"] + ".tasks",
    worker_detect_quorum_queues=False, broker_connection_retry_on_startup=True, worker_hijack_root_logger=False)


class Orders(bootsteps.ConsumerStep):
    def get_consumers(self, channel):
        address = urllib.parse.urlsplit(os.environ["BENCH_DATABASE_URL"])
        self.database = psycopg.connect(
            host=address.hostname, port=address.port, user=address.username, password=address.password,
            dbname=address.path[1:], options=f"-c search_path={os.environ['BENCH_SCHEMA']}", prepare_threshold=1,
            autocommit=True)
        self.publishing = Connection(os.environ["BENCH_AMQP_URL"], transport_options={"confirm_publish": True})
        self.producer = Producer(self.publishing.channel(), on_return=self.returned, auto_declare=False)
        left = self.database.execute(
            "select id, routing_key, order_id, body from outbox where sent_at is null order by id for update skip locked")
        self.relay(left.fetchall())
        channel.basic_qos(0, 200, False)
        queue = Queue(os.environ["BENCH_IN"], no_declare=True)
        return [Consumer(channel, queues=[queue], on_message=self.take, auto_declare=False)]

    @staticmethod
    def returned(exception, exchange, routing_key, message):
        raise exception

    def take(self, message):
        properties = message.properties
        source, key, kind = properties.get("app_id"), properties.get("message_id"), properties.get("type")
        try:
            row, events = rules.handle(source, key, kind, message.body)
        except ValueError as error:
            print("refused:", error, file=sys.stderr)
            message.reject()
            return
        with self.database.transaction():
            fresh = self.database.execute(
                "insert into inbox (source, message_id, type) values (%s, %s, %s) on conflict do nothing",
                (source, key, kind)).rowcount
            if fresh:
                with self.database.pipeline():
                    self.database.execute(
                        "insert into orders values (" + "%s, " * len(row) + "'accepted')", row)
                    for event in events:
                        self.database.execute(
                            "insert into outbox (id, routing_key, order_id, body) values (%s, %s, %s, %s)", event)
        if fresh:
            self.relay(events)
        message.ack()
        os.write(TELL, b".")

    def relay(self, events):
        for key, kind, order, body in events:
            self.producer.publish(
                body, routing_key=kind, exchange=os.environ["BENCH_OUT"], mandatory=True, delivery_mode=2,
                content_type="application/cloudevents+json", content_encoding="utf-8", message_id=str(key), type=kind,
                app_id="peer.finance", correlation_id=order, timestamp=int(time.time()),
                headers=rules.headers(key, kind, order))
        if events:
            self.database.execute(
                "update outbox set sent_at = now() where id = any(%s::uuid[])", ([str(event[0]) for event in events],))


app.steps["consumer"].add(Orders)


@worker_ready.connect
def ready(**_):
    os.write(TELL, b"r")
