#!/usr/bin/env bash
# What an operator does: the command's own parts, against running services.
#
# usage: operate.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }
waybill() { "$WAYBILL_CLI" "$@"; }

waybill migrate >"$work/migrate" || fail "migrate failed"
[ "$(grep -c 'up to date' "$work/migrate")" -ge 10 ] || fail "migrate does not say that all is up to date: $(cat "$work/migrate")"

waybill topology check 2>/dev/null || fail "the topology is not as it should be"
manage() { # METHOD PATH
    local address="${WAYBILL_HTTP_MANAGEMENT_URL#http://}"
    printf 'user = "%s"\n' "${address%@*}" | curl -sf -K - -X "$1" "http://${address#*@}$2"
}
manage DELETE /api/bindings/%2F/e/waybill.events/q/finance.margin-alerts/finance.margin-alert-raised.v1
if waybill topology check 2>"$work/missing"; then fail "a missing binding is not noticed"; fi
grep -q 'finance.margin-alerts' "$work/missing" || fail "the missing binding is not named: $(cat "$work/missing")"
waybill topology apply 2>/dev/null
waybill topology check 2>/dev/null || fail "apply did not bring the binding back"

waybill simulate --seed 5 --orders 300 --out "$work/orders.ndjson" 2>/dev/null
waybill orders publish "$work/orders.ndjson" --source operate --json >"$work/published"
jq -e '.failed == 0 and .sent > 300' "$work/published" >/dev/null || fail "publish: $(cat "$work/published")"
waybill status --wait-drained 60 --json >"$work/status"
jq -e . "$work/status" >/dev/null
waybill orders show SO-7 --json | jq -e '.order[0].decision != null' >/dev/null || fail "orders show has no decision"
customer="$(waybill query finance orders.show orderId=SO-7 --json | jq -r '.order[0].customerCode')"
waybill customers show "$customer" --json | jq -e . >/dev/null
waybill alerts list --csv >"$work/alerts.csv"
head -1 "$work/alerts.csv" | grep >/dev/null severity || fail "alerts list has no CSV"
waybill summary >/dev/null
joined="$(waybill query customer customers.list limit=1000 --json 2>/dev/null | jq '[.customers[]? | select((.accounts | tonumber? // 0) > 1)] | length' 2>/dev/null || echo 0)"
echo "customers known to two systems and joined: $joined"

# Health: live stays 200 while the database is away, ready does not; all comes back by itself.
code() { curl -s -o /dev/null -w '%{http_code}' "$1"; }
"$root/deploy/local/database.sh" kill "$WAYBILL_HOME/database"
for _ in $(seq 100); do [ "$(code "$WAYBILL_HTTP_FINANCE/health/ready")" = 503 ] && break; sleep 0.1; done
[ "$(code "$WAYBILL_HTTP_FINANCE/health/ready")" = 503 ] || fail "ready without a database"
[ "$(code "$WAYBILL_HTTP_FINANCE/health/live")" = 200 ] || fail "not live without a database"
"$root/deploy/local/database.sh" start "$WAYBILL_HOME/database"
"$root/deploy/local/broker.sh" kill "$WAYBILL_HOME/broker"
for _ in $(seq 100); do [ "$(code "$WAYBILL_HTTP_FINANCE/health/ready")" = 503 ] && break; sleep 0.1; done
[ "$(code "$WAYBILL_HTTP_FINANCE/health/ready")" = 503 ] || fail "ready without a broker"
[ "$(code "$WAYBILL_HTTP_FINANCE/health/live")" = 200 ] || fail "not live without a broker"
"$root/deploy/local/broker.sh" start "$WAYBILL_HOME/broker" "$WAYBILL_HOME/secrets/definitions.json"
for _ in $(seq 600); do [ "$(code "$WAYBILL_HTTP_FINANCE/health/ready")" = 200 ] && break; sleep 0.1; done
[ "$(code "$WAYBILL_HTTP_FINANCE/health/ready")" = 200 ] || fail "not ready again with broker and database back"
curl -s "$WAYBILL_HTTP_FINANCE/metrics" >"$work/metrics"
grep '^waybill_messages_handled_total [1-9]' "$work/metrics" >/dev/null || fail "what was handled is not counted"
grep '^hb_requests_total{.*/health/ready.*} [1-9]' "$work/metrics" >/dev/null || fail "what the HTTP server reports is not told"
waybill orders publish "$work/orders.ndjson" --source operate --json | jq -e '.failed == 0' >/dev/null
waybill status --wait-drained 60 >/dev/null

