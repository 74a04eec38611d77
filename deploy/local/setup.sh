#!/usr/bin/env bash
# Installs what is missing: the broker, the database, the two C libraries and what the tests call. Quick when all is
# there. Debian and its like, by apt; elsewhere it says what is needed.
. "$(dirname "$0")/lib.sh"
packages=()
need() { # PACKAGE TEST…
    local package="$1"
    shift
    "$@" >/dev/null 2>&1 || packages+=("$package")
}
need rabbitmq-server test -x /usr/lib/rabbitmq/bin/rabbitmq-server
need librabbitmq-dev test -f /usr/include/amqp.h
need libpq-dev sh -c 'test -f /usr/include/postgresql/libpq-fe.h || pkg-config --exists libpq'
need postgresql sh -c 'ls -d /usr/lib/postgresql/*/bin/initdb'
need pkg-config command -v pkg-config
need gcc command -v gcc
need amqp-tools command -v amqp-publish
need python3 command -v python3
need python3-pika sh -c 'python3 -c "import pika" || /usr/bin/python3 -c "import pika"'
need python3-networkx sh -c 'python3 -c "import networkx" || /usr/bin/python3 -c "import networkx"'
need libcurl4-openssl-dev sh -c 'ls /usr/include/*/curl/curl.h /usr/include/curl/curl.h | grep .'
need libxml2-dev test -d /usr/include/libxml2
need openssl command -v openssl
need curl command -v curl
need jq command -v jq
need iproute2 command -v ip
need golang-go command -v go
need golang-github-rabbitmq-amqp091-go-dev test -d /usr/share/gocode/src/github.com/rabbitmq/amqp091-go
if [ ${#packages[@]} -gt 0 ]; then
    install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}")
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "as root, please: apt-get install ${packages[*]}"
        install=(sudo "${install[@]}")
    fi
    command -v apt-get >/dev/null || die "needed, and no apt here to install it: ${packages[*]}"
    say "installing: ${packages[*]}"
    if [ "$(id -u)" = 0 ]; then apt-get update -qq; else sudo apt-get update -qq; fi
    "${install[@]}" >/dev/null
fi
command -v swift >/dev/null || die "no Swift here: install Swift 6.3 from https://www.swift.org/install"
# The CDNOW data, which the models of buying are checked against: without it those tests are skipped.
if [ ! -d "$root/.build/oracles/lifetimes" ]; then
    python3 -m pip install --quiet --no-deps --target "$root/.build/oracles" lifetimes==0.11.3 2>/dev/null ||
        say "the package lifetimes cannot be had: its tests will be skipped"
fi
say "set-up: everything is there"
