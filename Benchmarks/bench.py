#!/usr/bin/env python3
"""The benchmark: the whole safe path beside raw twins, in one run, on a private broker and database.

usage: run.sh [--quick] [--rounds N] [--orders N] [--only PART,…] [--results FILE]

Parts: start (ready time, idle memory), finance (one finance service beside the raw broker and batches of one), five
(all five services), latency (publish to alert, open loop); only when named: retention (finance with an inbox and an
outbox of --rows rows beside an empty one, and while old days are dropped). Each round ends with a check of what came out against what
the orders say, computed here with decimals; a round that fails it has no figure and the run ends with exit code 1.
Prints JSON lines while it goes and a table at the end. Figures compare only within one run.
"""
import argparse
import json
from pathlib import Path

from harness import machine, record, results, say
from peers import part_peers
from rounds import part_finance, part_five, part_latency, part_retention, part_start
from table import table


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, under two minutes")
    parser.add_argument("--rounds", type=int, help="rounds of each measure (5; quick: 1)")
    parser.add_argument("--orders", type=int, help="orders a round (40000; quick: 10000)")
    parser.add_argument("--only", help="parts, separated by commas: start, finance, five, latency, retention")
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of inbox and outbox for the part retention")
    parser.add_argument("--results", help="also write the JSON lines to this file")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 5)
    options.orders = options.orders or (10_000 if options.quick else 40_000)
    parts = {"start": part_start, "finance": part_finance, "five": part_five, "latency": part_latency}
    record(**machine())
    everything = {**parts, "retention": part_retention, "peers": part_peers}
    for name in options.only.split(",") if options.only else parts:
        if name not in everything:
            parser.error(f"no part is called '{name}': " + ", ".join(everything))
        say(f"== {name}")
        everything[name](options)
    table()
    if options.results:
        Path(options.results).write_text("".join(json.dumps(row) + "\n" for row in results))


main()
