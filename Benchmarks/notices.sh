#!/usr/bin/env bash
# Two times of notices, to a real server of mail: how soon after an order at a loss was published its owner's mail is taken, at 200
# orders a second; and how long it takes until 100,000 notices in digests are.
#
# usage: notices.sh [NOTICES [SECONDS [RATE]]]     (against what 'make up' started under WAYBILL_HOME; 100000, 30, 200)
#
# The notifier is restarted with a file of channels of its own and, at the end, as it was. One order in ten is at a loss, each of
# a seller of its own, so that none is put together with others. The 100,000 are raised by the broker's user of finance, for a hundred
# people who are told hourly; when all are planned, the digests are said to be due at once, and the time until they would have
# been is not counted. Prints JSON lines, and fails when 99 of 100 mails are not taken within 2 s, or 100,000 notices not within 60 s.
# What a release does is told by release binaries, which 'make up' builds.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
export WAYBILL_HOME="${WAYBILL_HOME:-$root/.waybill}"
. "$WAYBILL_HOME/env"
export NOTICES="${1:-100000}" SECONDS_OF_LOAD="${2:-30}" RATE="${3:-200}"
python=python3
"$python" -c 'import aiosmtpd, pika' 2>/dev/null || python=/usr/bin/python3
"$python" -c 'import aiosmtpd, pika' || { echo "needs a python3 that has aiosmtpd and pika"; exit 1; }
work="$(mktemp -d)"
cp "$WAYBILL_HOME/run/profile" "$work/profile"
restore() {
    cp "$work/profile" "$WAYBILL_HOME/run/profile"
    "$root/deploy/local/service.sh" restart notifier >/dev/null
    rm -rf "$work"
}
trap restore EXIT
"$python" "$root/Benchmarks/notices.py" "$work"
