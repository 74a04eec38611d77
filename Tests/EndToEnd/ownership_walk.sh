#!/usr/bin/env bash
# Runs the walk of docs/business/sales/ownership.md exactly as it stands there, against services of its own: customers are looked
# after by orders and by assignments, somebody leaves, and what was that person's is handed over.
#
# usage: ownership_walk.sh
. "$(dirname "$0")/system.sh"
system ownership_walk
walk business/sales/ownership.md 40 "The walk"

# What the walk shows, looked at once more.
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
for service in sales finance; do
    [ "$("$WAYBILL_CLI" dead list --service "$service" --json | jq '.deadLetters | length')" = 0 ] ||
        fail "a command stands in the dead letters of $service"
done
"$WAYBILL_CLI" reconcile --json >/dev/null || fail "something is missing"