# A task that has failed: readiness names it and stays ready, the list shows it, and once tried again it is gone.
psql -q "$(cat "$WAYBILL_HOME/secrets/postgres-supplier.url")" -c "insert into supplier.schedule_aside
    (task, key, due_at, payload, attempts, last_error) values ('bias.evaluate', '', now() - interval '1 day', '', 5, 'on purpose')"
degraded() { curl -sf "$WAYBILL_HTTP_SUPPLIER/health/ready" | grep >/dev/null "degraded: task 'bias.evaluate': 1 set aside"; }
for _ in $(seq 100); do degraded && break; sleep 0.1; done
degraded || fail "readiness does not name the task: $(curl -s "$WAYBILL_HTTP_SUPPLIER/health/ready")"
waybill status --json | jq -e '.services[] | select(.service == "supplier") | .state | startswith("degraded")' >/dev/null ||
    fail "status does not say that supplier is degraded"
waybill schedule list --json >"$work/schedule"
jq -e '.schedule == [.schedule[] | select(.service == "supplier" and .task == "bias.evaluate" and .state == "set aside")]' \
    "$work/schedule" >/dev/null || fail "the list does not show the task: $(cat "$work/schedule")"
waybill schedule list supplier --all --json | jq -e '[.schedule[] | select(.state == "waiting")] | length > 0' >/dev/null ||
    fail "the list of all does not show what is still to be done"
waybill schedule retry supplier bias.evaluate >/dev/null || fail "the task cannot be tried again"
for _ in $(seq 100); do [ "$(waybill schedule list supplier --json | jq '.schedule | length')" = 0 ] && break; sleep 0.1; done
[ "$(waybill schedule list supplier --json | jq '.schedule | length')" = 0 ] ||
    fail "the task was not tried again: $(waybill schedule list supplier)"

# Who reads the output of a command that goes on gets each line when it ends.
"$WAYBILL_CLI" alerts tail >"$work/tail" 2>/dev/null &
tail=$!
for number in $(seq 80); do
    printf '{"orderId":"TAIL-%s","revision":1,"customer":{"code":"TAIL","name":"TAIL Ltd"},"branch":"KS01","businessLine":"air-freight",%s\n' \
        "$number" '"placedAt":"2026-03-02T10:00:00+08:00","currency":"CNY","lines":[{"line":1,"serviceItem":"AIR-EXPORT","quantity":"1","unit":"kg","revenue":"100.00","cost":"900.00"}]}' |
        waybill orders publish - --source operate >/dev/null 2>&1
    [ -s "$work/tail" ] && break
    sleep 0.2
done
kill "$tail" 2>/dev/null || fail "alerts tail has ended by itself"
[ -s "$work/tail" ] || fail "alerts tail writes nothing into a file"

# What is named and is not there ends with 2, a list without rows with 0, a silent service with 75.
ended() { local code=0; "$@" >/dev/null 2>&1 || code=$?; echo "$code"; }
[ "$(ended waybill orders show NOPE)" = 2 ] || fail "an order that is not there: $(ended waybill orders show NOPE)"
[ "$(ended waybill alerts list --customer NOPE)" = 0 ] || fail "a list without rows: $(ended waybill alerts list --customer NOPE)"
[ "$(ended waybill finance invoices --custmer C)" = 64 ] || fail "an option that is none: $(ended waybill finance invoices --custmer C)"
silent() { WAYBILL_HTTP_SUPPLIER=http://127.0.0.1:1 waybill status; }
[ "$(ended silent)" = 75 ] || fail "a silent service: $(ended silent)"
# Into a file CSV begins with the mark by which spreadsheets know UTF-8; through a pipe it does not.
waybill alerts list --csv >"$work/csv" && head -1 "$work/csv" | grep >/dev/null $'^\xEF\xBB\xBFlevel,' || fail "CSV has other headings"
waybill alerts list --csv | sed -n 1p | grep >/dev/null '^level,' || fail "CSV through a pipe has other headings"
WAYBILL_OUTPUT=old waybill orders show TAIL-1 --json | jq -e '.order[0].order_id == "TAIL-1"' >/dev/null || fail "the form before is gone"
waybill finance credit limits --as-of 2026-03-02 --json | jq -e .limits >/dev/null || fail "the name in a group"
waybill finance limits --as-of 2026-03-02 --json | jq -e .limits >/dev/null || fail "the name before"
waybill orders list --customer TAIL --line air-freight --at-least 100 --json | jq -e '.orders | length > 0' >/dev/null || fail "orders list"
waybill orders show TAIL-1 --json | jq -e '.lines[0].margin | tonumber == -800' >/dev/null || fail "an order's lines"
echo "migrate, topology, publish, show, summary, health and schedule do what they say"
