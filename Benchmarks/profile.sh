#!/usr/bin/env bash
# Where finance spends its time under full load: the symbols with the largest self cost, and whole stacks, folded.
#
# usage: profile.sh [ORDERS]      (60000)
#
# By perf where the machine samples; otherwise by callgrind, which counts instructions and makes everything about fifty
# times slower, on a twentieth of the orders. Writes Benchmarks/results/profile-DATE.txt and .folded (for flame graphs).
. "$(cd "$(dirname "$0")/.." && pwd)/deploy/local/lib.sh"
orders="${1:-60000}"
export WAYBILL_HOME BENCH_TWINS
WAYBILL_HOME="$(mktemp -d "${TMPDIR:-/tmp}/waybill-profile-XXXXXX")"
chmod 711 "$WAYBILL_HOME"
BENCH_TWINS="$WAYBILL_HOME/twins"
cleanup() {
    trap - EXIT INT TERM
    "$root/deploy/local/down.sh" --purge >/dev/null 2>&1 || true
    rm -rf "$WAYBILL_HOME"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
"$root/deploy/local/up.sh" ${BENCH_UP:-} --no-services
mkdir -p "$BENCH_TWINS"
gcc -O2 -o "$BENCH_TWINS/publish" "$root/Benchmarks/twins/publish.c" -lrabbitmq
. "$WAYBILL_HOME/env"
out="$root/Benchmarks/results/profile-$(date -u +%F)"
port="$(cat "$WAYBILL_HOME/run/finance.port")"
metric() {
    curl -sf "http://127.0.0.1:$port/metrics" | sed -n 's/^waybill_messages_published_total //p'
}
method=perf
perf record -q -e cpu-clock -o "$WAYBILL_HOME/try" -- true >/dev/null 2>&1 || method=callgrind
if [ "$method" = callgrind ]; then
    command -v valgrind >/dev/null || die "neither perf nor valgrind works here: apt-get install linux-perf valgrind"
    orders=$((orders / 20))
fi
python3 "$root/Benchmarks/orders.py" "$orders" 77 profile >"$WAYBILL_HOME/orders.ndjson"
say "profiling finance on $orders orders by $method"
"$here/service.sh" start finance
if [ "$method" = callgrind ]; then
    # The same environment, with the program under callgrind; instructions are the same however slow it is.
    "$here/service.sh" stop finance
    binaries="$(cat "$WAYBILL_HOME/run/binaries")"
    mkdir -p "$WAYBILL_HOME/wrapped"
    printf '#!/bin/sh\nexec valgrind --tool=callgrind --callgrind-out-file=%s %s "$@"\n' \
        "$WAYBILL_HOME/callgrind.out" "$binaries/waybill-finance" >"$WAYBILL_HOME/wrapped/waybill-finance"
    chmod +x "$WAYBILL_HOME/wrapped/waybill-finance"
    echo "$WAYBILL_HOME/wrapped" >"$WAYBILL_HOME/run/binaries"
    "$here/service.sh" start finance
fi
await 120 "finance is ready" curl -sf "http://127.0.0.1:$port/health/ready"
# On a full queue: the service never waits for a publisher.
pid="$(cat "$WAYBILL_HOME/run/finance.pid")"
sampler=""
if [ "$method" = perf ]; then
    # Samples of the processor's clock are to be had in virtual machines too, those of cycles often are not.
    perf record -q -e cpu-clock -F 499 -g --call-graph fp -p "$pid" -o "$WAYBILL_HOME/perf.data" >/dev/null 2>&1 &
    sampler=$!
fi
BENCH_AMQP_URL="$WAYBILL_AMQP_OPERATOR_URL/%2f" "$BENCH_TWINS/publish" - finance.inbound "$WAYBILL_HOME/orders.ndjson" profile
await 900 "finance has decided every order" bash -c "[ \$(curl -sf http://127.0.0.1:$port/metrics |
    sed -n 's/^waybill_messages_published_total //p') -ge $orders ]"
published="$(metric)"
if [ "$method" = perf ]; then
    kill -INT "$sampler"
    wait "$sampler" 2>/dev/null || true
fi
"$here/service.sh" stop finance
{
    echo "# finance under full load, $(date -u +%F), $(git -C "$root" describe --always --dirty), by $method"
    echo "# $orders orders, $published messages published; $(cat "$WAYBILL_HOME/run/binaries" | grep -o 'debug\|release' | tail -1) build"
    if [ "$method" = perf ]; then
        perf report -i "$WAYBILL_HOME/perf.data" --no-children -g none --percent-limit 0.2 --stdio 2>/dev/null |
            swift demangle --simplified | grep -v '^$' | cut -c1-220 | sed -n 1,120p
    else
        callgrind_annotate --threshold=98 "$WAYBILL_HOME/callgrind.out" | swift demangle --simplified | sed -n 1,120p
    fi
} >"$out.txt"
if [ "$method" = perf ]; then
    # One line a stack, innermost last, and how often it was seen.
    perf script -i "$WAYBILL_HOME/perf.data" -F comm,ip,sym 2>/dev/null | swift demangle --simplified | awk '
        function flush() { if (stack != "") count[name stack]++; stack = "" }
        /^$/ { flush(); next }
        /^[^ \t]/ { flush(); name = $1; next }
        { sub(/^[ \t]+[0-9a-f]+ /, ""); gsub(/;/, ","); stack = ";" $0 stack }
        END { flush(); for (line in count) print line, count[line] }' | sort >"$out.folded"
fi
head -40 "$out.txt"
say "kept in ${out#"$root/"}.txt"
