#!/usr/bin/env bash
# The main job, from nothing: a simulated quarter of orders goes in, decisions and margin alerts come out.
#
# It uses debug builds, in the folder that 'make test' goes on in: they are made in half the time of release builds.
#
# On a terminal it ends with a link to the console, signed in as a demo user, and stays until Ctrl-C; elsewhere it ends when the
# figures are out.
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
"$WAYBILL_CLI" status --wait-drained 300 >/dev/null
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
if [ -t 0 ] && [ -t 1 ] && [ -s "$WAYBILL_HOME/run/console.port" ]; then
    # What the two say to whoever runs them by hand is kept for when they fail.
    told="$WAYBILL_HOME/log/console-user.log"
    password="$("$WAYBILL_CLI" console user add demo 演示 --make 2>"$told" | sed -n 's/^password *//p')" &&
        path="$("$WAYBILL_CLI" console user link demo 2>"$told")" || die "nobody can sign in: $(cat "$told")"
    say ""
    say "== the same in a browser, until Ctrl-C; the link lets in once, within a quarter of an hour"
    address="http://127.0.0.1:$(cat "$WAYBILL_HOME/run/console.port")"
    say "$address$path"
    say "later: $address as 'demo' with the password $password"
    # That it is ended from the keyboard is how it ends.
    trap 'exit 0' INT
    while :; do sleep 1; done
fi
