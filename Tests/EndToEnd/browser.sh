#!/usr/bin/env bash
# The console in a real browser, Debian's Chromium: what Tests/Browser/walk.py says of each kind of page, over a small simulated
# group. Without arguments one scheme and width per language and the most important pages; 'make test-browser' goes through all.
#
# usage: browser.sh [OPTIONS of walk.py]     (against what 'make up' started under WAYBILL_HOME; BROWSER_OUT keeps the pictures)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
[ -f "$WAYBILL_HOME/run/console.port" ] || { echo "no console runs here"; exit 1; }
. "$WAYBILL_HOME/env"
work="$(mktemp -d)" login="browser-$$"
chmod 700 "$work"
trap '"$WAYBILL_CLI" console user close "$login" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
export PYTHONPATH="$root/.build/oracles"
python="$(for python in python3 /usr/bin/python3; do "$python" -c 'import playwright, axe_playwright_python' 2>/dev/null && echo "$python" && break; done)" ||
    { echo "no Python here has playwright: deploy/local/setup.sh installs it"; exit 1; }
command -v chromium >/dev/null || { echo "no Chromium here: deploy/local/setup.sh installs it"; exit 1; }
"$WAYBILL_CLI" simulate --seed 7 --orders 300 --days 30 --out "$work/orders.ndjson" >/dev/null
"$WAYBILL_CLI" orders publish "$work/orders.ndjson" --source browser >/dev/null
"$WAYBILL_CLI" status --wait-drained 120 >/dev/null
"$WAYBILL_CLI" console user add "$login" 浏览器 --make 2>/dev/null | awk '$1 == "password" { print $2 }' >"$work/password"
[ -s "$work/password" ] || { echo "no user of the console could be made"; exit 1; }
[ $# -gt 0 ] || set -- --most 30 --schemes light --widths 1440
"$python" "$root/Tests/Browser/walk.py" "${WAYBILL_HTTP_CONSOLE:-http://127.0.0.1:$(cat "$WAYBILL_HOME/run/console.port")}" \
    "$login" "$work/password" "${BROWSER_OUT:-$work/pictures}" "$@"
