"""usage: peer.py single|batched ORDERS      (see ../README.md)"""
import asyncio
import json
import os
import sys
import time
from pathlib import Path

import aio_pika
import asyncpg
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import rules  # noqa: E402

INSERT_INBOX = """insert into inbox (source, message_id, type)
    select * from unnest($1::text[], $2::text[], $3::text[]) order by 1, 2 on conflict do nothing
    returning source, message_id"""
INSERT_ORDERS = """insert into orders select t.*, 'accepted'
    from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
        $9::text[], $10::text[], $11::numeric[], $12::numeric[], $13::text[]) as t order by 1, 2"""
INSERT_OUTBOX = """insert into outbox (id, routing_key, order_id, body)
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])"""


class Peer:
    def __init__(self, pool, exchange, count):
        self.pool, self.exchange, self.count = pool, exchange, count
        self.handled = self.relayed = self.owed = 0
        self.outbox = asyncio.Queue(maxsize=16)
        self.finished = asyncio.Event()

    def look(self):
        if self.handled >= self.count and self.relayed == self.owed:
            self.finished.set()

    async def handle(self, messages):
        """One transaction: inbox, orders, outbox; then the acknowledgement."""
        decoded = []
        for message in messages:
            try:
                source, key = message.app_id, message.message_id
                decoded.append((message, *rules.handle(source, key, message.type, message.body)))
            except ValueError as error:
                print("refused:", error, file=sys.stderr)
                await message.reject(requeue=False)
        if not decoded:
            return
        async with self.pool.acquire() as connection, connection.transaction():
            fresh = {tuple(row) for row in await connection.fetch(
                INSERT_INBOX, [m.app_id for m, _, _ in decoded], [m.message_id for m, _, _ in decoded],
                [m.type for m, _, _ in decoded])}
            kept = [item for item in decoded if (item[0].app_id, item[0].message_id) in fresh]
            events = [event for _, _, events in kept for event in events]
            if kept:
                await connection.execute(INSERT_ORDERS, *map(list, zip(*(row for _, row, _ in kept))))
                await connection.execute(INSERT_OUTBOX, *map(list, zip(*events)))
        self.owed += len(events)
        if events:
            await self.outbox.put(events)
        if len(messages) == 1:
            await decoded[0][0].ack()
        else:
            await decoded[-1][0].ack(multiple=True)
        self.handled += len(decoded)
        self.look()

    async def publish(self, key, kind, order, body):
        await self.exchange.publish(
            aio_pika.Message(
                body.encode(), content_type="application/cloudevents+json", message_id=str(key), type=kind,
                app_id="peer.finance", delivery_mode=aio_pika.DeliveryMode.PERSISTENT, correlation_id=order,
                timestamp=time.time(), headers=rules.headers(key, kind, order)),
            routing_key=kind, mandatory=True)

    async def relay(self):
        """Publishes what is in the outbox, each publish awaiting its confirm, and marks what was confirmed."""
        left = await self.pool.fetch("select id, routing_key, order_id, body from outbox where sent_at is null")
        self.owed += len(left)
        events = [tuple(row) for row in left]
        while True:
            while not self.outbox.empty() and len(events) < 1000:
                events += self.outbox.get_nowait()
            if not events:
                events = list(await self.outbox.get())
            await asyncio.gather(*(self.publish(*event) for event in events))
            await self.pool.execute(
                "update outbox set sent_at = now() where id = any($1::uuid[])", [event[0] for event in events])
            self.relayed += len(events)
            events = []
            self.look()


async def batches(peer, deliveries):
    while True:
        batch = [await deliveries.get()]
        while len(batch) < 500 and not deliveries.empty():
            batch.append(deliveries.get_nowait())
        await peer.handle(batch)


async def singles(peer, deliveries):
    while True:
        await peer.handle([await deliveries.get()])


async def main():
    mode, count = sys.argv[1], int(sys.argv[2])
    workers = int(os.environ.get("BENCH_WORKERS", "16"))
    pool = await asyncpg.create_pool(
        os.environ["BENCH_DATABASE_URL"], min_size=1, max_size=workers + 1,
        server_settings={"search_path": os.environ["BENCH_SCHEMA"]})
    consuming = await aio_pika.connect(os.environ["BENCH_AMQP_URL"])
    publishing = await aio_pika.connect(os.environ["BENCH_AMQP_URL"])
    confirmed = await publishing.channel(publisher_confirms=True, on_return_raises=True)
    peer = Peer(pool, await confirmed.get_exchange(os.environ["BENCH_OUT"]), count)
    channel = await consuming.channel()
    await channel.set_qos(prefetch_count=1000)
    queue = await channel.get_queue(os.environ["BENCH_IN"])
    deliveries, began = asyncio.Queue(), []

    async def receive(message):
        if not began:
            began.append(time.monotonic())
        deliveries.put_nowait(message)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(peer.relay())]
        if mode == "batched":
            tasks.append(group.create_task(batches(peer, deliveries)))
        else:
            tasks += [group.create_task(singles(peer, deliveries)) for _ in range(workers)]
        await queue.consume(receive)
        print("ready", flush=True)
        await peer.finished.wait()
        seconds = time.monotonic() - began[0]
        print("finished", flush=True)
        for task in tasks:
            task.cancel()
    orders, unsent = await pool.fetchrow(
        "select (select count(*) from orders), (select count(*) from outbox where sent_at is null)")
    check = "ok" if (orders, unsent) == (count, 0) else f"{orders} orders, {unsent} unsent"
    print(json.dumps({"measure": "peer", "system": f"python-{mode}", "orders": count, "seconds": seconds,
                      "rate": count / seconds, "check": check}), flush=True)
    await consuming.close()
    await publishing.close()
    await pool.close()


uvloop.run(main())
