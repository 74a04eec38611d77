#!/usr/bin/env bash
# Every question and every act, by one person of each role and some more, upon business of each nearness, against what follows from
# the policy's file, the organisation's file and the test data: on services of its own, since a policy holds for everybody.
#
# usage: matrix.sh
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
export WAYBILL_HOME WAYBILL_CONFIGURATION="${WAYBILL_CONFIGURATION:-debug}" WAYBILL_CLOCK=events
WAYBILL_HOME="$(mktemp -d "${TMPDIR:-/tmp}/waybill-matrix-XXXXXX")"
work="$(mktemp -d)"
chmod 711 "$WAYBILL_HOME"
chmod 700 "$work"
trap '"$root/deploy/local/down.sh" --purge >/dev/null 2>&1 || true; rm -rf "$WAYBILL_HOME" "$work"' EXIT
"$root/deploy/local/up.sh" --no-build
. "$WAYBILL_HOME/env"
for login in li.wei manager.ks01 director; do
    (umask 077 && "$WAYBILL_CLI" users add "$login" --json | jq -r .url >"$work/$login.url")
done
(umask 077 && cp "$WAYBILL_HOME/secrets/amqp-console.url" "$work/edge.url")
python=python3
"$python" -c 'import pika' 2>/dev/null || python=/usr/bin/python3
"$python" "$root/Tests/EndToEnd/matrix.py" "$work" "$work/edge.url" "$work" ||
    { tail -n 5 "$WAYBILL_HOME"/log/*.log; exit 1; }
