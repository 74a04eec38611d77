#!/usr/bin/env bash
# Runs the walk of docs/business/finance/finance.md exactly as it stands there, against services of its own that follow the time of the
# events: days pass as orders come.
#
# usage: finance_loop.sh
export WAYBILL_CLOCK=events
. "$(dirname "$0")/system.sh"
system finance_loop
walk business/finance/finance.md 30 "The walk"

# What the walk shows, looked at once more.
decisions="$(waybill query finance acceptance.report --json | jq -c '[.notTaken[] | [.customerCode, .orders, .revenueRefused]]')"
echo "not taken: $decisions"
[ "$(waybill query finance acceptance.report --json | jq -r '.notTaken[0].orders')" = 2 ] ||
    fail "not two orders were refused"
[ "$(waybill alerts list --customer WALK --all --level order --json | jq '[.alerts[] | select(.outcome == "recovered" and .escalatedTo == "manager.ks01")] | length')" = 6 ] ||
    fail "not all six orders' alerts went to the manager and recovered"
[ "$(waybill dead list --service finance --json | jq '.deadLetters | length')" = 0 ] || fail "a refused command stands in the dead letters"
waybill dead audit --json | jq -e '[.audit[] | select(.act == "refuse") | .reason] | sort == ["above-authority", "not-authorised"]' >/dev/null ||
    fail "the refused commands are not on record"
waybill reconcile --json >/dev/null || fail "something is missing"
