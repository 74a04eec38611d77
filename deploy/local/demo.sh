#!/usr/bin/env bash
# The main job, from nothing: a simulated quarter of orders goes in, decisions and margin alerts come out.
#
# It uses debug builds, in the folder that 'make test' goes on in: they are made in half the time of release builds.
#
# usage: demo.sh [ORDERS]           (default 6000; everything runs in a temporary folder and is removed at the end)
. "$(dirname "$0")/lib.sh"
orders="${1:-6000}"
export WAYBILL_HOME WAYBILL_CLOCK=events PROFILE=demo WAYBILL_CONFIGURATION="${WAYBILL_CONFIGURATION:-debug}"
WAYBILL_HOME="$(mktemp -d "${TMPDIR:-/tmp}/waybill-demo-XXXXXX")"
chmod 711 "$WAYBILL_HOME"
tail=""
cleanup() {
    trap - EXIT INT TERM
    [ -z "$tail" ] || kill "$tail" 2>/dev/null || true
    say "cleaning up"
    "$here/down.sh" --purge >/dev/null 2>&1 || true
    rm -rf "$WAYBILL_HOME"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
"$here/up.sh"
. "$WAYBILL_HOME/env"
say ""
say "== a simulated quarter: $orders orders of five divisions and 34 branches"
"$WAYBILL_CLI" simulate --seed 42 --orders "$orders" --days 90 --out "$WAYBILL_HOME/orders.ndjson"
"$WAYBILL_CLI" alerts tail --limit 15 &
tail=$!
"$WAYBILL_CLI" orders publish "$WAYBILL_HOME/orders.ndjson" --source demo
"$WAYBILL_CLI" status --wait-drained 120 >/dev/null
kill "$tail" 2>/dev/null || true
tail=""
say ""
say "== what came out (after $SECONDS s in all)"
"$WAYBILL_CLI" summary
say ""
say "== the worst margin alerts that stand open, by margin_now in one currency (margin is that of the alert's day)"
"$WAYBILL_CLI" alerts list --limit 10
say ""
say "== whom they are told: notices, what matters most first; with a file of channels they go out by mail and chat"
"$WAYBILL_CLI" notices all --limit 5
say ""
say "To go on: 'make up' keeps everything running in the background and writes .waybill/env;"
say "docs/contracts/publishing.md shows how to publish orders of your own, 'waybill --help' all there is to ask."
