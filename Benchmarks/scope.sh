#!/usr/bin/env bash
# What it costs to ask by a policy of permissions: JSON lines. Nothing need be running.
#
# usage: scope.sh [CUSTOMERS]        200000 when not given
#
# Starts a private database, fills finance's and the customer service's tables with CUSTOMERS customers in 34 branches, their
# orders, alerts, invoices and contacts, and asks the ten questions that are asked most, by the services' own code as the role
# that they run as; the broker is left out. By turns: as without a policy (without), by who sees everything (everything), by who
# sees every row by sets of all branches (sets), and by one branch (branch). 'everythingCost' and 'setsCost' are what is added to
# the median without a policy, as a share of it; the rows are the same. Fails when ten questions were not asked, when one of them was
# asked of fewer customers, and when one costs more than 0.1.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
cd "$root"
work="$(mktemp -d)"
trap '"$root/deploy/local/test-servers.sh" stop "$work/servers" >/dev/null 2>&1; rm -rf "$work"' EXIT
chmod 711 "$work"
eval "$("$root/deploy/local/test-servers.sh" start "$work/servers" 2>/dev/null)"
export WAYBILL_BENCH_SCOPE="${1:-200000}"
swift test --filter ScopeMeasurement >"$work/out" 2>&1 || { grep -E 'error:|✘' "$work/out" >&2; exit 1; }
grep '^{"measure"' "$work/out" | tee "$work/measured"
[ "$(jq -s 'map(.measure) | unique | length' "$work/measured")" = 10 ] || { echo "not ten questions were asked" >&2; exit 1; }
jq -es --argjson customers "$WAYBILL_BENCH_SCOPE" 'all(.[]; .customers == $customers)' "$work/measured" >/dev/null ||
    { echo "they were not asked of $WAYBILL_BENCH_SCOPE customers" >&2; exit 1; }
dear="$(jq -r 'select(.everythingCost > 0.1 or .setsCost > 0.1) | "\(.measure): \(.everythingCost), \(.setsCost)"' "$work/measured")"
[ -z "$dear" ] || { printf 'above the budget of 0.1:\n%s\n' "$dear" >&2; exit 1; }
