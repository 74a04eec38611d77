#!/usr/bin/env bash
# The five services as processes, on a private broker and database of their own: the main job on real orders with every
# service killed, rubbish, and the publishers of the documentation. Uses the debug builds that 'swift build' made.
#
# usage: run.sh [PART…]     (all of them without)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
export WAYBILL_HOME WAYBILL_CONFIGURATION=debug
WAYBILL_HOME="$(mktemp -d "${TMPDIR:-/tmp}/waybill-e2e-XXXXXX")"
chmod 711 "$WAYBILL_HOME"
trap '"$root/deploy/local/down.sh" --purge >/dev/null 2>&1 || true; rm -rf "$WAYBILL_HOME"' EXIT
"$root/deploy/local/up.sh" --no-build
parts=(dataco bad_input publishers clients drain weather systemd surroundings operate dead_letters ledger partners three_systems hearing http_api people audit imports refusals books overview finance_loop customer_walk ownership_walk permissions_walk matrix methods tracing capability notices leads opportunities clocks browser products rate_cards quotes operators_book organisation)
[ $# -eq 0 ] || parts=("$@")
# Each part is run, whatever became of those before it: one that fails must not hide what the next would say.
failed=()
for part in "${parts[@]}"; do
    echo "== $part (${SECONDS} s)"
    "$root/Tests/EndToEnd/$part.sh" || {
        tail -n 5 "$WAYBILL_HOME"/log/*.log
        echo "== $part failed"
        failed+=("$part")
    }
done
echo "$((${#parts[@]} - ${#failed[@]})) passed, ${#failed[@]} failed${failed[*]:+: ${failed[*]}}"
[ ${#failed[@]} -eq 0 ]
