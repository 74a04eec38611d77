#!/usr/bin/env python3
"""Writes what finance does with a file of orders as statements for the raw database twin, with all their arguments.

usage: rows.py ORDERS.ndjson SOURCE BATCH >FILE
The statements are those of finance's order path (Sources/ServiceKit/Work/Inbox.swift and Outbox/Outbox.swift,
Sources/FinanceService/Orders, Credit, Acceptance), with the same arrays: as many reads, rows and bytes.
"""
import datetime
import hashlib
import itertools
import json
import sys
import time
import uuid
from collections import Counter, defaultdict
from decimal import Decimal

TEXT, INTEGER, BIGINT, DATES, NUMBERS, TRUTHS = "text[]", "int[]", "bigint[]", "date[]", "numeric[]", "boolean[]"
NOW = datetime.datetime.now(datetime.timezone.utc).isoformat()
DAY = datetime.date(2026, 3, 2)


def unnest(types):
    return "unnest(" + ", ".join(f"${n}::{kind}" for n, kind in enumerate(types, 1)) + ")"


ORDER = [
    ("source", TEXT), ("order_id", TEXT), ("version", INTEGER), ("revision", INTEGER), ("fingerprint", BIGINT),
    ("is_cancelled", TRUTHS), ("customer_code", TEXT), ("business_line", TEXT), ("branch", TEXT), ("sales_owner", TEXT),
    ("placed_at", "timestamptz[]"), ("day", DATES), ("currency", TEXT), ("lines", TEXT), ("revenue", NUMBERS),
    ("known_revenue", NUMBERS), ("cost", NUMBERS), ("is_counted", TRUTHS), ("is_provisional", TRUTHS),
    ("open_severity", TEXT), ("low_raised", INTEGER), ("negative_raised", INTEGER), ("decision", TEXT),
    ("decision_rule", TEXT), ("override_id", TEXT), ("override_amount", NUMBERS), ("content_revision", INTEGER),
    ("reserved", NUMBERS)]
ALERT = [
    ("alert_id", TEXT), ("level", TEXT), ("severity", TEXT), ("source", TEXT), ("order_id", TEXT), ("customer_id", TEXT),
    ("customer_code", TEXT), ("business_line", TEXT), ("branch", TEXT), ("sales_owner", TEXT), ("revenue", NUMBERS),
    ("cost", NUMBERS), ("currency", TEXT), ("raised_at", "timestamptz[]"), ("diagnose_by", DATES), ("due_on", DATES)]


def columns(table):
    return ", ".join(name for name, _ in table)


