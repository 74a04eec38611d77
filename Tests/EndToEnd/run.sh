#!/usr/bin/env bash
# The services as processes, on a private broker and database of their own: the main job on real orders with every
# service killed, rubbish, and the publishers of the documentation. Uses the debug builds that 'swift build' made.
#
# usage: run.sh [PART…]     (all of them without)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
# The servers of this run are killed, but never lose their power: nothing waits for the disk.
export WAYBILL_HOME WAYBILL_CONFIGURATION=debug FSYNC=off
WAYBILL_HOME="$(mktemp -d "${TMPDIR:-/tmp}/waybill-e2e-XXXXXX")"
walks_home="$(mktemp -d "${TMPDIR:-/tmp}/waybill-walks-XXXXXX")"
chmod 711 "$WAYBILL_HOME" "$walks_home"
beside=""
finish() {
    [ -z "$beside" ] || kill "$beside" 2>/dev/null || true
    "$root/deploy/local/down.sh" --purge >/dev/null 2>&1 || true
    WAYBILL_HOME="$walks_home" "$root/deploy/local/down.sh" --purge >/dev/null 2>&1 || true
    rm -rf "$WAYBILL_HOME" "$walks_home"
}
trap finish EXIT
shared=(dataco dead_letters bad_input publishers clients drain weather systemd surroundings operate ledger partners three_systems hearing http_api oidc people audit imports refusals books overview methods tracing capability browser operators_book organisation trial)
# These share a second system, on which nothing has come: the first looks at all that was refused.
walks=(customer_walk products rate_cards quotes needs bulletins opportunities)
# These start a system of their own, each, and wait for it most of the time: beside the others they cost half of theirs.
own=(matrix finance_loop notices clocks leads authority ownership_walk permissions_walk)
if [ $# -gt 0 ]; then
    picked() { for part in "$@"; do [[ "$given" != *" $part "* ]] || echo "$part"; done; }
    given=" $* "
    mapfile -t walks < <(picked "${walks[@]}")
    mapfile -t own < <(picked "${own[@]}")
    shared=()
    for part in "$@"; do [[ " ${walks[*]} ${own[*]} " == *" $part "* ]] || shared+=("$part"); done
fi
# Each part is run, whatever became of those before it: one that fails must not hide what the next would say.
lane() { # NAME PART…: what failed stands in $WAYBILL_HOME/NAME.failed, what each took in $WAYBILL_HOME/NAME.took
    local name="$1" part began
    shift
    for part in "$@"; do
        echo "== $part (${SECONDS} s)"
        began="$SECONDS"
        "$root/Tests/EndToEnd/$part.sh" || {
            [ "$name" != shared ] || tail -n 5 "$WAYBILL_HOME"/log/*.log
            echo "== $part failed"
            echo "$part" >>"$WAYBILL_HOME/$name.failed"
        }
        echo "$((SECONDS - began)) $part" >>"$WAYBILL_HOME/$name.took"
    done
}
beside() {
    if [ "${#walks[@]}" -gt 0 ]; then
        if WAYBILL_HOME="$walks_home" "$root/deploy/local/up.sh" --no-build; then
            WAYBILL_WALKS="$walks_home" lane walks "${walks[@]}"
        else
            printf '%s\n' "${walks[@]}" >>"$WAYBILL_HOME/walks.failed"
            printf '0 %s\n' "${walks[@]}" >>"$WAYBILL_HOME/walks.took"
        fi
        WAYBILL_HOME="$walks_home" "$root/deploy/local/down.sh" --purge >/dev/null 2>&1 || true
    fi
    lane own "${own[@]}"
}
beside >"$WAYBILL_HOME/beside.log" 2>&1 &
beside=$!
if [ "${#shared[@]}" -gt 0 ]; then
    "$root/deploy/local/up.sh" --no-build
    lane shared "${shared[@]}"
fi
wait "$beside" || echo "beside (ended with $?)" >>"$WAYBILL_HOME/beside.failed"
cat "$WAYBILL_HOME/beside.log"
echo "seconds: $(sort -rn "$WAYBILL_HOME"/*.took | tr '\n' ',')"
mapfile -t failed < <(cat "$WAYBILL_HOME"/*.failed 2>/dev/null)
parts=$((${#shared[@]} + ${#walks[@]} + ${#own[@]}))
# A part that did not come to its end, neither well nor badly, has not passed.
ran="$(cat "$WAYBILL_HOME"/*.took 2>/dev/null | wc -l)"
[ "$ran" = "$parts" ] || failed+=("$((parts - ran)) that were not run")
echo "$((parts - ${#failed[@]})) passed, ${#failed[@]} failed${failed[*]:+: ${failed[*]}} (${SECONDS} s)"
[ ${#failed[@]} -eq 0 ]
