#!/usr/bin/env bash
# Runs the walk of docs/business/sales/quotes.md exactly as it stands there, against services of its own.
#
# usage: quotes.sh
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
export WAYBILL_HOME WAYBILL_CONFIGURATION="${WAYBILL_CONFIGURATION:-debug}"
WAYBILL_HOME="$(mktemp -d "${TMPDIR:-/tmp}/waybill-quotes-XXXXXX")"
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
        printing { print }' "$root/docs/business/sales/quotes.md"
} >"$work/walk.sh"
[ "$(wc -l <"$work/walk.sh")" -gt 20 ] || fail "docs/business/sales/quotes.md has no walk"
(cd "$work" && bash walk.sh) || fail "the walk ended with $?"
echo "quotes: the walk did what it says"
