#!/usr/bin/env bash
# Runs the walk of docs/business/servicedesk/needs.md exactly as it stands there, against services of its own: a need that is seen at the
# service desk becomes a lead, an opportunity and a margin, and comes back to who saw it.
#
# usage: needs.sh
. "$(dirname "$0")/system.sh"
system needs
walk business/servicedesk/needs.md 20 "The walk"
waybill reconcile --json >/dev/null || fail "something is missing"
