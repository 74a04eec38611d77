#!/usr/bin/env bash
# Stops what 'make up' started: services first, then broker and database. With --purge deletes all data.
. "$(dirname "$0")/lib.sh"
home="${WAYBILL_HOME:-$root/.waybill}"
[ -d "$home/run" ] || { say "nothing is up under $home"; exit 0; }
for service in "${services[@]}" "$console"; do WAYBILL_HOME="$home" "$here/service.sh" stop "$service" & done
wait
if [ -f "$home/broker/cluster-env" ]; then
    "$here/cluster.sh" stop "$home/broker"
else
    "$here/broker.sh" stop "$home/broker"
fi
"$here/database.sh" stop "$home/database"
if [ "${1:-}" = --purge ]; then
    for note in "$home"/*/*.elsewhere; do [ ! -f "$note" ] || rm -rf "$(dirname "$(cat "$note")")"; done
    rm -rf "$home"
fi
say "down"
