#!/usr/bin/env python3
"""Checks 'waybill authority decide' and 'simulate' against an interpreter of its own: random matrices, random deals.

usage: quote_authority.py WAYBILL [--matrices 40] [--deals 300] [--seed 1]

The interpreter reads the matrix' file and works with exact fractions. Edges are tried on purpose: a discount, a margin or an amount
that is just what a condition says, and just beyond it; deals of which something is not known; amounts of another currency. Whoever
signs is compared in words, and of two matrices how many quotes would go from which cell to which.
"""
import argparse, collections, csv, io, json, os, random, subprocess, sys, tempfile
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

COLUMNS = ("quoteId,number,nodes,businessLine,items,amount,listed,cost,currency,paymentDays,creditState,acceptance,cell,"
           "signers").split(",")
CREDIT, ACCEPTANCE = ["ok", "watch", "hold", "stop"], ["open", "needs-approval", "stopped"]
NODES = [["KS01", "EAST", "G"], ["SH01", "EAST", "G"], ["GZ01", "SOUTH", "G"], []]
LINES, ITEMS = ["air-freight", "sea-freight", "customs", ""], ["air-kg", "sea-cbm", "entry", "hour"]


def holds(cell, deal, matrix):
    """Whether all conditions of a cell hold; what is not known holds."""
    def among(wanted, have): return not wanted or any(word in wanted for word in have)
    if not among(cell.get("nodes"), deal["nodes"].split()): return False
    if cell.get("businessLines") and deal["businessLine"] not in cell["businessLines"]: return False
    if not among(cell.get("items"), deal["items"].split()): return False
    for key, field in (("creditStates", "creditState"), ("acceptance", "acceptance")):
        if cell.get(key) and deal[field] and deal[field] not in cell[key]: return False
    amount = Fraction(deal["amount"])
    listed, cost = (Fraction(deal[name]) if deal[name] else None for name in ("listed", "cost"))
    if "discountAbove" in cell and listed is not None and listed > 0:
        if not (listed - amount) * 100 / listed > Fraction(cell["discountAbove"]): return False
    days = int(deal["paymentDays"]) if deal["paymentDays"] else matrix.get("paymentDays", 0)
    credit = amount * Fraction(matrix.get("creditCost", "0")) * days / 36500
    sign = -1 if credit < 0 else 1
    exact = Decimal(abs(credit).numerator) / Decimal(abs(credit).denominator)
    credit = sign * Fraction(exact.quantize(Decimal("0.0001"), ROUND_HALF_UP))
    margin = None if cost is None else amount - cost - credit
    same = deal["currency"] == matrix["currency"]
    if "marginBelow" in cell and same and margin is not None:
        if not margin < Fraction(cell["marginBelow"]): return False
    if "marginRateBelow" in cell and margin is not None and amount > 0:
        if not margin * 100 / amount < Fraction(cell["marginRateBelow"]): return False
    if "amountAbove" in cell and same and not amount > Fraction(cell["amountAbove"]): return False
    return True


def signers(cell):
    def whom(step):
        return {"manager": "manager", "managers": f"{step.get('levels', 1)} managers", "role": step.get("role", ""),
                "person": "+".join(step.get("logins", []))}[step["signer"]]
    return ", ".join(f"{whom(step)} ({step['order']})" for step in cell["steps"])


def decide(matrix, deal):
    return next(cell for cell in matrix["cells"] if holds(cell, deal, matrix))


def step(pick):
    signer = pick.choice(["manager", "managers", "role", "person"])
    made = {"signer": signer, "order": pick.choice(["sequential", "any", "all"])}
    if signer == "managers": made["levels"] = pick.randint(1, 5)
    if signer == "role": made["role"] = pick.choice(["branch-manager", "division-head", "finance-controller", "executive"])
    if signer == "person": made["logins"] = pick.sample(["wang.fang", "zhao.min", "li.wei"], pick.randint(1, 3))
    return made


def matrix_of(pick, version):
    cells = []
    for number in range(pick.randint(0, 9)):
        cell = {"cell": f"cell-{number}"}
        if pick.random() < .3: cell["nodes"] = pick.sample(["KS01", "SH01", "EAST", "SOUTH", "G"], pick.randint(1, 2))
        if pick.random() < .3: cell["businessLines"] = pick.sample(LINES[:3], pick.randint(1, 2))
        if pick.random() < .2: cell["items"] = pick.sample(ITEMS, pick.randint(1, 2))
        if pick.random() < .4: cell["discountAbove"] = str(pick.choice([-10, 0, 5, 10, 12.5, 20]))
        if pick.random() < .3: cell["marginBelow"] = pick.choice(["0.00", "50.00", "100.00", "-20.00"])
        if pick.random() < .4: cell["marginRateBelow"] = str(pick.choice([0, 5, 10, 12.5, 30, -5]))
        if pick.random() < .4: cell["amountAbove"] = pick.choice(["100.00", "300.00", "1000.00"])
        if pick.random() < .2: cell["creditStates"] = pick.sample(CREDIT, pick.randint(1, 3))
        if pick.random() < .2: cell["acceptance"] = pick.sample(ACCEPTANCE, pick.randint(1, 2))
        if len(cell) == 1: cell["amountAbove"] = "500.00"
        cell["steps"] = [step(pick) for _ in range(pick.randint(1, 3))]
        cells.append(cell)
    cells.append({"cell": "rest", "steps": [step(pick)]})
    made = {"version": version, "from": "2026-01-01", "currency": "CNY", "cells": cells}
    if pick.random() < .6: made["creditCost"] = str(pick.choice([0, 4.35, 6, 12]))
    if pick.random() < .6: made["paymentDays"] = pick.choice([0, 30, 60, 90])
    if pick.random() < .5: made["mostRise"] = str(pick.choice([0, 2.5, 5]))
    return made


