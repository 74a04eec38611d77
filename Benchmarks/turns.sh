#!/usr/bin/env bash
# The order path of a commit beside that of now: both built for release, a broker and a database each, measured by turns.
#
# usage: turns.sh [COMMIT] [--rounds N] [--orders N] [--parts PART,…]     (536f62e, 7, 40000, five,finance,latency)
#
# Each side runs its own benchmark of one round a turn, before and now changing who comes first; a turn compares the
# services with the raw twins that ran in the same minute. BEFORE and NOW name folders of release builds that are there
# already; otherwise the commit is built in a temporary folder, which takes as long as a first release build does. The five
# services are measured on both sides: the console is not started, and the notifier waits until a measurement is over.
# RESULTS names a folder in which the lines of every turn are kept.
. "$(cd "$(dirname "$0")/.." && pwd)/deploy/local/lib.sh"
commit=536f62e rounds=7 orders=40000 parts=five,finance,latency
while [ $# -gt 0 ]; do
    case "$1" in
    --rounds) rounds="$2"; shift ;;
    --orders) orders="$2"; shift ;;
    --parts) parts="$2"; shift ;;
    -*) die "unknown option '$1'" ;;
    *) commit="$1" ;;
    esac
    shift
done
cd "$root"
work="$(mktemp -d "${TMPDIR:-/tmp}/waybill-turns-XXXXXX")"
chmod 711 "$work"
cleanup() {
    trap - EXIT INT TERM
    for side in before now; do
        [ ! -d "$work/$side-home" ] ||
            WAYBILL_HOME="$work/$side-home" "$work/$side/deploy/local/down.sh" --purge >/dev/null 2>&1 || true
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
git clone -q "$root" "$work/before"
git -C "$work/before" checkout -q "$commit"
ln -s "$root" "$work/now"
builds() { # builds SIDE GIVEN: the folder of the release builds of a side
    if [ -n "$2" ]; then echo "$2"; return; fi
    say "building the release of $1"
    (cd "$work/$1" && . deploy/local/lib.sh && swift_build release >&2 && swift_build release --show-bin-path)
}
now="$(builds now "${NOW:-}")"
before="$(builds before "${BEFORE:-}")"
for side in before now; do
    mkdir -p "$work/$side-home"
    chmod 711 "$work/$side-home"
    WAYBILL_HOME="$work/$side-home" WAYBILL_BINARIES="${!side}" WAYBILL_CONSOLE=no "$work/$side/deploy/local/up.sh" --no-build
    mkdir -p "$work/$side-home/twins"
    for program in publish raw_broker latency ask; do
        gcc -O2 -o "$work/$side-home/twins/$program" "$work/$side/Benchmarks/twins/$program.c" -lrabbitmq -lm
    done
    gcc -O2 -I"$(pg_config --includedir)" -o "$work/$side-home/twins/raw_database" \
        "$work/$side/Benchmarks/twins/raw_database.c" -lpq
done
results="${RESULTS:-$work/results}"
mkdir -p "$results"
! ls "$results"/*.jsonl >/dev/null 2>&1 || die "'$results' has turns of another run (RESULTS)"
for round in $(seq 1 "$rounds"); do
    order="before now"
    [ $((round % 2)) = 1 ] || order="now before"
    for side in $order; do
        say "round $round of $rounds: $side"
        WAYBILL_HOME="$work/$side-home" BENCH_TWINS="$work/$side-home/twins" python3 -B "$work/$side/Benchmarks/bench.py" \
            --rounds 1 --orders "$orders" --only "$parts" --results "$results/$side-$round.jsonl" \
            >/dev/null 2>"$results/$side-$round.log" ||
            { tail -5 "$results/$side-$round.log" >&2; say "this turn does not count"; rm -f "$results/$side-$round.jsonl"; }
    done
done
python3 -B "$root/Benchmarks/turns.py" "$results" "$commit" "$(git rev-parse --short HEAD)"
