#!/usr/bin/env bash
# Whether the chaos run notices: a trial build does one thing wrong at a time, and each run must end red; the same build,
# doing nothing wrong, must end green.
#
# usage: controls.sh [CONTROL…]     (without: the one that must pass, then each that must fail)
#
# CHAOS_OUT keeps histories and logs (by default under .build/chaos-controls).
. "$(dirname "$0")/../../deploy/local/lib.sh"
cd "$root"
export CHAOS_CONFIGURATION="${CHAOS_CONFIGURATION:-debug}"
binaries="$("$root/Tests/Chaos/trial.sh")"
out="${CHAOS_OUT:-$root/.build/chaos-controls}"
mkdir -p "$out"
# The faults that bring each mistake to light; drawn by seed as in every run.
faults() {
    case "$1" in
    none) echo kill-service,pause-service,stop-database,database-reset,cut-acknowledgement,cut-confirm,cut-commit,cut-commit-answer,broker-reset,kill-node ;;
    acknowledge-before-commit) echo kill-service,database-stall ;;
    no-inbox) echo kill-service,cut-acknowledgement,cut-confirm,cut-commit-answer,broker-reset ;;
    ignore-confirms) echo broker-blackhole,broker-reset,kill-node ;;
    relay-by-cursor) echo database-slow,cut-commit,kill-service ;;
    *) die "no such control: $1" ;;
    esac
}
[ $# -gt 0 ] || set -- none acknowledge-before-commit no-inbox ignore-confirms relay-by-cursor
failed=0
for control in "$@"; do
    say "== $control"
    code=0
    extra=()
    [ "$control" = none ] || extra=("NEGATIVE_CONTROL=$control")
    CHAOS_BINARIES="$binaries" CHAOS_OUT="$out/$control" Tests/Chaos/run.sh --seed 7 --minutes 1 --rate 40 --pause 2 --drain 90 --tally \
        --only "$(faults "$control")" "${extra[@]}" >"$out/$control.txt" 2>"$out/$control.log" || code=$?
    head -2 "$out/$control.txt" || true
    if [ "$control" = none ]; then
        [ "$code" = 0 ] && say "passed, as it must" || { say "FAILED without a mistake: $out/$control.txt"; failed=1; }
    elif [ "$code" = 1 ] && grep -qE '^(lost|duplicated|unexpected): ' "$out/$control.txt"; then
        say "caught: $(grep -cE '^(lost|duplicated|unexpected): ' "$out/$control.txt") findings shown, the first: $(grep -m 1 -E '^(lost|duplicated|unexpected): ' "$out/$control.txt")"
    else
        say "NOT CAUGHT (exit code $code): see $out/$control.txt and $out/$control.log"
        failed=1
    fi
done
exit "$failed"
