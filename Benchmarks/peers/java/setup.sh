#!/usr/bin/env bash
# Installs what the Java peer needs (Debian's packages) and compiles it into $BENCH_BUILD.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
packages=(openjdk-17-jdk-headless librabbitmq-client-java libpostgresql-jdbc-java libjackson2-databind-java libslf4j-java)
if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
    [ "$(id -u)" = 0 ] || { echo "error: as root: apt-get install ${packages[*]}" >&2; exit 1; }
    apt-get install -y --no-install-recommends "${packages[@]}" >/dev/null
fi
mkdir -p "$BENCH_BUILD/java"
javac -Xlint:all,-processing -Werror -d "$BENCH_BUILD/java" -cp "$(. "$here/classpath.sh")" "$here"/*.java
