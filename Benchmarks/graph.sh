#!/usr/bin/env bash
# How long questions to the graph and the overview take: JSON lines. Nothing need be running.
#
# usage: graph.sh [NODES] [EDGES]        200000 and 1000000 when not given
#
# Starts a private database, fills the customer service's tables with NODES parties and EDGES ties, a tenth of them to few
# hubs, and asks each question of 400 parties at random, by the service's own code over its own tables; the broker is left
# out. Budgets: 100 ms a question at the 99th of a hundred, 50 ms for the overview.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
cd "$root"
work="$(mktemp -d)"
trap '"$root/deploy/local/test-servers.sh" stop "$work/servers" >/dev/null 2>&1; rm -rf "$work"' EXIT
chmod 711 "$work"
eval "$("$root/deploy/local/test-servers.sh" start "$work/servers" 2>/dev/null)"
export WAYBILL_BENCH_GRAPH="${1:-200000},${2:-1000000}"
swift test --filter GraphMeasurement >"$work/out" 2>&1 || { grep -E 'error:|✘' "$work/out" >&2; exit 1; }
grep '^{"measure"' "$work/out"
