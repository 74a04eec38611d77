#!/usr/bin/env bash
# usage: run.sh single ORDERS      (see ../README.md)
exec "$BENCH_BUILD/celery/bin/python" "$(dirname "$0")/run.py" "$@"
