#!/usr/bin/env bash
# Installs what the Go peer needs (Debian's packages) and builds it into $BENCH_BUILD.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
packages=(golang-go golang-github-rabbitmq-amqp091-go-dev golang-github-jackc-pgx-v4-dev)
if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
    [ "$(id -u)" = 0 ] || { echo "error: as root: apt-get install ${packages[*]}" >&2; exit 1; }
    apt-get install -y --no-install-recommends "${packages[@]}" >/dev/null
fi
mkdir -p "$BENCH_BUILD/go/src/waybillpeer"
cp "$here"/*.go "$BENCH_BUILD/go/src/waybillpeer/"
# Debian's libraries lie in a GOPATH, without modules.
cd "$BENCH_BUILD/go/src/waybillpeer"
GO111MODULE=off GOFLAGS= GOPATH="$BENCH_BUILD/go:/usr/share/gocode" \
    GOCACHE="${GOCACHE:-$BENCH_BUILD/go/cache}" go build -o "$BENCH_BUILD/go/peer" .