STATEMENTS = {
    "inbox": """
        with incoming as materialized (
            select * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[])
                with ordinality as t(source, message_id, type, lane, number, place)
        ), handled as materialized (
            select distinct i.place from incoming i join inbox h on h.source = i.source and h.message_id = i.message_id
            where h.day <= ((now() + interval '10 minutes') at time zone 'utc')::date
        ), taken as (
            insert into inbox (source, message_id, day, type, lane, number)
            select i.source, i.message_id, d.day, i.type, i.lane, i.number from incoming i cross join (
                select distinct ((now() + shift) at time zone 'utc')::date as day
                from unnest(array[interval '-10 minutes', interval '10 minutes']) as shift) d
            where i.place not in (select place from handled) order by 1, 2, 3
        )
        select place - 1 from handled""",
    "lock": """
        select o.* from unnest($1::text[], $2::text[]) as k(source, order_id) join orders o using (source, order_id)
        order by o.source, o.order_id for update of o""",
    "costs": """
        select c.* from unnest($1::text[], $2::text[]) as k(source, order_id) join cost c using (source, order_id)
        order by c.source, c.cost_id""",
    "standings": """
        select k.place - 1, coalesce(a.customer_id, k.guess), a.source is not null, s.state, s.orders, s.revenue::text,
            s.cost::text, s.currency, s.evaluated_day, p.level
        from unnest($1::text[], $2::text[], $3::text[], $4::text[])
            with ordinality as k(source, code, business_line, guess, place)
        left join account a on a.source = k.source and a.code = k.code
        left join standing s on s.customer_id = coalesce(a.customer_id, k.guess) and s.business_line = k.business_line
        left join acceptance_setting p on p.customer_id = coalesce(a.customer_id, k.guess)
            and p.business_line = k.business_line and current_date between p.valid_from and p.valid_to""",
    "months": "select m from closed_months() as t(m)",
    "accounts": """
        insert into account (source, code, customer_id, branch, sales_owner, revision)
        select source, code, customer_id, branch, sales_owner, 0
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
            as t(source, code, customer_id, branch, sales_owner) order by source, code on conflict do nothing""",
    "limits": """
        select m.customer_id, l.kind, l.amount::text from account m
        join credit_line l on l.source = m.source and l.customer_code = m.code where m.customer_id = any($1::text[])
        union all
        select m.customer_id, l.kind, l.amount::text from account m
        join credit_group_member g on g.source = m.source and g.customer_code = m.code
        join credit_line l on l.group_id = g.group_id where m.customer_id = any($1::text[])""",
    "orders": f"insert into orders ({columns(ORDER)}) select * from {unnest(kind for _, kind in ORDER)}",
    "sums": f"""
        insert into account_line_day (source, code, business_line, day, currency, orders, revenue, cost)
        select * from {unnest([TEXT, TEXT, TEXT, DATES, TEXT, INTEGER, NUMBERS, NUMBERS])}
        on conflict (source, code, business_line, day, currency) do update set
            orders = account_line_day.orders + excluded.orders, revenue = account_line_day.revenue + excluded.revenue,
            cost = account_line_day.cost + excluded.cost""",
    "exposure": f"""
        insert into account_exposure as e (source, customer_code, currency, accepted, unbilled)
        select * from {unnest([TEXT, TEXT, TEXT, NUMBERS, NUMBERS])}
        on conflict (source, customer_code, currency) do update set
            accepted = e.accepted + excluded.accepted, unbilled = e.unbilled + excluded.unbilled""",
    "alerts": f"insert into alert ({columns(ALERT)}) select * from {unnest(kind for _, kind in ALERT)}",
    # Numbers and identifiers are in the file already: the lane is one that no service takes, the identifiers lie above
    # all that the sequence gives.
    "numbers": """
        with lane as materialized (
            select lane::smallint from generate_series(100, 131) as lane
            where pg_try_advisory_xact_lock(hashtext(current_schema()), lane) limit 1
        )
        insert into outbox_count as c (lane, routing_key, last)
        select lane, routing_key, count from lane cross join unnest($1::text[], $2::bigint[]) as t(routing_key, count)
        on conflict (lane, routing_key) do update set last = c.last + excluded.last
        returning routing_key, lane::bigint, last""",
    "identifiers": "select nextval('outbox_id') from generate_series(1, $1)",
    "outbox": """
        with incoming as materialized (
            select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[])
                as t(id, exchange, routing_key, body, number)
        ), recorded as (
            insert into outbox (id, exchange, routing_key, body, lane, number)
            select id, exchange, routing_key, convert_to(body, 'UTF8'), 100, number from incoming
        )
        insert into outbox_pending (id, lease_until) select id, now() + interval '15 seconds' from incoming""",
    "relay": "delete from outbox_pending where id = any($1::bigint[])",
}


def array(values):
    """An array as PostgreSQL writes it."""
    def one(value):
        if value is None:
            return "NULL"
        text = str(value)
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "{" + ",".join(map(one, values)) + "}"


def stable(*parts):
    return str(uuid.UUID(bytes=hashlib.sha256("".join(f"{len(p)}:{p}" for p in parts).encode()).digest()[:16]))


def event(kind, key, data):
    return json.dumps({
        "specversion": "1.0", "id": str(uuid.uuid4()), "source": "waybill.finance", "type": kind, "time": NOW,
        "datacontenttype": "application/json", "correlationid": key, "causationid": key, "partitionkey": key,
        "data": data}, ensure_ascii=False, separators=(",", ":"))


