#!/usr/bin/env bash
# Runs the walk of docs/business/sales/products.md exactly as it stands there, against services of its own.
#
# usage: products.sh
. "$(dirname "$0")/system.sh"
system products
walk business/sales/products.md 20 "The walk"
