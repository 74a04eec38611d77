"""The published CloudEvents SDK for Python publishes in each of its forms for RabbitMQ and AMQP, and reads what the services
publish. Each order must be decided; each alert must be an event to the SDK.

usage: cloud_events.py WAYBILL     (WAYBILL_AMQP_PARTNER_URL, WAYBILL_AMQP_FINANCE_URL, WAYBILL_AMQP_OPERATOR_URL)
"""
import datetime, json, os, subprocess, sys, time
import pika
from cloudevents.core.bindings import amqp, rabbitmq
from cloudevents.core.v1.event import CloudEvent

waybill = sys.argv[1]

def order(number, cost):
    return {"orderId": number, "revision": 1, "customer": {"code": "C-SDK"}, "branch": "KS01", "businessLine": "road",
            "placedAt": "2026-03-02T10:00:00+08:00", "currency": "CNY", "lines": [{"line": 1, "serviceItem": "ROAD",
            "quantity": "1", "unit": "kg", "revenue": "100.00", "cost": cost}]}

def event(number, data, **more):
    return CloudEvent(attributes={"id": number, "source": "demo", "type": "order.placed.v1", "specversion": "1.0",
                      "time": datetime.datetime(2026, 3, 2, 2, 0, 0, 123456, tzinfo=datetime.timezone.utc),
                      "datacontenttype": "application/json", "subject": number, **more}, data=data)

run = str(int(time.time()))
# Amqp headers whose spelling has a colon are the older form of the AMQP binding.
def colon(message):
    return amqp.AMQPMessage(message.properties, {name.replace("cloudEvents_", "cloudEvents:"): value
                            for name, value in message.application_properties.items()}, message.application_data)
forms = {"RABBIT-BINARY": rabbitmq.to_binary_event, "RABBIT-STRUCTURED": rabbitmq.to_structured_event,
         "AMQP-BINARY": amqp.to_binary_event, "AMQP-STRUCTURED": amqp.to_structured_event,
         "AMQP-COLON": lambda event: colon(amqp.to_binary_event(event))}
link = pika.BlockingConnection(pika.URLParameters(os.environ["WAYBILL_AMQP_PARTNER_URL"]))
channel = link.channel()
channel.confirm_delivery()
numbers = []
for form, make in forms.items():
    for kind in ("object", "bytes"):
        number = "%s-%s-%s" % (form, kind.upper(), run)
        data = order(number, "150.00" if form == "AMQP-BINARY" else "50.00")
        made = make(event(number, data if kind == "object" else json.dumps(data).encode(), tenant=7, urgent=True))
        if isinstance(made, amqp.AMQPMessage):
            headers, content_type, body = made.application_properties, made.properties["content-type"], made.application_data
        else:
            headers, content_type, body = made.headers, made.content_type, made.body
        channel.basic_publish("waybill.inbound", "order.placed.v1", body, pika.BasicProperties(
            headers=dict(headers), content_type=content_type, delivery_mode=2), mandatory=True)
        numbers.append(number)
link.close()
subprocess.run([waybill, "status", "--wait-drained", "60"], check=True, stdout=subprocess.DEVNULL)
wrong = 0
for number in numbers:
    shown = subprocess.run([waybill, "orders", "show", number, "--json"], capture_output=True, text=True).stdout
    rows = json.loads(shown)["order"] if shown.startswith("{") else []
    if not rows or not rows[0]["decision"]:
        print("%s: %s" % (number, "not decided" if rows else "no such order"))
        wrong += 1
link = pika.BlockingConnection(pika.URLParameters(os.environ["WAYBILL_AMQP_FINANCE_URL"]))
channel = link.channel()
found, unread = set(), []
while True:
    method, properties, body = channel.basic_get("finance.margin-alerts", auto_ack=False)
    if method is None: break
    message = amqp.AMQPMessage({"content-type": properties.content_type}, properties.headers, body)
    for alert in (amqp.from_amqp_event(message), amqp.from_binary_event(amqp.AMQPMessage(
            {"content-type": "application/json"}, properties.headers, json.dumps(json.loads(body)["data"]).encode()))):
        if alert.get_type() != "finance.margin-alert-raised.v1" or not isinstance(alert.get_time(), datetime.datetime):
            unread.append(properties.message_id)
    found.add(alert.get_data()["orderId"])
link.close()
missing = {number for number in numbers if number.startswith("AMQP-BINARY")} - found
print("published %d orders in %d forms, %d not decided; alerts read: %d, not of two orders: %d, not as events: %d"
      % (len(numbers), len(forms), wrong, len(found), len(missing), len(unread)))
sys.exit(1 if wrong or missing or unread else 0)
