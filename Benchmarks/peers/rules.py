"""Orders and what they come to, for the two peers in Python."""
import json
import os
import time
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation


def identifier():
    """A UUID that grows with time (version 7)."""
    raw = bytearray((time.time_ns() // 1_000_000).to_bytes(6, "big") + os.urandom(10))
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def headers(key, kind, order):
    """The attributes of an event once more, as the contract wants it."""
    values = {"specversion": "1.0", "id": str(key), "source": "peer.finance", "type": kind,
              "time": datetime.now(timezone.utc).isoformat(), "subject": order, "correlationid": order,
              "causationid": order, "partitionkey": order}
    return {"cloudEvents_" + name: value for name, value in values.items()}


def refusal(reason):
    return ValueError(reason)


def handle(source, message_id, message_type, body):
    """The row of an order and the rows of the outbox that come of it; ValueError when it is not one."""
    if not source or not message_id or message_type != "order.placed.v1":
        raise refusal("an attribute is missing or unknown")
    try:
        order = json.loads(body)
        lines = order["lines"]
        code, number = order["customer"]["code"], order["orderId"]
        revision, placed = int(order["revision"]), datetime.fromisoformat(order["placedAt"])
        revenue = sum((Decimal(line["revenue"]) for line in lines), Decimal(0))
        cost = sum((Decimal(line["cost"]) for line in lines if "cost" in line), Decimal(0))
        branch, line_of_business, currency = order["branch"], order["businessLine"], order["currency"]
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise refusal(f"not an order: {error}") from error
    if revision < 1 or not 1 <= len(lines) <= 500:
        raise refusal("a field has no allowed value")
    margin = revenue - cost
    severity = "negative" if margin < 0 else "low" if revenue > 0 and margin * 100 < revenue * 5 else None
    now = datetime.now(timezone.utc).isoformat()

    def event(kind, data):
        key = identifier()
        text = json.dumps({
            "specversion": "1.0", "id": key, "source": "peer.finance", "type": kind, "time": now,
            "datacontenttype": "application/json", "causationid": message_id, "data": data})
        return (key, kind, number, text)

    events = [event("finance.order-decided.v1", {
        "source": source, "orderId": number, "revision": revision, "customerCode": code,
        "businessLine": line_of_business, "branch": branch, "decision": "accepted", "rule": "open", "decidedAt": now})]
    if severity:
        events.append(event("finance.margin-alert-raised.v1", {
            "level": "order", "severity": severity, "orderId": number, "source": source, "customerCode": code,
            "businessLine": line_of_business, "branch": branch, "salesOwner": order.get("salesOwner"),
            "revenue": str(revenue), "cost": str(cost), "margin": str(margin), "threshold": "0.05",
            "currency": currency, "provisional": False, "raisedAt": now}))
    row = (source, number, revision, code, line_of_business, branch, order.get("salesOwner"), placed, currency,
           json.dumps(lines, ensure_ascii=False, separators=(",", ":")), revenue, cost, severity)
    return row, events
