#!/usr/bin/env python3
"""The benchmark: the whole safe path beside raw twins and peers, in one run, on a private broker and database.

usage: run.sh [--quick] [--partner] [--rounds N] [--orders N] [--only PART,…] [--queued N] [--stored N] [--rows N] [--results FILE]

Parts of every run: start (ready time, idle memory), latency (publish to alert, open loop), five (all five services beside
the raw broker moving the same messages), finance (one finance service beside the raw broker, the raw database and batches of
one). What runs finance alone comes last: what it tells others and is purged would be holes in their ledgers.

Parts when named: peers (the same work in Go, Java, Python, Celery, beside finance); rawdb and rawfive (those twins alone);
scale (one, two, four copies of finance); drain (--queued orders wait in the queue, 1,000,000); stored (finance with
--stored orders in its tables, 10,000,000, beside empty ones); relay (commit to arrival of what was published); question
(whether an order would be taken, asked 500 times a second); fsync
(commits and syncs for 1,000 orders); retention (finance with an inbox and an outbox of --rows rows); customers (taken in
until there are --customers, and then found by a question).

With --partner all orders are those of a partner that has a queue of its own, by which it is told of each decision.

Each round ends with a check of what came out against what the orders say, computed here with decimals; a round that fails
it has no figure and the run ends with exit code 1. The rounds of what is compared follow one another in turn. Prints JSON
lines while it goes and a table at the end. The lines are kept in Benchmarks/results, each with the date, the commit and
the versions it belongs to, unless the run is --quick. Figures compare only within one run.
"""
import argparse
import datetime
import json
from pathlib import Path

import customers
import loads
import questions
import rawtwins
import rounds
from harness import ROOT, machine, record, results, say
from peers import part_peers
from table import table

ALWAYS = {"start": rounds.part_start, "latency": rounds.part_latency, "five": rounds.part_five,
          "finance": rounds.part_finance}
PARTS = {**ALWAYS, "peers": part_peers, "rawdb": rawtwins.part_rawdb, "rawfive": rawtwins.part_rawfive,
         "scale": loads.part_scale, "drain": loads.part_drain, "stored": loads.part_stored,
         "relay": loads.part_relay, "question": questions.part_question, "fsync": loads.part_fsync,
         "retention": rounds.part_retention, "customers": customers.part_customers}


def keep(options, about):
    """Writes the lines of this run; each says what it belongs to, so that a line can be read by itself."""
    now = datetime.datetime.now(datetime.timezone.utc)
    path = Path(options.results) if options.results else ROOT / f"Benchmarks/results/{now:%Y-%m-%dT%H%M%SZ}.jsonl"
    run = {"date": about["date"], "commit": about["commit"],
           "versions": {key: about[key] for key in ("rabbitmq", "erlang", "postgresql", "swift")}}
    path.write_text("".join(json.dumps({**row, "run": run}) + "\n" for row in results))
    say(f"kept in {path}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, under two minutes")
    parser.add_argument("--partner", action="store_true", help="the orders are of a partner with a queue of its own")
    parser.add_argument("--rounds", type=int, help="rounds of each measure (5; quick: 1)")
    parser.add_argument("--orders", type=int, help="orders a round (40000; quick: 10000)")
    parser.add_argument("--only", help="parts, separated by commas: " + ", ".join(PARTS))
    parser.add_argument("--queued", type=int, default=1_000_000, help="orders in the queue for the part drain")
    parser.add_argument("--stored", type=int, default=10_000_000, help="orders in the tables for the part stored")
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of inbox and outbox for the part retention")
    parser.add_argument("--customers", type=int, default=200_000, help="customers to take in for the part customers")
    parser.add_argument("--results", help="write the JSON lines to this file")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 5)
    options.orders = options.orders or (10_000 if options.quick else 40_000)
    names = options.only.split(",") if options.only else list(ALWAYS)
    for name in names:
        if name not in PARTS:
            parser.error(f"no part is called '{name}': " + ", ".join(PARTS))
    about = {**machine(), **({"partner": True} if options.partner else {})}
    record(**about)
    try:
        for name in names:
            say(f"== {name}")
            PARTS[name](options)
        table()
    finally:
        # What was measured before a round failed is worth keeping too.
        if options.results or not options.quick:
            keep(options, about)


main()
