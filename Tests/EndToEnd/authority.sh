#!/usr/bin/env bash
# Runs the walk of docs/business/sales/authority.md exactly as it stands there, against services of its own.
#
# usage: authority.sh
. "$(dirname "$0")/system.sh"
system authority
walk business/sales/authority.md 20 "The walk"
