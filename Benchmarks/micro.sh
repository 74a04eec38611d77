#!/usr/bin/env bash
# The micro-benchmarks of Benchmarks/Micro, on a private database of their own.
#
# usage: micro.sh [ARGUMENT…]      arguments go to `swift package benchmark`, for instance --filter 'decode.*'
. "$(cd "$(dirname "$0")/.." && pwd)/deploy/local/lib.sh"
home="$(mktemp -d "${TMPDIR:-/tmp}/waybill-micro-XXXXXX")"
chmod 711 "$home"
cleanup() {
    trap - EXIT INT TERM
    "$root/deploy/local/database.sh" stop "$home/database" >/dev/null 2>&1 || true
    [ ! -f "$home/database/data.elsewhere" ] || rm -rf "$(dirname "$(cat "$home/database/data.elsewhere")")"
    rm -rf "$home"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
cd "$root"
"$root/deploy/local/database.sh" start "$home/database"
# A build folder of its own: what only this needs stays out of the project's.
export WAYBILL_BENCHMARKS=1 BENCHMARK_DISABLE_JEMALLOC=1
export WAYBILL_BENCH_POSTGRES_URL WAYBILL_BENCH_GOLDEN="$root/Tests/ContractsTests/Golden"
WAYBILL_BENCH_POSTGRES_URL="$("$root/deploy/local/database.sh" url "$home/database")"
results="$root/Benchmarks/results/$(date -u +%F)-micro.txt"
swift package --scratch-path "$root/.build-micro" --disable-sandbox benchmark --target Micro --no-progress "$@" | tee "$home/out"
# The table alone, without what the build said.
sed -n '/^=\{5,\}/,$p' "$home/out" >"$results"
say "kept in ${results#"$root/"}"
