#!/usr/bin/env python3
"""Checks 'waybill complaints clocks' against another way of working the clocks out.

usage: case_clocks.py WAYBILL [--cases 10000] [--seed 1] [--helpdesk EVENTS.csv]

Random policies (zones with and without summer time, holidays, days that are made up for) and random histories of
waiting, resuming, resolving and reopening; each case is worked out here by cutting every interval at the spans of every
day it touches, with Python's own zones. --helpdesk takes the events of real tickets instead.
"""
import argparse, collections, csv, datetime as dt, json, os, random, subprocess, sys, tempfile, zoneinfo

UTC = dt.timezone.utc
OWNERS = {"opened": "us", "resumed": "us", "reopened": "us", "waiting-customer": "customer",
          "waiting-supplier": "supplier", "resolved": None, "closed": None}
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Hours:
    def __init__(self, policy):
        self.zone = zoneinfo.ZoneInfo(policy["zone"])
        self.policy, self.cache = policy, {}

    def of(self, day):
        if day not in self.cache:
            text = day.isoformat()
            if text in self.policy["workdays"]: spans = self.policy["hours"]["mon"]
            elif text in self.policy["holidays"]: spans = []
            else: spans = self.policy["hours"][DAYS[day.weekday()]]
            self.cache[day] = [tuple(self.instant(day, end) for end in span.split("-")) for span in sorted(spans)]
        return self.cache[day]

    def instant(self, day, text):
        hour, minute = map(int, text.split(":"))
        if hour == 24: day, hour = day + dt.timedelta(1), 0
        return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone).astimezone(UTC)

    def pieces(self, start, end):
        """The business intervals between two instants; without an end, for ten years."""
        day = start.astimezone(self.zone).date() - dt.timedelta(1)
        last = (end or start + dt.timedelta(3660)).astimezone(self.zone).date() + dt.timedelta(1)
        while day <= last:
            for a, b in self.of(day):
                a, b = max(a, start), b if end is None else min(b, end)
                if a < b: yield a, b
            day += dt.timedelta(1)


def clocks(events, hours, target):
    events = sorted(events, key=lambda event: event[0])
    spent = collections.Counter()
    owner, since, breached = None, None, None
    for at, kind in events:
        if owner:
            for a, b in hours.pieces(since, at):
                need = target - spent["us"]
                if owner == "us" and breached is None and b - a >= dt.timedelta(seconds=need):
                    breached = a + dt.timedelta(seconds=need)
                spent[owner] += (b - a).total_seconds()
        since = at
        if kind in OWNERS: owner = OWNERS[kind]
    due = breached
    if due is None and owner == "us":
        need = dt.timedelta(seconds=target - spent["us"])
        for a, b in hours.pieces(since, None):
            if b - a >= need:
                due = a + need
                break
            need -= b - a
    return [int(spent[name]) for name in ("us", "customer", "supplier")] + [due, breached]


def policy(random):
    spans = lambda: random.choice([[], ["09:00-12:00", "13:00-18:00"], ["08:30-17:15"], ["00:00-24:00"],
                                   ["22:00-24:00", "00:00-01:00"], ["06:00-07:30", "20:15-23:45"], ["01:00-04:00"]])
    start = dt.date(2025, 1, 1)
    some = lambda n: [(start + dt.timedelta(random.randrange(900))).isoformat() for _ in range(n)]
    holidays = sorted(set(some(40)))
    return {"zone": random.choice(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                                   "Asia/Kolkata", "America/St_Johns", "Pacific/Auckland", "UTC"]),
            "hours": {day: (spans() if index else ["09:00-12:00", "13:00-18:00"]) for index, day in enumerate(DAYS)},
            "holidays": holidays, "workdays": sorted(set(some(20)) - set(holidays)),
            "targets": {"resolve": random.choice([60, 3600, 8 * 3600, 40 * 3600, 123_457])}}


def history(random, number):
    at = dt.datetime(2025, 3, 1, tzinfo=UTC) + dt.timedelta(seconds=random.randrange(600 * 86_400))
    kinds = list(OWNERS) + ["assigned"]
    events = []
    for index in range(random.randrange(1, 12)):
        events.append((at, "opened" if index == 0 and random.random() < 0.9 else random.choice(kinds)))
        at += dt.timedelta(seconds=1 + random.choice([random.randrange(3600), random.randrange(86_400 * 3),
                                                      random.randrange(86_400 * 20)]))
    return events


def helpdesk(path):
    kinds = {"Assign seriousness": "opened", "Take in charge ticket": "assigned", "Wait": "waiting-customer",
             "Require upgrade": "waiting-supplier", "Resolve ticket": "resolved", "Closed": "closed",
             "Schedule intervention": "resumed", "Resolve SW anomaly": "resumed"}
    zone, cases = zoneinfo.ZoneInfo("Europe/Rome"), collections.defaultdict(list)
    for row in csv.DictReader(open(path, encoding="utf-8-sig")):
        at = dt.datetime.strptime(row["Complete Timestamp"], "%Y/%m/%d %H:%M:%S").replace(tzinfo=zone)
        cases[row["Case ID"]].append((at.astimezone(UTC), kinds.get(row["Activity"], "assigned")))
    return cases


def check(waybill, rules, cases, folder, random):
    hours, target = Hours(rules), rules["targets"]["resolve"]
    lines = [(name, at, kind) for name, events in cases.items() for at, kind in events]
    # Ties keep their order in the file, so only cases are mixed when two events share an instant.
    if all(len({at for at, _ in events}) == len(events) for events in cases.values()): random.shuffle(lines)
    paths = [os.path.join(folder, name) for name in ("events.csv", "policy.json", "clocks.csv")]
    with open(paths[0], "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["case", "at", "event"])
        for name, at, kind in lines:
            offset = dt.timezone(dt.timedelta(minutes=random.choice([0, 480, -210])))
            out.writerow([name, at.astimezone(offset).isoformat(), kind])
    with open(paths[1], "w") as file: json.dump(rules, file)
    subprocess.run([waybill, "complaints", "clocks", paths[0], "--policy", paths[1], "--out", paths[2]], check=True)
    found = {row["case"]: row for row in csv.DictReader(open(paths[2]))}
    assert found.keys() == cases.keys(), "not the same cases"
    time = lambda text: dt.datetime.fromisoformat(text).astimezone(UTC) if text else None
    for name, events in cases.items():
        row = found[name]
        got = [int(row["business_seconds_" + who]) for who in ("us", "customer", "supplier")]
        got += [time(row["due_at"]), time(row["breached_at"])]
        wanted = clocks(events, hours, target)
        if got != wanted:
            sys.exit(f"{name} under {rules['zone']}: {got}, wanted {wanted}\n{events}\n{json.dumps(rules)}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("waybill")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--helpdesk")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        if options.helpdesk:
            cases = helpdesk(options.helpdesk)
            rules = policy(chance) | {"zone": "Europe/Rome"}
            check(options.waybill, rules, cases, folder, chance)
            print(f"{len(cases)} real cases, all clocks as worked out apart")
            return
        done, policies = 0, 20
        for _ in range(policies):
            count = options.cases // policies
            check(options.waybill, policy(chance), {f"C-{n}": history(chance, n) for n in range(count)}, folder, chance)
            done += count
        print(f"{done} cases under {policies} policies, all clocks as worked out apart")


if __name__ == "__main__":
    main()
