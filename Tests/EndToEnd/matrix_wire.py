"""Asks services and gives them commands over AMQP, many at a time by one connection, as one user of the broker.

The edge's user asks and acts for others, each named by login.
"""
import json
import time
import uuid
from urllib.parse import unquote, urlparse

import pika


class Table:
    """A table of an answer. Values are texts, or None."""

    def __init__(self, body):
        self.name = body["name"]
        self.columns = [column["name"] for column in body["columns"]]
        self.rows = [tuple(value if there == "1" else None for value, there in zip(row["values"], row["present"]))
                     for row in body["rows"]]
        self.next, self.count, self.blanked = body.get("next"), body.get("count"), body.get("blanked", [])
        self.totals = [(total["column"], total["currency"], total["amount"]) for total in body.get("totals", [])]

    def records(self):
        return [dict(zip(self.columns, row)) for row in self.rows]


class Answer:
    """The answer to a question: tables by name, or why there are none."""

    def __init__(self, body):
        self.reason = None if body["status"] == "answered" else body.get("reason", "")
        self.detail = body.get("detail", "")
        self.tables = {table["name"]: Table(table) for table in body.get("tables", [])}
        self.text = json.dumps([body.get("detail"), body.get("tables")], ensure_ascii=False)


class Wire:
    PATIENCE = 60

    def __init__(self, url):
        url = url.split(",")[0]
        self.user = unquote(urlparse(url).username)
        parameters = pika.URLParameters(url if urlparse(url).path not in ("", "/") else url.rstrip("/") + "/%2f")
        # One that asks nothing for minutes, while others do, beats no heart.
        parameters.heartbeat = 0
        self.connection = pika.BlockingConnection(parameters)
        self.channel = self.connection.channel()
        self.queue = f"reply.{self.user}.{uuid.uuid4()}"
        self.channel.queue_declare(self.queue, exclusive=True, auto_delete=True)
        self.channel.queue_bind(self.queue, "waybill.replies", self.queue)
        self.replies = {}
        self.channel.basic_consume(self.queue, self.heard, auto_ack=True)
        self.asked = 0

    def heard(self, channel, method, properties, body):
        self.replies[properties.correlation_id] = json.loads(body)

    def send(self, messages, window):
        """The bodies of the answers to messages (routing key, body, properties), in their order."""
        answers, waiting, place, last = [None] * len(messages), {}, 0, time.monotonic()
        while place < len(messages) or waiting:
            while place < len(messages) and len(waiting) < window:
                key, body, more = messages[place]
                identifier = more.setdefault("message_id", str(uuid.uuid4()))
                headers = {"waybill-on-behalf-of": more.pop("whom")} if more.get("whom") else None
                more.pop("whom", None)
                self.channel.basic_publish("waybill.commands", key, json.dumps(body, ensure_ascii=False).encode(), pika.BasicProperties(
                    type=key, user_id=self.user, content_type="application/json", reply_to=self.queue, correlation_id=identifier,
                    headers=headers, **more))
                waiting[identifier] = place
                place += 1
            self.connection.process_data_events(time_limit=0.2)
            for identifier in [identifier for identifier in waiting if identifier in self.replies]:
                answers[waiting.pop(identifier)] = self.replies.pop(identifier)
                last = time.monotonic()
            if time.monotonic() - last > self.PATIENCE:
                key, body, _ = messages[next(iter(waiting.values()))]
                raise SystemExit(f"{len(waiting)} of {len(messages)} were not answered, such as {key} {json.dumps(body)[:300]}")
        self.asked += len(messages)
        return answers

    def ask(self, questions):
        """The answers to questions (service, name, values, lines, whom, whether they are to be taken out of the system)."""
        bodies = [(f"{service}.run-query.v1",
                   {"query": name, "parameters": [{"name": key, "value": value} for key, value in values.items()],
                    **({"lines": lines} if lines else {}), **({"isExport": True} if any(export) else {})}, {"whom": whom})
                  for service, name, values, lines, whom, *export in questions]
        return [Answer(body) for body in self.send(bodies, 48)]

    def act(self, acts):
        """The answers to commands (whom, type, source, data)."""
        return self.send([(kind, data, {"whom": whom, "app_id": source, "delivery_mode": 2}) for whom, kind, source, data in acts], 64)
