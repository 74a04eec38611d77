#!/usr/bin/env bash
# Runs the walk of docs/business/finance/finance.md exactly as it stands there, against services of its own that follow the time of the
# events: days pass as orders come.
#
# usage: finance_loop.sh
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
export WAYBILL_HOME WAYBILL_CONFIGURATION="${WAYBILL_CONFIGURATION:-debug}" WAYBILL_CLOCK=events
WAYBILL_HOME="$(mktemp -d "${TMPDIR:-/tmp}/waybill-loop-XXXXXX")"
work="$(mktemp -d)"
chmod 711 "$WAYBILL_HOME"
trap '"$root/deploy/local/down.sh" --purge >/dev/null 2>&1 || true; rm -rf "$WAYBILL_HOME" "$work"' EXIT
"$root/deploy/local/up.sh" --no-build
. "$WAYBILL_HOME/env"
waybill() { "$WAYBILL_CLI" "$@"; }
fail() { echo "$*"; tail -n 5 "$WAYBILL_HOME"/log/*.log; exit 1; }
{
    echo 'set -euo pipefail'
    echo 'waybill() { "$WAYBILL_CLI" "$@"; }'
    awk '/^## / { inside = ($0 == "## The walk") }
        inside && /^```sh$/ { printing = 1; next }
        printing && /^```$/ { printing = 0 }
        printing { print }' "$root/docs/business/finance/finance.md"
} >"$work/walk.sh"
[ "$(wc -l <"$work/walk.sh")" -gt 30 ] || fail "docs/business/finance/finance.md has no walk"
bash "$work/walk.sh" || fail "the walk ended with $?"

# What the walk shows, looked at once more.
decisions="$(waybill query finance acceptance.report --json | jq -c '[.notTaken[] | [.customerCode, .orders, .revenueRefused]]')"
echo "not taken: $decisions"
[ "$(waybill query finance acceptance.report --json | jq -r '.notTaken[0].orders')" = 2 ] ||
    fail "not two orders were refused"
[ "$(waybill alerts list --customer WALK --all --level order --json | jq '[.alerts[] | select(.outcome == "recovered" and .escalatedTo == "manager.ks01")] | length')" = 6 ] ||
    fail "not all six orders' alerts went to the manager and recovered"
[ "$(waybill dead list --service finance --json | jq '.deadLetters | length')" = 0 ] || fail "a refused command stands in the dead letters"
waybill dead audit --json | jq -e '[.audit[] | select(.act == "refuse") | .reason] | sort == ["above-authority", "not-authorised"]' >/dev/null ||
    fail "the refused commands are not on record"
waybill reconcile --json >/dev/null || fail "something is missing"
echo "the walk of docs/business/finance/finance.md does what it says"
