#!/usr/bin/env bash
# SIGTERM in any weather; see weather.py.
#
# usage: weather.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
exec python3 "$(dirname "$0")/weather.py"