def work_out(order, source):
    """The row of an order, its alert's, and what is published."""
    revenue = sum((Decimal(line["revenue"]) for line in order["lines"]), Decimal(0))
    cost = sum((Decimal(line["cost"]) for line in order["lines"]), Decimal(0))
    severity = "negative" if cost > revenue else "low" if revenue > 0 and (revenue - cost) * 100 < revenue * 5 else None
    code, line, branch, owner = order["customer"]["code"], order["businessLine"], order["branch"], order["salesOwner"]
    number, customer = order["orderId"], stable("customer", source, code)
    lines = json.dumps(order["lines"], ensure_ascii=False, separators=(",", ":"))
    row = (source, number, 1, 1, hash(lines), False, code, line, branch, owner, order["placedAt"], DAY,
           order["currency"], lines, revenue, revenue, cost, True, False, severity, int(severity == "low"),
           int(severity == "negative"), "accepted", "open", None, None, 1, revenue)
    about = {"source": source, "orderId": number, "customerId": customer, "customerCode": code, "businessLine": line,
             "branch": branch}
    told = [("finance.order-decided.v1", event("finance.order-decided.v1", customer, {
        **about, "revision": 1, "decision": "accepted", "rule": "open", "decidedAt": NOW}))]
    alert = None
    if severity:
        key = stable("order-alert", source, number, severity, "1")
        alert = (key, "order", severity, source, number, customer, code, line, branch, owner, revenue, cost,
                 order["currency"], NOW, DAY, DAY)
        told.append(("finance.margin-alert-raised.v1", event("finance.margin-alert-raised.v1", customer, {
            **about, "alertId": key, "level": "order", "severity": severity, "salesOwner": owner,
            "revenue": str(revenue), "cost": str(cost), "margin": str(revenue - cost), "threshold": "0.05",
            "currency": order["currency"], "provisional": False, "causes": ["cost-above-revenue"], "raisedAt": NOW})))
    return row, alert, told


def write(out, name, rows):
    """One call: the columns of rows, each an array."""
    call(out, name, [array(column) for column in zip(*rows)])


def call(out, name, arguments):
    out.write(f"call {list(STATEMENTS).index(name)} {len(arguments)}\n".encode())
    for text in arguments:
        raw = text.encode()
        out.write(b"%d\n%s\n" % (len(raw), raw))


def batch(out, orders, source, known, identifiers):
    rows, alerts, told = [], [], []
    for order in orders:
        row, alert, events = work_out(order, source)
        rows.append(row)
        alerts += [alert] if alert else []
        told += events
    rows.sort()
    keys = [row[:2] for row in rows]
    accounts = {row[6]: (source, row[6], stable("customer", source, row[6]), row[8], row[9]) for row in rows}
    write(out, "inbox", [(*key, "order.placed.v1", None, None) for key in keys])
    write(out, "lock", keys)
    write(out, "costs", keys)
    write(out, "standings", sorted({(source, row[6], row[7], accounts[row[6]][2]) for row in rows}))
    call(out, "months", [])
    new = sorted(value for code, value in accounts.items() if code not in known)
    known.update(accounts)
    if new:
        write(out, "accounts", new)
    write(out, "limits", [(value[2],) for value in accounts.values()])
    write(out, "orders", rows)
    sums, exposure = defaultdict(lambda: [0, Decimal(0), Decimal(0)]), defaultdict(Decimal)
    for row in rows:
        total = sums[source, row[6], row[7], DAY, row[12]]
        total[0], total[1], total[2] = total[0] + 1, total[1] + row[14], total[2] + row[16]
        exposure[source, row[6], row[12]] += row[14]
    write(out, "sums", sorted((*key, *total) for key, total in sums.items()))
    write(out, "exposure", sorted((*key, amount, Decimal(0)) for key, amount in exposure.items()))
    if alerts:
        write(out, "alerts", sorted(alerts))
    write(out, "numbers", sorted(Counter(kind for kind, _ in told).items()))
    call(out, "identifiers", [str(len(told))])
    given = list(itertools.islice(identifiers, len(told)))
    write(out, "outbox", [(identifier, "waybill.events", kind, body, place)
                          for place, (identifier, (kind, body)) in enumerate(zip(given, told), 1)])
    out.write(b"commit %d\n" % len(orders))
    call(out, "relay", [array(given)])
    out.write(b"commit 0\n")


def main():
    path, source, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    out, known = sys.stdout.buffer, set()
    identifiers = itertools.count(time.time_ns())
    for sql in STATEMENTS.values():
        raw = " ".join(sql.split()).encode()
        out.write(b"statement %d\n%s\n" % (len(raw), raw))
    orders = (json.loads(line) for line in open(path))
    while group := list(itertools.islice(orders, size)):
        batch(out, group, source, known, identifiers)


main()
