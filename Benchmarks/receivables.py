"""The measurements of receivables.sh, which says what they are."""
import json
import os
import statistics
import subprocess
import tempfile
import time
import urllib.parse
import uuid

CLI = os.environ["WAYBILL_CLI"]
ITEMS = int(os.environ["ITEMS"])
SOURCE = "bench-" + uuid.uuid4().hex[:8]


def sql(service, text):
    address = urllib.parse.urlsplit(os.environ[f"WAYBILL_POSTGRES_URL_{service.upper()}"])
    return subprocess.run(
        ["psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-h", address.hostname, "-p", str(address.port), "-U",
         address.username, "-d", address.path[1:], "-c", f"set search_path = {service}", "-c", text],
        check=True, capture_output=True, text=True, env={**os.environ, "PGPASSWORD": address.password}).stdout


def ageing():
    started = time.monotonic()
    out = subprocess.run(
        [CLI, "finance", "ageing", "--as-of", "2026-06-30", "--source", SOURCE, "--json"], check=True,
        capture_output=True, text=True).stdout
    return time.monotonic() - started, json.loads(out)


def aged():
    sql("finance", f"""
        insert into receivable (source, invoice_id, fingerprint, customer_code, issued_at, issued_day, due_at, due_day,
            amount, currency)
        select '{SOURCE}', 'I' || n, n, 'C' || n % 5000, d, d::date, d + interval '30 days', d::date + 30,
            100 + n % 900, 'CNY'
        from (select n, timestamptz '2026-01-01' + n % 170 * interval '1 day' as d
            from generate_series(1, {ITEMS}) n) t""")
    sql("finance", "analyze receivable")
    try:
        subprocess.run(
            [CLI, "finance", "ageing", "--as-of", "2000-01-01", "--json"], capture_output=True, check=False)
        runs = [ageing() for _ in range(7)]
        assert all(answer["open"]["count"] == ITEMS for _, answer in runs), "not all items were aged"
        empty = []
        for _ in range(5):
            started = time.monotonic()
            subprocess.run([CLI, "contracts", "list"], capture_output=True, check=True)
            empty.append(time.monotonic() - started)
        whole = statistics.median(seconds for seconds, _ in runs)
        print(json.dumps({
            "measure": "ageing", "items": ITEMS, "commandMilliseconds": round(whole * 1000, 1),
            "lessStartOfCommand": round((whole - statistics.median(empty)) * 1000, 1),
            "budgetMilliseconds": 300}), flush=True)
    finally:
        sql("finance", f"delete from receivable where source = '{SOURCE}'")
        for sums in ("account_exposure", "open_item_day"):
            sql("finance", f"delete from {sums} where source = '{SOURCE}'")


def publish(*messages):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        for kind, data in messages:
            file.write(json.dumps({"type": kind, "id": uuid.uuid4().hex, "data": data}) + "\n")
        file.flush()
        subprocess.run([CLI, "orders", "publish", file.name, "--source", SOURCE], check=True, capture_output=True)


def settled():
    return sql("notifier", "select count(*) from notice where cleared_why = 'settled'").split()[-1]


def stopped():
    seconds = []
    for number in range(5):
        invoice = f"R{number}"
        publish(("invoice.issued.v1", {
            "invoiceId": invoice, "customer": {"code": "C1"}, "issuedAt": "2026-01-05T10:00:00+08:00",
            "dueAt": "2026-02-04T10:00:00+08:00", "amount": "100.00", "currency": "CNY"}))
        deadline = time.monotonic() + 30
        while sql("finance", f"select count(amount) from receivable where source = '{SOURCE}' and invoice_id = "
                  f"'{invoice}'").split()[-1] != "1":
            assert time.monotonic() < deadline, "the invoice did not come"
        # As if its owner had been reminded.
        sql("finance", f"update receivable set reminded = 1 where source = '{SOURCE}' and invoice_id = '{invoice}'")
        before = settled()
        started = time.monotonic()
        publish(("payment.received.v1", {
            "paymentId": f"P{number}", "customer": {"code": "C1"}, "receivedAt": "2026-02-01T10:00:00+08:00",
            "amount": "100.00", "currency": "CNY", "allocations": [{"invoiceId": invoice, "amount": "100.00"}]}))
        # What finance takes back the notifier knows, whether anything was said of it or not.
        while settled() == before:
            assert time.monotonic() < started + 30, "the reminder was not stopped"
        seconds.append(time.monotonic() - started)
    print(json.dumps({
        "measure": "payment-stops-reminder", "runs": len(seconds), "medianSeconds": round(statistics.median(seconds), 3),
        "slowestSeconds": round(max(seconds), 3), "budgetSeconds": 2}), flush=True)


stopped()
aged()
