"""The table at the end of a run."""
import statistics

from harness import FIVE, record, results, say

RATES = {
    "raw-broker": "raw broker twin", "raw-broker-bare": "  without headers", "raw-database": "raw database twin",
    "raw-database-single": "  a round trip a statement", "finance": "one finance service",
    "batches-of-one": "  batches of one", "horizon-empty": "finance, horizon empty", "horizon-full": "finance, horizon full",
    "horizon-dropping": "finance, horizon dropping", "raw-five": "raw broker twin, fan-out 5", "five": "five services",
    "copies-1": "finance, one copy", "copies-2": "finance, two copies", "copies-4": "finance, four copies",
    "stored-none": "finance, nothing stored", "stored-all": "finance, orders stored", "drain": "finance, long queue"}


def column(measure, key="perSecond", **where):
    return [row[key] for row in results
            if row["measure"] == measure and key in row and all(row.get(k) == v for k, v in where.items())]


def line(name, values, unit="", note=""):
    if values:
        middle = statistics.median(values)
        form = ",.3g" if middle < 1000 else ",.0f"
        edge = ",.4g" if middle < 1000 else ",.0f"
        say(f"  {name:<38}{middle:>12{form}} {unit:<10} {min(values):{edge}} … {max(values):{edge}}  {note}".rstrip())


def quotients(first, second):
    return [a / b for a, b in zip(first, second)]


def best_peer():
    """The rates of the fastest peer of the run, and its name."""
    systems = {row["system"] for row in results if row["measure"] == "peer"}
    ranked = sorted((statistics.median(column("peer", system=name)), name) for name in systems)
    return (column("peer", system=ranked[-1][1]), ranked[-1][1]) if ranked else ([], "")


def ratios():
    raw, finance = column("raw-broker"), column("finance")
    yield "finance ÷ raw broker", quotients(finance, raw)
    yield "finance ÷ raw broker without headers", quotients(finance, column("raw-broker-bare"))
    yield "finance ÷ raw database", quotients(finance, column("raw-database"))
    yield "finance ÷ batches of one", quotients(finance, column("batches-of-one"))
    rates, name = best_peer()
    yield f"finance ÷ best peer ({name})", quotients(finance, rates)
    yield "five services ÷ raw fan-out 5", quotients(column("five"), column("raw-five"))
    yield "two copies ÷ one", quotients(column("copies-2"), column("copies-1"))
    yield "four copies ÷ one", quotients(column("copies-4"), column("copies-1"))
    for name, empty, full in (("full ÷ empty horizon", "horizon-empty", "horizon-full"),
                              ("orders stored ÷ none", "stored-none", "stored-all")):
        # Long apart, so each is measured by the raw broker of its own time.
        before, after = column(empty), column(full)
        early = quotients(before, raw[:len(before)])
        yield name, quotients(quotients(after, raw[len(before):]), early)
    five = [row["processorSecondsPer1000"] for row in results if row["measure"] == "five"]
    yield "CPU five ÷ broker + database", [
        sum(row[name] for name in FIVE) / (row["broker"] + row["database"]) for row in five]


def table():
    say(f"\n  {'measure':<38}{'median':>12} {'':<10} lowest … highest")
    for measure, name in RATES.items():
        line(name, column(measure), "orders/s")
    for system in sorted({row["system"] for row in results if row["measure"] == "peer"}):
        line(f"peer {system}", column("peer", system=system), "orders/s")
    for row in results:
        if row["measure"] == "peer-not-installed":
            say(f"  peer {row['system']:<33} not installed: {row['reason'].splitlines()[-1]}")
    line("ready after start", column("ready", "seconds"), "s")
    line("idle memory of a service", column("idle", "residentMiB"), "MiB")
    for measure in ("finance", "drain"):
        line(f"most memory, {measure}", column(measure, "peakMiB"), "MiB")
    for name in FIVE:
        line(f"most memory among five, {name}", [row[name] for row in column("five", "peakMiB")], "MiB")
    for measure, label in (("publish-to-delivery", "broker alone"), ("publish-to-alert", "publish to alert"), ("relay", "commit to arrival")):
        for rate in sorted(set(column(measure, "rate"))):
            for quantile in ("p50", "p99", "p999"):
                line(f"{label}, {rate}/s, {quantile}", column(measure, quantile, rate=rate), "ms")
    for beside in sorted(set(column("question", "beside"))):
        for quantile in ("p50", "p99"):
            line(f"question beside {beside}, {quantile}", column("question", quantile, beside=beside), "ms")
    for measure in ("raw-broker", "finance", "five"):
        spent = column(measure, "processorSecondsPer1000")
        for part in spent[0] if spent else ():
            line(f"CPU for 1,000 orders, {measure}: {part}", [row[part] for row in spent], "s")
    for kind in sorted(set(column("database-work", "kind"))):
        work = column("database-work", "per1000", kind=kind)
        for name in work[0]:
            line(f"{kind}, for 1,000 orders: {name}", [row[name] for row in work])
    for row in results:
        if row["measure"] == "sync-calls" and "calls" in row:
            say(f"  sync calls of the {row['part']} for {row['orders']:,} orders: {row['calls']}")
    for name, values in ratios():
        if values:
            line(name, values)
            record(measure="ratio", name=name, median=round(statistics.median(values), 3),
                   lowest=round(min(values), 3), highest=round(max(values), 3))
