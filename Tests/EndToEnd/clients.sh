#!/usr/bin/env bash
# What the libraries of other languages send and read: schemas against the reader, the CloudEvents SDK in all its forms.
#
# usage: clients.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
export PYTHONPATH="$root/.build/oracles"
with() { # MODULE: a python3 that has it
    local python
    for python in python3 /usr/bin/python3; do "$python" -c "import $1" 2>/dev/null && echo "$python" && return; done
    return 1
}
python="$(with jsonschema)" || { echo "no Python here has jsonschema: deploy/local/setup.sh installs it"; exit 1; }
"$python" "$root/Tests/EndToEnd/schemas.py" "$WAYBILL_CLI" "$root/Tests/ContractsTests/Golden"
if python="$(with 'pika, cloudevents.core.v1.event')"; then
    "$python" "$root/Tests/EndToEnd/cloud_events.py" "$WAYBILL_CLI"
else
    echo "skipped: the package cloudevents could not be had"
fi
