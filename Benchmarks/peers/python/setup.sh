#!/usr/bin/env bash
# Makes a virtual environment in $BENCH_BUILD with what the Python peer needs.
set -euo pipefail
[ -x "$BENCH_BUILD/python/bin/python" ] || python3 -m venv "$BENCH_BUILD/python"
"$BENCH_BUILD/python/bin/pip" install --quiet --disable-pip-version-check 'aio-pika>=9,<11' 'asyncpg>=0.29' 'uvloop>=0.19'
