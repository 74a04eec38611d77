#!/usr/bin/env bash
# Runs the walk of docs/business/customer/customer.md exactly as it stands there, against services of its own: five codes of one company
# become one, in all services, and are taken apart again.
#
# usage: customer_walk.sh
. "$(dirname "$0")/system.sh"
system customer_walk
walk business/customer/customer.md 50 "The walk"

# What the walk shows, looked at once more.
[ "$(waybill dead list --service customer --json | jq '.deadLetters | length')" = 0 ] || fail "a refused command stands in the dead letters"
waybill dead audit --json | jq -e '[.audit[] | select(.act == "refuse") | .reason] | sort == ["not-found", "wrong-state"]' >/dev/null ||
    fail "the refused merge and the refused correction are not on record"
waybill reconcile --json >/dev/null || fail "something is missing"
