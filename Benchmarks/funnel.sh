#!/usr/bin/env bash
# How long the funnel of any past day takes: JSON lines. Nothing need be running.
#
# usage: funnel.sh [CHANGES]        1000000 when not given
#
# Starts a private database, fills sales' tables with so many changes of opportunities over three years, and asks for the funnel
# of a hundred days by the service's own code: of the whole group, of a division of that day, and by somebody who sees one branch.
# What is told is compared with how each opportunity stood. Budget: 200 ms.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
cd "$root"
work="$(mktemp -d)"
trap '"$root/deploy/local/test-servers.sh" stop "$work/servers" >/dev/null 2>&1; rm -rf "$work"' EXIT
chmod 711 "$work"
eval "$("$root/deploy/local/test-servers.sh" start "$work/servers" 2>/dev/null)"
export WAYBILL_BENCH_FUNNEL="${1:-1000000}"
swift test --filter FunnelMeasurement >"$work/out" 2>&1 || { grep -E 'error:|✘' "$work/out" >&2; exit 1; }
grep '^{"measure"' "$work/out"
