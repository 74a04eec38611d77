#!/usr/bin/env bash
# Runs the walk of docs/business/customer/customer.md exactly as it stands there, against services of its own: five codes of one company
# become one, in all services, and are taken apart again.
#
# usage: customer_walk.sh
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
export WAYBILL_HOME WAYBILL_CONFIGURATION="${WAYBILL_CONFIGURATION:-debug}"
WAYBILL_HOME="$(mktemp -d "${TMPDIR:-/tmp}/waybill-walk-XXXXXX")"
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
        printing { print }' "$root/docs/business/customer/customer.md"
} >"$work/walk.sh"
[ "$(wc -l <"$work/walk.sh")" -gt 50 ] || fail "docs/business/customer/customer.md has no walk"
bash "$work/walk.sh" || fail "the walk ended with $?"

# What the walk shows, looked at once more.
[ "$(waybill dead list --service customer --json | jq '.deadLetters | length')" = 0 ] || fail "a refused command stands in the dead letters"
waybill dead audit --json | jq -e '[.audit[] | select(.act == "refuse") | .reason] | sort == ["not-found", "wrong-state"]' >/dev/null ||
    fail "the refused merge and the refused correction are not on record"
waybill reconcile --json >/dev/null || fail "something is missing"
echo "the walk of docs/business/customer/customer.md does what it says"
