#!/usr/bin/env bash
# A private broker and database for tests; prints the variables that the tests look for.
#
# usage: eval "$(deploy/local/test-servers.sh start DIR)"     start, and set the variables in this shell
#        deploy/local/test-servers.sh stop DIR                stop both and delete DIR
. "$(dirname "$0")/lib.sh"
[ $# -eq 2 ] || { sed -n '2,5p' "$0"; exit 64; }
dir="$2"
case "$1" in
start)
    mkdir -p "$dir"
    dir="$(cd "$dir" && pwd)"
    "$here/certificates.sh" "$dir/certificates" --wrong >&2
    export TLS_CERTIFICATES="$dir/certificates"
    "$here/broker.sh" start "$dir/broker" >&2 &
    broker=$!
    FSYNC=off "$here/database.sh" start "$dir/database" >&2
    wait "$broker"
    . "$dir/broker/ports"
    cat <<VARIABLES
export WAYBILL_TEST_AMQP_URL='amqp://guest:guest@127.0.0.1:$amqp'
export WAYBILL_TEST_CERTIFICATES='$dir/certificates'
export WAYBILL_TEST_AMQPS_PORT='$(cat "$dir/broker/tls-port")'
export WAYBILL_TEST_MANAGEMENT_URL='http://guest:guest@127.0.0.1:$management'
export WAYBILL_TEST_POSTGRES_URL='$("$here/database.sh" url "$dir/database")'
VARIABLES
    ;;
stop)
    "$here/broker.sh" stop "$dir/broker" || true
    "$here/database.sh" stop "$dir/database" || true
    for note in "$dir"/*/*.elsewhere; do [ ! -f "$note" ] || rm -rf "$(dirname "$(cat "$note")")"; done
    rm -rf "$dir"
    ;;
*) die "unknown command '$1'" ;;
esac
