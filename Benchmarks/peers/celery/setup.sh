#!/usr/bin/env bash
# Makes a virtual environment in $BENCH_BUILD with what the Celery peer needs.
set -euo pipefail
[ -x "$BENCH_BUILD/celery/bin/python" ] || python3 -m venv "$BENCH_BUILD/celery"
"$BENCH_BUILD/celery/bin/pip" install --quiet --disable-pip-version-check 'celery>=5.4,<6' 'psycopg[binary]>=3.1,<4'
