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
beside=""
trap '[ -z "$beside" ] || kill "$beside" 2>/dev/null || true; "$root/deploy/local/down.sh" --purge >/dev/null 2>&1 || true; rm -rf "$WAYBILL_HOME"' EXIT
"$root/deploy/local/up.sh" --no-build
shared=(dataco bad_input publishers clients drain weather systemd surroundings operate dead_letters ledger partners three_systems hearing http_api people audit imports refusals books overview methods tracing capability browser operators_book organisation)
# These start a system of their own, each, and wait for it most of the time: beside the others they cost half of theirs.
own=(matrix finance_loop notices leads opportunities clocks customer_walk ownership_walk permissions_walk products rate_cards quotes)
if [ $# -gt 0 ]; then
    given=" $* " kept=()
    for part in "${own[@]}"; do [[ "$given" != *" $part "* ]] || kept+=("$part"); done
    own=("${kept[@]}") shared=()
    for part in "$@"; do [[ " ${own[*]} " == *" $part "* ]] || shared+=("$part"); done
fi
# Each part is run, whatever became of those before it: one that fails must not hide what the next would say.
lane() { # NAME PART…: what failed stands in $WAYBILL_HOME/NAME.failed
    local name="$1" part
    shift
    : >"$WAYBILL_HOME/$name.failed"
    for part in "$@"; do
        echo "== $part (${SECONDS} s)"
        "$root/Tests/EndToEnd/$part.sh" || {
            [ "$name" = own ] || tail -n 5 "$WAYBILL_HOME"/log/*.log
            echo "== $part failed"
            echo "$part" >>"$WAYBILL_HOME/$name.failed"
        }
    done
}
lane own "${own[@]}" >"$WAYBILL_HOME/own.log" 2>&1 &
beside=$!
lane shared "${shared[@]}"
wait "$beside" || true
cat "$WAYBILL_HOME/own.log"
mapfile -t failed < <(cat "$WAYBILL_HOME/shared.failed" "$WAYBILL_HOME/own.failed")
echo "$((${#shared[@]} + ${#own[@]} - ${#failed[@]})) passed, ${#failed[@]} failed${failed[*]:+: ${failed[*]}} (${SECONDS} s)"
[ ${#failed[@]} -eq 0 ]
