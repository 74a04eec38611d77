#!/usr/bin/env bash
# A rolling change under load: two copies of each service are replaced one at a time by a build with a newer contract and
# a newer schema, while connections break. Nothing may be lost or happen twice.
#
# usage: rolling.sh [OPTIONS of chaos.py, such as --seed 1 --minutes 2]
. "$(dirname "$0")/../../deploy/local/lib.sh"
export CHAOS_CONFIGURATION="${CHAOS_CONFIGURATION:-debug}"
next="$("$root/Tests/Chaos/trial.sh")"
exec "$root/Tests/Chaos/run.sh" --seed 1 --minutes 2 --rate 40 --next "$next" \
    --only broker-reset,cut-confirm,cut-acknowledgement,cut-commit,cut-commit-answer,database-reset,broker-slow "$@"
