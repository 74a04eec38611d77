#!/usr/bin/env bash
# usage: run.sh single|batched ORDERS      (see ../README.md)
exec java -XX:+UseParallelGC -Xmx512m -cp "$BENCH_BUILD/java:$(. "$(dirname "$0")/classpath.sh")" Peer "$@"
