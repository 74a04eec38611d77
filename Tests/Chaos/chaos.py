#!/usr/bin/env python3
"""One chaos run over what run.sh has started: load and faults by seed, then drain, then account for everything.

usage: chaos.py --home DIR --out DIR --binaries DIR --cli FILE --proxy FILE [--seed N] [--minutes M] [--rate R]
                [--pause S] [--drain S] [--next DIR] [--only KIND,…] [--[no-]partners] [--tally] [--plan] [KEY=VALUE …]

--plan prints the plan and ends. --next brings the schemas up to the build in DIR after a third of the time, and then
replaces every copy by it, one after the other. --partners (what 'make chaos' and 'make test' do) has three partners publish, each with a queue of its own, and
what each hears accounted for. --tally has a trial build count each effect by itself. KEY=VALUE goes to
the services' environment. Exit code 0 only when nothing was lost, duplicated or unexpected.
"""
import argparse
import json
import signal
import sys
import threading
import time
from pathlib import Path

import check
import mail
import partners
import people
from faults import Breaker
from load import Load
from operations import operations, setup
from plan import KINDS, SERVICES, plan
from world import World, wait_for


def main():
    # Asked to end, it ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("home", "out", "binaries", "cli", "proxy", "next"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--rate", type=float, default=40, help="operations a second")
    parser.add_argument("--pause", type=float, default=4, help="seconds between two faults, on average")
    parser.add_argument("--only", default="", help="only these kinds of fault")
    parser.add_argument("--drain", type=float, default=240, help="seconds within which everything must be empty at the end")
    parser.add_argument("--partners", action=argparse.BooleanOptionalAction, default=False, help="three partners, each with a queue of its own")
    parser.add_argument("--tally", action="store_true")
    parser.add_argument("--plan", action="store_true")
    parser.add_argument("environment", nargs="*")
    options = parser.parse_args()
    seconds = options.minutes * 60
    only = set(filter(None, options.only.split(",")))
    if unknown := only - {kind for kind, _ in KINDS}:
        parser.error(f"no kind of fault: {', '.join(unknown)}")
    if options.next:
        # What an older build refuses is to start on a newer schema: a copy that is killed meanwhile stays down.
        only = (only or {kind for kind, _ in KINDS}) - {"kill-service", "roll-service"}
    faults = plan(options.seed, seconds, options.pause, only)
    if options.plan:
        print("\n".join(map(str, faults)))
        return 0

    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "plan.txt").write_text("\n".join(map(str, faults)) + "\n")
    history_file = open(out / "history.jsonl", "w")
    history_lock = threading.Lock()
    started = time.monotonic()

    def history(event, **facts):
        with history_lock:
            history_file.write(json.dumps({"t": round(time.monotonic() - started, 3), "event": event, **facts}) + "\n")

    def log(text):
        print(f"{time.monotonic() - started:7.1f} s  {text}", file=sys.stderr, flush=True)

    all_operations = operations(options.seed, seconds, options.rate, options.partners)
    world = World(options.home, out, options.binaries, options.proxy, history, dict(pair.split("=", 1) for pair in options.environment))
    world.addresses = {
        f"WAYBILL_HTTP_{copy.service.upper()}": f"http://127.0.0.1:{copy.port}" for copy in world.copies if copy.number == 1}
    breaker = Breaker(world, history)
    if options.tally:
        world.count_effects()
    try:
        if options.partners:
            partners.prepare(world, options.cli)
        log(f"seed {options.seed}: {len(all_operations)} publications and {len(faults)} faults in {seconds:.0f} s")
        world.start()
        log("two copies of each service are ready")
        load = Load(world, history, all_operations)
        before = setup(options.seed, options.partners)
        people.prepare(world, load, before, wait_for)
        all_operations = before + all_operations
        log("every service goes by the organisation and the policy")
        begin = time.monotonic()
        load.start(begin)
        teller = threading.Event()

        def tell():
            while not teller.wait(30):
                log(f"{len(load.acknowledged)} operations acknowledged, {sum(breaker.done.values())} faults over, "
                    f"{len(world.surprises)} surprises")

        threading.Thread(target=tell, daemon=True).start()
        stop = threading.Event()
        change = threading.Thread(target=breaker.change_build, args=(options.next, seconds / 3, options.seed, log), daemon=True)
        if options.next:
            change.start()
        breaker.run(faults, begin, lambda wait: stop.wait(max(0, wait)))
        if options.next:
            change.join(seconds + 300)
        left = load.finish(max(60, seconds - (time.monotonic() - begin) + 60))
        log(f"everything is published; {left} were never attempted. Healing")
        breaker.heal()
        log("draining")
        try:
            wait_for("queues, hands and outboxes are empty", options.drain, lambda: is_drained(world))
        except TimeoutError as problem:
            # What did not come through is then named one by one.
            world.surprises.append(str(problem))
        try:
            wait_for("what can be handed over is handed over", 60, lambda: mail.is_handed_over(world))
        except TimeoutError as problem:
            # It waits visibly; whether anything is lost is looked at below.
            log(str(problem))
        teller.set()
        verdict = check.check(world, load, all_operations, options.cli, log, options.partners)
    finally:
        teller_is_set = locals().get("teller")
        if teller_is_set:
            teller_is_set.set()
        world.stop()
        history_file.close()
    verdict.unexpected += world.surprises
    report(options, verdict, breaker, faults, out)
    return 0 if verdict.is_good() else 1


