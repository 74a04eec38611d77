#!/usr/bin/env bash
# Installs what is missing. Quick when all is there. Debian and its like, by apt; elsewhere it says what is needed.
#
# usage: setup.sh [demo | up | test]     what 'make demo' and builds for release need; and what the tests, chaos and
#                                        benchmarks call (the default)
. "$(dirname "$0")/lib.sh"
purpose="${1:-test}"
case "$purpose" in demo | up | test) ;; *) die "unknown purpose '$purpose': demo, up or test" ;; esac
packages=()
need() { # PACKAGE TEST…
    local package="$1"
    shift
    "$@" >/dev/null 2>&1 || packages+=("$package")
}
# The broker, the database, the four C libraries, and what the scripts call.
need rabbitmq-server test -x /usr/lib/rabbitmq/bin/rabbitmq-server
need librabbitmq-dev test -f /usr/include/amqp.h
need libcurl4-openssl-dev sh -c 'ls /usr/include/*/curl/curl.h /usr/include/curl/curl.h | grep .'
need zlib1g-dev test -f /usr/include/zlib.h
need libpq-dev sh -c 'test -f /usr/include/postgresql/libpq-fe.h || pkg-config --exists libpq'
need postgresql sh -c 'ls -d /usr/lib/postgresql/*/bin/initdb'
need pkg-config command -v pkg-config
need gcc command -v gcc
need python3 command -v python3
need curl command -v curl
if [ "$purpose" = test ]; then
    need amqp-tools command -v amqp-publish
    need python3-pika sh -c 'python3 -c "import pika" || /usr/bin/python3 -c "import pika"'
    need python3-jsonschema sh -c 'python3 -c "import jsonschema" || /usr/bin/python3 -c "import jsonschema"'
    need python3-aiosmtpd sh -c 'python3 -c "import aiosmtpd" || /usr/bin/python3 -c "import aiosmtpd"'
    need python3-networkx sh -c 'python3 -c "import networkx" || /usr/bin/python3 -c "import networkx"'
    need python3-venv python3 -c 'import ensurepip'
    need openssl command -v openssl
    need chromium command -v chromium
    need jq command -v jq
    need weasyprint command -v weasyprint
    need pgbouncer test -x /usr/sbin/pgbouncer
    need iproute2 command -v ip
    need golang-go command -v go
    need golang-github-rabbitmq-amqp091-go-dev test -d /usr/share/gocode/src/github.com/rabbitmq/amqp091-go
    need default-jdk-headless command -v javac
    need librabbitmq-client-java test -f /usr/share/java/amqp-client.jar
    need libslf4j-java test -f /usr/share/java/slf4j-nop.jar
fi
if [ ${#packages[@]} -gt 0 ]; then
    install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}")
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "as root, please: apt-get install ${packages[*]}"
        install=(sudo "${install[@]}")
    fi
    command -v apt-get >/dev/null || die "needed, and no apt here to install it: ${packages[*]}"
    say "installing: ${packages[*]}"
    if [ "$(id -u)" = 0 ]; then apt-get update -qq; else sudo apt-get update -qq; fi
    # A line for each package that is fetched and set up, and nothing of the rest.
    "${install[@]}" 2>&1 | sed -u -n 's/^Get:[0-9]* [^ ]* [^ ]* [^ ]* \([^ ]*\).*/  fetched \1/p
s/^Setting up \([^ ]*\).*/  set up \1/p; s/^E: /error: /p' >&2
fi
command -v swift >/dev/null || die "no Swift here: install Swift 6.3 from https://www.swift.org/install"
if [ "$purpose" != test ]; then
    say "set-up: everything is there for 'make $purpose'"
    exit 0
fi
# The CDNOW data, which the models of buying are checked against: without it those tests are skipped.
if [ ! -d "$root/.build/oracles/lifetimes" ]; then
    python3 -m pip install --quiet --no-deps --target "$root/.build/oracles" lifetimes==0.11.3 2>/dev/null ||
        say "the package lifetimes cannot be had: its tests will be skipped"
fi
# The SDK of CloudEvents, as a publisher and a reader of other people's.
if [ ! -d "$root/.build/oracles/cloudevents" ]; then
    python3 -m pip install --quiet --target "$root/.build/oracles" cloudevents==2.2.0 2>/dev/null ||
        say "the package cloudevents cannot be had: its test will be skipped"
fi
# A provider of sign-ins for the console. It has packages of its own by the dozen: in a place apart.
if [ ! -x "$root/.build/oidc/bin/python" ] || ! "$root/.build/oidc/bin/python" -c 'import pytest_iam' 2>/dev/null; then
    { python3 -m venv "$root/.build/oidc" && "$root/.build/oidc/bin/python" -m pip install --quiet pytest-iam==0.3.0 canaille==0.3.6; } >&2 2>/dev/null ||
        say "the packages pytest-iam and canaille cannot be had: the test of sign-ins by a provider will be skipped"
fi
# What drives Chromium through the console, and what looks for barriers in its pages.
if [ ! -d "$root/.build/oracles/playwright" ]; then
    python3 -m pip install --quiet --target "$root/.build/oracles" playwright==1.65.2 axe-playwright-python==0.1.8 ||
        die "the packages playwright and axe-playwright-python cannot be had"
fi
say "set-up: everything is there"
