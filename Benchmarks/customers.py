"""Customers: how many a second are taken in, matched and committed, and how soon somebody is found among them."""
import json
import random

from companies import companies
from harness import (HOME, INBOUND, SERVICES, answer, peak, processor_seconds, purge, ready, record, service, spent, sql,
                     twin, unique, until)

def bring(count, seed):
    """Has the customer service take in some customers; every one must come home."""
    source = unique("customers")
    path, home = HOME / f"{source}.ndjson", {}
    with open(path, "w") as out:
        for company, first in companies(count, seed):
            home[company["code"]] = first
            out.write(json.dumps(company, ensure_ascii=False, separators=(",", ":")) + "\n")
    before = processor_seconds()

    def taken():
        if publisher.poll():
            raise SystemExit("error: the publisher failed")
        return int(sql("customer", f"select count(*) from account where source = '{source}'")[0][0])

    publisher = twin("publish", INBOUND, "customer.reported.v1", path, source, 1000, "customer.reported.v1", "code")
    ended = until("every customer is taken in", lambda: taken() == count, 1800)
    started = answer(publisher)["started"]
    after = processor_seconds()
    apart = [code for code, customer in
             sql("customer", f"select code, customer_id from account where source = '{source}'")
             if customer != home.setdefault("id " + home[code], customer)]
    if apart:
        raise SystemExit(f"error: {len(apart)} accounts are not with their company, such as {apart[0]}")
    path.unlink()
    return {"customers": count, "seconds": round(ended - started, 3), "perSecond": round(count / (ended - started)),
            "processorSecondsPer1000": spent(before, after, count, "customer", "broker", "database")}


def part_customers(options):
    """Taken in, matched and committed, until 200,000 are there; then who somebody is, asked 200 times a second."""
    for name in SERVICES:
        service("stop", name)
    purge()
    service("start", "customer")
    ready("customer")
    share, seed = 40_000, 1
    while int(sql("customer", "select count(*) from account")[0][0]) < options.customers:
        have = int(sql("customer", "select count(*) from account")[0][0])
        record(measure="customers-taken", known=have, **bring(min(share, options.customers - have), seed))
        seed += 1
    rate, questions = 200, HOME / "resolve.ndjson"
    known = list(companies(share, 1))
    for number in range(1, options.rounds + 1):
        chance = random.Random(number)
        with open(questions, "w") as out:
            for _ in range(rate * 10):
                company = chance.choice(known)[0]
                values = {"name": company["name"]}
                if chance.random() < 0.5:
                    values["phone"] = company["phones"][0]
                out.write(json.dumps({"query": "parties.resolve", "parameters": [
                    {"name": name, "value": value} for name, value in values.items()]}, ensure_ascii=False) + "\n")
        asked = answer(twin("ask", "waybill.commands", "customer.run-query.v1", "waybill.replies", questions, rate))
        record(measure="resolve", known=int(sql("customer", "select count(*) from account")[0][0]), round=number,
               peakMiB=peak("customer"), **asked)
    for name in SERVICES:
        service("start", name)
        ready(name)
