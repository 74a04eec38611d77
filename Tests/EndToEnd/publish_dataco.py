#!/usr/bin/env python3
"""Publish order bodies as another company's program would, with pika alone.

usage: publish_dataco.py ORDERS.ndjson SOURCE SEED     (broker from WAYBILL_AMQP_PARTNER_URL)

The order of arrival follows from SEED; each message's id follows from the order, so that publishing twice is a
duplicate and not another order. Confirms are on.
"""
import json, os, random, sys
import pika

path, source, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
lines = [line for line in open(path, encoding="utf-8") if line.strip()]
random.Random(seed).shuffle(lines)
connection = pika.BlockingConnection(pika.URLParameters(os.environ["WAYBILL_AMQP_PARTNER_URL"]))
channel = connection.channel()
channel.confirm_delivery()
for line in lines:
    order = json.loads(line)
    channel.basic_publish(
        exchange="waybill.inbound", routing_key="order.placed.v1", body=line.encode("utf-8"), mandatory=True,
        properties=pika.BasicProperties(
            message_id=f"{order['orderId']}-{order['revision']}", type="order.placed.v1", app_id=source,
            content_type="application/json", delivery_mode=2))
connection.close()
print(f"published {len(lines)}")
