"""The question before an order: how soon finance says whether it would be taken."""
import json
import os
import subprocess

from harness import ENV, HOME, INBOUND, SERVICES, answer, check, expectation, make_orders, ready, record, service, twin


def part_question(options):
    """Would this order be taken? Asked at 500/s, open loop: beside nothing else, and beside 200 orders a second."""
    for name in SERVICES:
        service("start", name)
        ready(name)
    path = make_orders(20_000, 4000, "known")
    publisher = twin("publish", INBOUND, "order.placed.v1", path, "known")
    subprocess.run([ENV["WAYBILL_CLI"], "status", "--wait-drained", "300"], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, **ENV})
    answer(publisher)
    check(expectation(path), "known")
    rate, questions = 500, HOME / "questions.ndjson"
    with open(questions, "w") as out:
        for number, line in enumerate(open(path)):
            if number == rate * 10:
                break
            order = json.loads(line)
            values = {"customer": order["customer"]["code"], "source": "known", "businessLine": order["businessLine"],
                      "amount": order["lines"][0]["revenue"], "currency": "CNY"}
            out.write(json.dumps({"query": "acceptance.ask", "parameters": [
                {"name": name, "value": value} for name, value in values.items()]}) + "\n")

    def ask():
        return answer(twin("ask", "waybill.commands", "finance.run-query.v1", "waybill.replies", questions, rate))

    ask()
    for number in range(1, options.rounds + 1):
        record(measure="question", beside="nothing", round=number, **ask())
        prefix = f"beside-{number}"
        orders = make_orders(200 * 12, 4100 + number, prefix, "--all-losing")
        load = twin("latency", INBOUND, "order.placed.v1", orders, prefix, "finance.margin-alerts", 200,
                    alerts=True)
        record(measure="question", beside="200 orders/s", round=number, **ask())
        answer(load)
        subprocess.run([ENV["WAYBILL_CLI"], "status", "--wait-drained", "120"], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, **ENV})
        check(expectation(orders), prefix)
