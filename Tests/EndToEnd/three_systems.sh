#!/usr/bin/env bash
# Three systems as three partners: a TMS places the orders, estimates what they cost, credits invoices and tells of some
# payments; an ERP bills the orders, books the other payments, and has the suppliers and their invoices; a WMS says what the
# orders cost in the end and when they are done. Each names the others' numbers. Late and early documents, shuffled, doubled:
# one margin, one exposure, receivables and payables, as an oracle has them. Each has a queue of its own: the TMS hears the decision on
# every order, and none of them hears anything that is another's.
#
# usage: three_systems.sh [ORDERS]           (against what 'make up' started under WAYBILL_HOME; 2000 when not given)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
work="$(mktemp -d)"
before="$(cat "$WAYBILL_HOME/run/partners")"
restart() { for service in customer sales servicedesk finance supplier notifier; do "$root/deploy/local/service.sh" restart "$service" & done; wait; }
restore() {
    echo "$before" >"$WAYBILL_HOME/run/partners"
    restart
    rm -rf "$work"
}
trap restore EXIT
cat >"$WAYBILL_HOME/three-systems.json" <<'JSON'
{"partners": [
  {"name": "tms", "users": ["partner-tms"], "sources": ["tms3"], "queue": true,
   "speaksOf": {"suppliers": ["erp3"], "invoices": ["erp3"]}},
  {"name": "erp", "users": ["partner-erp"], "sources": ["erp3"], "queue": true,
   "speaksOf": {"orders": ["tms3"], "customers": ["tms3"], "payments": ["erp3", "tms3"]}},
  {"name": "wms", "users": ["partner-wms"], "sources": ["wms3"], "queue": true,
   "speaksOf": {"orders": ["tms3"], "suppliers": ["erp3"], "costs": ["wms3", "tms3"]}}
]}
JSON
password() { head -c 18 /dev/urandom | base64; }
jq -n --arg a "$(password)" --arg b "$(password)" --arg c "$(password)" --slurpfile users "$WAYBILL_HOME/secrets/users.json" \
    '$users[0] + {"partner-tms": $a, "partner-erp": $b, "partner-wms": $c}' >"$work/users.json"
"$WAYBILL_CLI" topology definitions --users "$work/users.json" --partners "$WAYBILL_HOME/three-systems.json" >"$work/definitions.json"
address="${WAYBILL_HTTP_MANAGEMENT_URL#http://}"
printf 'user = "%s"\n' "${address%@*}" |
    curl -sf -K - -X POST -H 'content-type: application/json' --data-binary "@$work/definitions.json" "http://${address#*@}/api/definitions" >/dev/null
echo "$WAYBILL_HOME/three-systems.json" >"$WAYBILL_HOME/run/partners"
restart
python=python3
"$python" -c 'import pika' 2>/dev/null || python=/usr/bin/python3
"$python" "$root/Tests/EndToEnd/three_systems.py" publish "$work/users.json" "${1:-2000}" "$work/oracle.json"
"$WAYBILL_CLI" status --wait-drained 300 >/dev/null
"$python" "$root/Tests/EndToEnd/three_systems.py" check "$work/oracle.json"
# Ends with 2 when there is none.
"$WAYBILL_CLI" dead list --limit 60000 --json >"$work/dead.json" || [ $? = 2 ]
"$python" "$root/Tests/EndToEnd/three_systems.py" hear "$work/users.json" "${1:-2000}" "$work/dead.json"
