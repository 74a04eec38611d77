#!/usr/bin/env bash
# usage: run.sh single|batched ORDERS      (see ../README.md)
exec "$BENCH_BUILD/go/peer" "$@"
