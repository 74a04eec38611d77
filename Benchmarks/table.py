"""The table at the end of a run."""
import statistics

from harness import SERVICES, record, results, say


def table():
    def column(measure, key="perSecond"):
        return [row[key] for row in results if row["measure"] == measure]

    def line(name, values, unit, note=""):
        if values:
            middle = statistics.median(values)
            say(f"  {name:<34}{middle:>12,.3g} {unit:<10} {min(values):,.4g} … {max(values):,.4g}  {note}"
                if middle < 1000 else
                f"  {name:<34}{middle:>12,.0f} {unit:<10} {min(values):,.0f} … {max(values):,.0f}  {note}")

    say(f"\n  {'measure':<34}{'median':>12} {'':<10} lowest … highest")
    line("raw broker twin", column("raw-broker"), "orders/s")
    line("one finance service", column("finance"), "orders/s")
    line("  batches of one", column("batches-of-one"), "orders/s")
    for kind in ("empty", "full", "dropping"):
        line(f"finance, horizon {kind}", column(f"horizon-{kind}"), "orders/s")
    line("five services", column("five"), "orders/s")
    line("ready after start", column("ready", "seconds"), "s")
    line("idle memory of a service", column("idle", "residentMiB"), "MiB")
    for rate in sorted({row["rate"] for row in results if row["measure"] == "publish-to-alert"}):
        rows = [row for row in results if row["measure"] == "publish-to-alert" and row["rate"] == rate]
        for quantile in ("p50", "p99", "p999"):
            line(f"publish to alert, {rate}/s, {quantile}", [row[quantile] for row in rows], "ms")
    ratios = {}
    if column("finance") and column("raw-broker"):
        ratios["finance ÷ raw broker"] = [a / b for a, b in zip(column("finance"), column("raw-broker"))]
        ratios["finance ÷ batches of one"] = [a / b for a, b in zip(column("finance"), column("batches-of-one"))]
    if column("horizon-full"):
        raw = column("raw-broker")
        half = len(raw) // 2
        empty = [a / b for a, b in zip(column("horizon-empty"), raw[:half])]
        full = [a / b for a, b in zip(column("horizon-full"), raw[half:])]
        ratios["full ÷ empty horizon"] = [a / b for a, b in zip(full, empty)]
    for name, values in ratios.items():
        line(name, values, "")
        record(measure="ratio", name=name, median=round(statistics.median(values), 3),
               lowest=round(min(values), 3), highest=round(max(values), 3))
    spent = [row["processorSecondsPer1000"] for row in results if row["measure"] == "five"]
    if spent:
        own = [sum(row[name] for name in SERVICES) for row in spent]
        below = [row["broker"] + row["database"] for row in spent]
        line("CPU five ÷ broker + database", [a / b for a, b in zip(own, below)], "")
