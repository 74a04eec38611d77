#!/usr/bin/env bash
# Runs the walk of docs/business/sales/quotes.md exactly as it stands there, against services of its own.
#
# usage: quotes.sh
. "$(dirname "$0")/system.sh"
system quotes
walk business/sales/quotes.md 20 "The walk"
