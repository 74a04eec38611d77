#!/usr/bin/env bash
# Builds what can do wrong on purpose and speaks a later contract on a later schema, and prints the folder. Never for use.
. "$(dirname "$0")/../../deploy/local/lib.sh"
cd "$root"
configuration="${CHAOS_CONFIGURATION:-debug}"
export WAYBILL_TRIAL=1
"$here/setup.sh" >&2
say "building the trial ($configuration)"
for product in waybill FaultProxyCommand "${services[@]/#/waybill-}"; do
    swift_build "$configuration" --scratch-path .build/trial --product "$product" | tail -1 >&2
done
swift_build "$configuration" --scratch-path .build/trial --show-bin-path
