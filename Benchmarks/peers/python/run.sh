#!/usr/bin/env bash
# usage: run.sh single|batched ORDERS      (see ../README.md)
exec "$BENCH_BUILD/python/bin/python" "$(dirname "$0")/peer.py" "$@"
