#!/usr/bin/env bash
# Runs the walk of docs/business/servicedesk/bulletins.md exactly as it stands there, against services of its own; then checks both versions
# of the bulletin with the public key alone.
#
# usage: bulletins.sh
. "$(dirname "$0")/system.sh"
system bulletins
walk business/servicedesk/bulletins.md 20 "The walk"
customer="$(jq -r '.bulletin[0].customerId' "$work/bulletin.json")"
waybill bulletins show "$customer" 2026-03 --json >"$work/second.json"
for version in bulletin second; do
    "$python" "$root/Tests/Oracles/bulletin_verify.py" "$work/bulletin.pub" "$work/$version.json" || fail "the $version is not as it was signed"
done
jq '.bulletin[0].document |= sub("\"numerator\":19"; "\"numerator\":20")' "$work/bulletin.json" >"$work/forged.json"
! "$python" "$root/Tests/Oracles/bulletin_verify.py" "$work/bulletin.pub" "$work/forged.json" 2>/dev/null || fail "a forged one is believed"
