#!/usr/bin/env bash
# A chaos run from nothing: a broker of three nodes, a database, two copies of each service, load and faults by seed.
#
# usage: run.sh [--no-build] [OPTIONS of chaos.py, such as --seed 1 --minutes 5 --rate 40]
#
# CHAOS_CONFIGURATION=debug uses debug builds; CHAOS_BINARIES names a folder of builds; CHAOS_OUT keeps plan, history,
# logs and summary (by default under .build/chaos). Exit code 0 only when nothing was lost, duplicated or unexpected.
. "$(dirname "$0")/../../deploy/local/lib.sh"
cd "$root"
configuration="${CHAOS_CONFIGURATION:-release}"
if [ "${1:-}" = --no-build ]; then
    shift
elif [ -z "${CHAOS_BINARIES:-}" ]; then
    "$here/setup.sh"
    say "building ($configuration)"
    for product in waybill FaultProxyCommand "${services[@]/#/waybill-}"; do
        swift_build "$configuration" --product "$product" | tail -1 >&2
    done
fi
binaries="${CHAOS_BINARIES:-$(swift_build "$configuration" --show-bin-path)}"
python=python3
"$python" -c 'import pika' 2>/dev/null || python=/usr/bin/python3
case " $* " in *" --plan "* | *" --help "* | *" -h "*) exec "$python" Tests/Chaos/chaos.py "$@" ;; esac
home="$(mktemp -d "${TMPDIR:-/tmp}/waybill-chaos-XXXXXX")"
chmod 711 "$home"
out="${CHAOS_OUT:-$root/.build/chaos/$(date -u +%Y%m%d-%H%M%S)}"
mkdir -p "$out"
export WAYBILL_HOME="$home"
driver=
finish() {
    [ -z "$driver" ] || kill -0 "$driver" 2>/dev/null && kill "$driver" 2>/dev/null && wait "$driver" 2>/dev/null || true
    "$here/cluster.sh" heal "$home/broker" >/dev/null 2>&1 || true
    "$here/down.sh" --purge >/dev/null 2>&1 || true
    rm -rf "$home"
}
trap finish EXIT
WAYBILL_CLUSTER=yes WAYBILL_BINARIES="$binaries" "$here/up.sh" --no-build --no-services
"$python" Tests/Chaos/chaos.py --home "$home" --out "$out" --binaries "$binaries" --cli "$binaries/waybill" \
    --proxy "$binaries/FaultProxyCommand" "$@" &
driver=$!
code=0
wait "$driver" || code=$?
driver=
say "plan, history, logs and summary: $out"
exit "$code"
