#!/usr/bin/env bash
# How long `waybill match` takes for many made-up companies, and how much memory: a line of JSON.
#
# usage: matching_scale.sh [RECORDS] [chinese|latin]        (1000000 chinese)
#
# chinese: names, codes, telephones and addresses; every code of one company must end in one cluster, and no cluster hold two
# companies. latin: names alone, one company in each hundredth row, 10,000 times in a million; all of it must end in one cluster
# with nobody else. Otherwise there is no figure. For a million it says whether it is within the bar, 10 minutes and 4 GB.
. "$(cd "$(dirname "$0")/.." && pwd)/deploy/local/lib.sh"
cd "$root"
swift_build release --product waybill >&2
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
if [ "${2:-chinese}" = latin ]; then
    python3 Benchmarks/applicants.py 3 many "${1:-1000000}" >"$work/truth.csv"
else
    python3 Benchmarks/companies.py "${1:-1000000}" 3 >"$work/truth.csv"
fi
python3 - "$(swift_build release --show-bin-path)/waybill" "$work" "${2:-chinese}" <<'python'
import collections, csv, json, os, subprocess, sys, time
command, work, kind = sys.argv[1:]
truth = {}
with open(f"{work}/truth.csv", encoding="utf-8") as source, open(f"{work}/in.csv", "w", encoding="utf-8", newline="") as out:
    writer = csv.writer(out)
    for row in csv.reader(source):
        writer.writerow(row[:-1])
        truth[row[0]] = row[-1]
started = time.monotonic()
process = subprocess.Popen([command, "match", f"{work}/in.csv", "--out", f"{work}/out.csv"])
_, status, usage = os.wait4(process.pid, 0)
seconds = time.monotonic() - started
if status:
    raise SystemExit("error: the command failed")
homes, clusters = collections.defaultdict(set), collections.defaultdict(set)
with open(f"{work}/out.csv", encoding="utf-8") as found:
    for row in csv.DictReader(found):
        homes[truth[row["id"]]].add(row["cluster"])
        clusters[row["cluster"]].add(truth[row["id"]])
apart = sum(len(home) > 1 for home in homes.values())
mixed = sum(len(companies) > 1 for companies in clusters.values())
most = max(collections.Counter(company for id, company in truth.items() if id != "id").values())
figure = {"measure": "match", "names": kind, "records": len(truth) - 1, "seconds": round(seconds, 1), "companies": len(homes),
          "peakMiB": round(usage.ru_maxrss / 1024), "companiesApart": apart, "clustersOfSeveral": mixed, "rowsOfTheLargest": most}
if len(truth) > 1_000_000:
    figure["withinBar"] = seconds < 600 and usage.ru_maxrss * 1024 < 4_000_000_000
print(json.dumps(figure))
often = homes.get("often", set())
sys.exit(1 if kind == "chinese" and (apart or mixed) or kind == "latin" and (len(often) != 1 or len(clusters[min(often)]) != 1) else 0)
python
