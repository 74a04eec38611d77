#!/usr/bin/env bash
# Two times of receivables: how long a million open items take to be aged, and how soon a payment stops a reminder.
#
# usage: receivables.sh [ITEMS]        against what 'make up' started under WAYBILL_HOME; prints JSON lines
#
# Writes ITEMS (1000000) open invoices of a source of their own into finance's table, asks for the ageing by the command
# and by the database alone, and removes them again. Then publishes an invoice, says that its owner was reminded of
# it, publishes its payment, and waits until the notifier has the reminder's notice cleared.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
items="${1:-1000000}"
. "${WAYBILL_HOME:-$root/.waybill}/env"
export ITEMS="$items" WAYBILL_CLI WAYBILL_POSTGRES_URL_FINANCE WAYBILL_POSTGRES_URL_NOTIFIER
exec python3 "$root/Benchmarks/receivables.py"
