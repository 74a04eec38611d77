#!/usr/bin/env bash
# How well late payment is foreseen, beside two baselines and scikit-learn: a table, and JSON lines.
#
# usage: late_payment.sh INVOICES.csv [--json]       against what 'make up' started under WAYBILL_HOME
#
# Publishes the invoices and their payments, asks finance what it would have said of each when it was issued, and gives
# the answer to Tests/Oracles/late_payment.py, which runs the other methods on the same invoices in the same order.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
[ $# -ge 1 ] || { sed -n '2,4p' "$0"; exit 64; }
invoices="$1"
shift
. "${WAYBILL_HOME:-$root/.waybill}/env"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
source="late-payment-$(sha256sum "$invoices" | cut -c1-8)"
python3 - "$invoices" >"$work/messages.jsonl" <<'PY'
import csv, json, sys
from datetime import datetime
def at(text):
    return datetime.strptime(text, "%m/%d/%Y").strftime("%Y-%m-%dT12:00:00+08:00")
for row in csv.DictReader(open(sys.argv[1])):
    number, customer = row["invoiceNumber"], {"code": row["customerID"]}
    print(json.dumps({"type": "invoice.issued.v1", "id": f"i-{number}", "data": {
        "invoiceId": number, "customer": customer, "issuedAt": at(row["InvoiceDate"]), "dueAt": at(row["DueDate"]),
        "amount": row["InvoiceAmount"], "currency": "CNY"}}))
    print(json.dumps({"type": "payment.received.v1", "id": f"p-{number}", "data": {
        "paymentId": f"P-{number}", "customer": customer, "receivedAt": at(row["SettledDate"]),
        "amount": row["InvoiceAmount"], "currency": "CNY",
        "allocations": [{"invoiceId": number, "amount": row["InvoiceAmount"]}]}}))
PY
"$WAYBILL_CLI" orders publish "$work/messages.jsonl" --source "$source" 2>&1 | tail -1 >&2
"$WAYBILL_CLI" status --wait-drained 120 >/dev/null
"$WAYBILL_CLI" finance risk --history --source "$source" --csv >"$work/predictions.csv"
python3 "$root/Tests/Oracles/late_payment.py" "$invoices" "$work/predictions.csv" "$@"
