"""usage: run.py single ORDERS      (see ../README.md)    Starts the workers and says when they are through."""
import json
import os
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

import psycopg

variant, count = sys.argv[1], int(sys.argv[2])
processes = int(os.environ.get("BENCH_WORKERS", "4"))
reading, writing = os.pipe()
workers = [
    subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "worker", "worker", "--pool", "solo", "--hostname", f"peer{number}@%h",
         "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR"],
        cwd=Path(__file__).parent, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "BENCH_TELL": str(writing), "PYTHONDONTWRITEBYTECODE": "1", "C_FORCE_ROOT": "1"})
    for number in range(processes)]
os.close(writing)


def tell(word):
    found = os.read(reading, 4096)
    if not found:
        raise SystemExit("error: the workers have ended")
    return found.count(word)


try:
    started = handled = 0
    while started < processes:
        started += tell(b"r")
    print("ready", flush=True)
    began = None
    while handled < count:
        handled += tell(b".")
        began = began or time.monotonic()
    seconds = time.monotonic() - began
    print("finished", flush=True)
    address = urllib.parse.urlsplit(os.environ["BENCH_DATABASE_URL"])
    with psycopg.connect(
            host=address.hostname, port=address.port, user=address.username, password=address.password,
            dbname=address.path[1:], options=f"-c search_path={os.environ['BENCH_SCHEMA']}") as database:
        orders, unsent = database.execute(
            "select (select count(*) from orders), (select count(*) from outbox where sent_at is null)").fetchone()
    check = "ok" if (orders, unsent) == (count, 0) else f"{orders} orders, {unsent} unsent"
    print(json.dumps({"measure": "peer", "system": f"celery-{variant}", "orders": count, "seconds": seconds,
                      "rate": count / seconds, "check": check}), flush=True)
finally:
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.wait(30)
