#!/usr/bin/env python3
"""Reminders of open invoices, computed apart from the service, day by day.

usage: reminders.py FILE FIRST LAST      FILE: {"id", "issued", "due", "paid": day or null} a line, days of China
       reminders.py --working-days YEAR

At the end of every day from FIRST to LAST, for every invoice issued by then and not paid by then, the reminder of the
next day is told, or an earlier one that nobody has told yet; of several only the last. Prints [id, offset, planned day,
day at whose end it is told] a line.

The holidays are those of the notices of the General Office of the State Council, written as the notices write them:
from … to …, and the days worked in exchange.
"""
import json
import sys
from datetime import date, timedelta

NOTICES = {
    2012: ("01-01..01-03 01-22..01-28 04-02..04-04 04-29..05-01 06-22..06-24 09-30..10-07",
           "01-21 01-29 03-31 04-01 04-28 09-29"),
    2013: ("01-01..01-03 02-09..02-15 04-04..04-06 04-29..05-01 06-10..06-12 09-19..09-21 10-01..10-07",
           "01-05 01-06 02-16 02-17 04-07 04-27 04-28 06-08 06-09 09-22 09-29 10-12"),
    2014: ("01-01..01-01 01-31..02-06 04-05..04-07 05-01..05-03 05-31..06-02 09-06..09-08 10-01..10-07",
           "01-26 02-08 05-04 09-28 10-11"),
    2023: ("01-01..01-02 01-21..01-27 04-05..04-05 04-29..05-03 06-22..06-24 09-29..10-06",
           "01-28 01-29 04-23 05-06 06-25 10-07 10-08"),
    2024: ("01-01..01-01 02-10..02-17 04-04..04-06 05-01..05-05 06-10..06-10 09-15..09-17 10-01..10-07",
           "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12"),
    2025: ("01-01..01-01 01-28..02-04 04-04..04-06 05-01..05-05 05-31..06-02 10-01..10-08",
           "01-26 02-08 04-27 09-28 10-11"),
    2026: ("01-01..01-03 02-15..02-23 04-04..04-06 05-01..05-05 06-19..06-21 09-25..09-27 10-01..10-07",
           "01-04 02-14 02-28 05-09 09-20 10-10"),
}
OFFSETS = [-7, 0, 7, 15, 30, 60]
DAY = timedelta(days=1)


def calendar():
    holidays, exchanged = set(), set()
    for year, (off, on) in NOTICES.items():
        for period in off.split():
            first, last = (date.fromisoformat(f"{year}-{end}") for end in period.split(".."))
            while first <= last:
                holidays.add(first)
                first += DAY
        exchanged.update(date.fromisoformat(f"{year}-{day}") for day in on.split())
    return holidays, exchanged


HOLIDAYS, EXCHANGED = calendar()


def works(day):
    if day.year not in NOTICES:
        raise SystemExit(f"no notice for {day.year}")
    return day in EXCHANGED or (day.isoweekday() < 6 and day not in HOLIDAYS)


def planned(issued, due):
    for offset in OFFSETS:
        day = due + offset * DAY
        while not works(day):
            day += -DAY if offset < 0 else DAY
        if day >= issued:
            yield offset, day


def main():
    if sys.argv[1] == "--working-days":
        day = date(int(sys.argv[2]), 1, 1)
        while day.year == int(sys.argv[2]):
            if works(day):
                print(day)
            day += DAY
        return
    invoices = []
    with open(sys.argv[1]) as file:
        for line in file:
            row = json.loads(line)
            issued, due = date.fromisoformat(row["issued"]), date.fromisoformat(row["due"])
            paid = date.fromisoformat(row["paid"]) if row.get("paid") else None
            invoices.append((row["id"], issued, paid, list(planned(issued, due)), set()))
    day, last = (date.fromisoformat(text) for text in sys.argv[2:4])
    while day <= last:
        for number, issued, paid, plan, told in invoices:
            if issued > day or (paid is not None and paid <= day):
                continue
            latest = max(told, default=-1000)
            ripe = [(offset, when) for offset, when in plan if when <= day + DAY and offset > latest]
            if ripe:
                told.add(ripe[-1][0])
                print(json.dumps([number, ripe[-1][0], ripe[-1][1].isoformat(), day.isoformat()]))
        day += DAY


if __name__ == "__main__":
    main()