def deal_of(pick, number):
    listed = Decimal(pick.choice(["100", "200", "300", "1000", "1234.56", "0"]))
    # Just at an edge, or just beyond it, as often as anywhere.
    amount = (listed * pick.choice([Decimal(90), Decimal(95), Decimal("87.5"), Decimal(100), Decimal(pick.randint(50, 120))])
              / 100).quantize(Decimal("0.01"))
    amount += pick.choice([Decimal(0), Decimal("0.01"), Decimal("-0.01")])
    if amount < 0 or pick.random() < .05: amount = Decimal(0)
    cost = (amount * pick.choice([Decimal(90), Decimal("87.5"), Decimal(95), Decimal(pick.randint(40, 130))]) / 100)
    cost = (cost + pick.choice([Decimal(0), Decimal("0.01"), Decimal("-0.01")])).quantize(Decimal("0.01"))
    return {"quoteId": f"Q-{number}", "number": "1", "nodes": " ".join(pick.choice(NODES)),
            "businessLine": pick.choice(LINES), "items": " ".join(pick.sample(ITEMS, pick.randint(1, 3))),
            "amount": f"{amount:.2f}", "listed": "" if pick.random() < .1 else f"{listed:.2f}",
            "cost": "" if pick.random() < .15 else f"{cost:.2f}", "currency": pick.choice(["CNY"] * 4 + ["USD"]),
            "paymentDays": "" if pick.random() < .3 else str(pick.choice([0, 30, 45, 120])),
            "creditState": pick.choice(CREDIT + [""]), "acceptance": pick.choice(ACCEPTANCE + [""]), "cell": "", "signers": ""}


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("waybill")
    for name, value in (("--matrices", 40), ("--deals", 300), ("--seed", 1)): parse.add_argument(name, type=int, default=value)
    given = parse.parse_args()
    pick, wrong, compared, cells, moved = random.Random(given.seed), 0, 0, collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        def path(name): return os.path.join(folder, name)
        def run(*arguments):
            done = subprocess.run([given.waybill, "authority", *arguments], capture_output=True, text=True)
            if done.returncode: sys.exit(f"'authority {' '.join(arguments)}' ended with {done.returncode}: {done.stderr}")
            return done.stdout
        former = None
        for version in range(1, given.matrices + 1):
            matrix, deals = matrix_of(pick, version), [deal_of(pick, number) for number in range(given.deals)]
            with open(path("matrix.json"), "w") as file: json.dump(matrix, file)
            with open(path("deals.csv"), "w", newline="") as file:
                out = csv.DictWriter(file, COLUMNS)
                out.writeheader()
                out.writerows(deals)
            run("check", path("matrix.json"))
            run("decide", path("deals.csv"), "--matrix", path("matrix.json"), "--out", path("decided.csv"))
            with open(path("decided.csv"), newline="") as file: decided = list(csv.DictReader(file))
            if len(decided) != len(deals): sys.exit(f"{len(deals)} deals, {len(decided)} decisions")
            for deal, told in zip(deals, decided):
                wanted = decide(matrix, deal)
                compared += 1
                cells[wanted["cell"] == "rest"] += 1
                if (told["quoteId"], told["cell"], told["signers"]) != (deal["quoteId"], wanted["cell"], signers(wanted)):
                    wrong += 1
                    if wrong < 6: print(f"{json.dumps(deal)}\n  told {told}\n  wanted {wanted['cell']}: {json.dumps(matrix)}")
            if former:
                with open(path("former.json"), "w") as file: json.dump(former, file)
                told = json.loads(run("simulate", path("matrix.json"), "--against", path("former.json"), "--deals",
                                      path("deals.csv"), "--json"))
                wanted = collections.Counter()
                for deal in deals:
                    before, after = decide(former, deal), decide(matrix, deal)
                    same = before["cell"] == after["cell"] and signers(before) == signers(after)
                    wanted[(before["cell"], after["cell"], "the same" if same else "other")] += 1
                found = {(row["before"], row["after"], row["change"]): int(row["quotes"]) for row in told["moves"]}
                moved += sum(count for key, count in wanted.items() if key[2] == "other")
                if found != dict(wanted):
                    wrong += 1
                    print(f"simulate: told {found}, wanted {dict(wanted)}")
            former = matrix
        for name, change, reason in (("no last", lambda m: m["cells"].append({"cell": "x", "amountAbove": "1.00",
                                      "steps": [{"signer": "manager", "order": "any"}]}), "never-matters"),
                                     ("open end", lambda m: m["cells"][-1].update(amountAbove="1.00"), "nobody-approves"),
                                     ("twice", lambda m: m["cells"].insert(0, dict(m["cells"][-1], amountAbove="1.00")),
                                      "duplicate-element")):
            broken = json.loads(json.dumps(former))
            change(broken)
            with open(path("broken.json"), "w") as file: json.dump(broken, file)
            done = subprocess.run([given.waybill, "authority", "check", path("broken.json")], capture_output=True, text=True)
            if done.returncode != 2 or reason not in done.stdout + done.stderr:
                wrong += 1
                print(f"{name}: ended with {done.returncode}: {done.stdout}{done.stderr}")
    print(f"{compared} deals by {given.matrices} matrices, {cells[False]} by a cell with conditions; {moved} would be signed by "
          f"others under the next matrix; {wrong} differ")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__": main()
