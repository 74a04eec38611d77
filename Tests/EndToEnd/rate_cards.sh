#!/usr/bin/env bash
# Runs the walk of docs/business/sales/rate-cards.md exactly as it stands there, against services of its own.
#
# usage: rate_cards.sh
. "$(dirname "$0")/system.sh"
system rate_cards
walk business/sales/rate-cards.md 20 "The walk"
