#!/usr/bin/env bash
# Writes the Swift source of the contracts from Sources/Contracts/Specification.
#
# usage: contracts.sh [--check]        --check changes nothing: it fails when what is committed is not what would be written
. "$(dirname "$0")/lib.sh"
cd "$root"
# A package of its own with a build folder of its own: an ordinary build never sees it.
swift build --package-path Generator --quiet
exec Generator/.build/debug/ContractGenerator "$root" "$@"
