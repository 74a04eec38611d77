#!/usr/bin/env bash
# Every check there is, on a private broker and database that are started for it and stopped after it.
#
# usage: test.sh [ARGUMENTS OF swift test]        for example: test.sh --filter FinanceService
. "$(dirname "$0")/lib.sh"
"$here/setup.sh"
cd "$root"
dir="$(mktemp -d "${TMPDIR:-/tmp}/waybill-test-XXXXXX")"
chmod 711 "$dir"
trap '"$here/test-servers.sh" stop "$dir" >/dev/null 2>&1 || true' EXIT
phase() { say "== $* (${SECONDS} s)"; }
phase format
swift format lint --strict -r Sources Tests Generator/Sources Generator/Tests Generator/Package.swift Package.swift
phase shape
python3 Tests/Shape/test_shape.py
python3 Tests/Shape/shape.py
python3 Tests/Chaos/test_plan.py
phase "contracts as specified"
"$here/contracts.sh" --check
swift test --package-path Generator --quiet
phase "broker and database"
variables="$("$here/test-servers.sh" start "$dir")"
eval "$variables"
phase build
swift_build debug --build-tests
phase tests
# All tests at once would share a processor or two, and what waits with a deadline would wait for its turn only.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH="${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-6}"
if [ $# -gt 0 ]; then
    swift test --skip-build "$@"
else
    # What only computes comes first and by itself: beside it, whatever waits for a broker or a database would be late.
    computing='^(PartyMatchingTests|SimulationTests)\.|LatePayment|ProfitSimulation'
    swift test --skip-build --filter "$computing"
    swift test --skip-build --skip "$computing"
    phase "end to end"
    Tests/EndToEnd/run.sh
    phase chaos
    CHAOS_CONFIGURATION=debug Tests/Chaos/run.sh --no-build --partners --seed 4 --minutes 1 --rate 25 --pause 2.5
fi
phase done