def is_drained(world):
    for service in SERVICES:
        queue = world.manage(f"queues/%2F/{service}.inbound")
        if not queue or queue.get("messages", 1) != 0 or queue.get("messages_unacknowledged", 1) != 0:
            return False
        if world.sql(f"select count(*) from {service}.outbox_pending") != [["0"]]:
            return False
    if not all(copy.metric("waybill_messages_in_hand") == 0 for copy in world.copies):
        return False
    return all(world.sql(f"select count(*) from {service}.outbox_pending") == [["0"]] for service in SERVICES)


def report(options, verdict, breaker, faults, out):
    figures = verdict.figures
    columns = ("attempted", "acknowledged", "ok", "lost", "duplicated", "unexpected", "recovered")
    values = [figures["attempted"], figures["acknowledged"], figures["ok"], len(verdict.lost), len(verdict.duplicated),
              len(verdict.unexpected), figures["recovered"]]
    print("  ".join(f"{column:>12}" for column in columns))
    print("  ".join(f"{value:>12}" for value in values))
    print()
    print(f"publications {figures['attempts']} ({figures['failures']} without an answer, {figures['repeats']} repeats, "
          f"{figures['rubbish']} rubbish); messages of our own {figures['ledger']}")
    print(f"orders {figures['orders']}, margin {figures['margin']}, receivables {figures['receivables']}: as the oracle says"
          if verdict.is_good() else f"orders {figures['orders']}")
    print(f"people {figures['people']} moved and {figures['leavers']} left, owners of {figures['owners']} customers: as the oracle says; "
          f"policies {figures['policies']}, acts refused {figures['denied']}" if verdict.is_good() else f"owners {figures['owners']}")
    print(f"notices {figures['notices']}: {figures['mails']} mails, {figures['mails again']} of them sent once more; handovers "
          + ", ".join(f"{state} {count}" for state, count in figures["handovers"].items()))
    if "refusals heard" in figures:
        print(f"three partners have heard what is theirs, and nothing else; {figures['refusals heard']} refusals"
              if verdict.is_good() else f"refusals heard by partners {figures['refusals heard']}")
    if "effects" in figures:
        print(f"effects {figures['effects']}, each counted by itself")
    print("told once: " + ", ".join(f"{figures[name]} {name}" for name in (
        "decisions", "alerts", "clearances", "registrations", "suppliers")))
    print(f"deadlocks {figures['deadlocks']}{': ' if figures['deadlocks'] else ''}{figures['deadlocks by service']}")
    print(f"faults {sum(breaker.done.values())}: " + ", ".join(f"{kind} {count}" for kind, count in sorted(breaker.done.items())))
    if breaker.skipped:
        print(f"not possible here: {', '.join(sorted({fault.kind for fault in breaker.skipped}))}")
    for name in ("lost", "duplicated", "unexpected"):
        for text in getattr(verdict, name)[:10]:
            print(f"{name}: {text}")
    (out / "findings.txt").write_text("".join(
        f"{name}: {text}\n" for name in ("lost", "duplicated", "unexpected") for text in getattr(verdict, name)))
    summary = {"seed": options.seed, "minutes": options.minutes, "rate": options.rate, **dict(zip(columns, values)),
               "faults": breaker.done, **{name: str(value) for name, value in figures.items() if name not in columns}}
    (out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")


sys.exit(main())
