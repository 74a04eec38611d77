#!/usr/bin/env bash
# Runs the walk of docs/business/sales/ownership.md exactly as it stands there, against services of its own: customers are looked
# after by orders and by assignments, somebody leaves, and what was that person's is handed over.
#
# usage: ownership_walk.sh
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
export WAYBILL_HOME WAYBILL_CONFIGURATION="${WAYBILL_CONFIGURATION:-debug}"
WAYBILL_HOME="$(mktemp -d "${TMPDIR:-/tmp}/waybill-walk-XXXXXX")"
work="$(mktemp -d)"
chmod 711 "$WAYBILL_HOME"
trap '"$root/deploy/local/down.sh" --purge >/dev/null 2>&1 || true; rm -rf "$WAYBILL_HOME" "$work"' EXIT
"$root/deploy/local/up.sh" --no-build
. "$WAYBILL_HOME/env"
fail() { echo "$*"; tail -n 5 "$WAYBILL_HOME"/log/*.log; exit 1; }
{
    echo 'set -euo pipefail'
    echo 'waybill() { "$WAYBILL_CLI" "$@"; }'
    awk '/^## / { inside = ($0 == "## The walk") }
        inside && /^```sh$/ { printing = 1; next }
        printing && /^```$/ { printing = 0; print "" }
        printing { print }' "$root/docs/business/sales/ownership.md"
} >"$work/walk.sh"
[ "$(wc -l <"$work/walk.sh")" -gt 40 ] || fail "docs/business/sales/ownership.md has no walk"
(cd "$work" && bash walk.sh) || fail "the walk ended with $?"

# What the walk shows, looked at once more.
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
for service in sales finance; do
    [ "$("$WAYBILL_CLI" dead list --service "$service" --json | jq '.deadLetters | length')" = 0 ] ||
        fail "a command stands in the dead letters of $service"
done
"$WAYBILL_CLI" reconcile --json >/dev/null || fail "something is missing"
echo "the walk of docs/business/sales/ownership.md does what it says"
