#!/usr/bin/env python3
"""Checks 'waybill rates price' against another way of pricing: a table, exact decimals, one rule after the other.

usage: rates.py WAYBILL [--shipments 10000] [--seed 1]        random shipments over random cards
       rates.py WAYBILL --freight FOLDER                      the orders of freight_rates by its 1,540 rates

In --freight an item is a carrier; a rule is what it charges on a lane by one service, mode and number of days, with a
break for each band of weight. Several rules fit nearly every order: they began on one day, so the one that stands first
in the card wins. A weight between its bands has no price. The counts are printed.
"""
import argparse, collections, csv, datetime as dt, os, random, subprocess, sys, tempfile
from decimal import ROUND_HALF_UP, Decimal, getcontext

getcontext().prec = 80
DIGITS = {"JPY": 0, "KWD": 3, "CNY": 2, "USD": 2, "EUR": 2}
CARD = ("rule,service_item,origin,destination,unit,method,from,to,minimum,maximum,rate,currency,"
        "valid_from,valid_until").split(",")
SHIPMENTS = "id,day,service_item,origin,destination,quantity,unit".split(",")


def price(shipment, rows):
    """The answer, looking at every row of the card."""
    rules = collections.OrderedDict()
    for row in rows: rules.setdefault(row["rule"], []).append(row)
    fitting, other = [], False
    for number, (name, parts) in enumerate(rules.items()):
        head = parts[0]
        if head["service_item"] != shipment["service_item"]: continue
        if head["origin"] not in ("*", shipment["origin"]): continue
        if head["destination"] not in ("*", shipment["destination"]): continue
        if head["valid_from"] and shipment["day"] < head["valid_from"]: continue
        if head["valid_until"] and shipment["day"] > head["valid_until"]: continue
        if head["unit"] != shipment["unit"]:
            other = True
            continue
        exact = (head["origin"] != "*") + (head["destination"] != "*")
        began = dt.date.fromisoformat(head["valid_from"]).toordinal() if head["valid_from"] else 0
        fitting.append((-exact, head["origin"] == "*", -began, number, name, parts))
    if not fitting: return ("", "", "", "unknown-unit" if other else "no-rule")
    *_, name, parts = min(fitting)
    head, quantity = parts[0], Decimal(shipment["quantity"])
    if head["method"] == "per-unit": amount = Decimal(head["rate"]) * quantity
    elif head["method"] == "flat": amount = Decimal(head["rate"])
    else:
        low = lambda part: Decimal(part["from"] or 0)
        own = [p for p in parts if low(p) <= quantity and (not p["to"] or quantity < Decimal(p["to"]))]
        if not own: return ("", "", name, "outside-breaks")
        head = own[0]
        if head["method"] == "break-lower":
            amount = min(Decimal(p["rate"]) * max(quantity, low(p)) for p in parts if low(p) >= low(head))
        else:
            amount = sum(Decimal(p["rate"]) * ((min(quantity, Decimal(p["to"])) if p["to"] else quantity) - low(p))
                         for p in parts if low(p) < quantity) + Decimal(0)
    if head["minimum"]: amount = max(amount, Decimal(head["minimum"]))
    if head["maximum"]: amount = min(amount, Decimal(head["maximum"]))
    unit = Decimal(1).scaleb(-DIGITS[head["currency"]])
    return (str(amount.quantize(unit, ROUND_HALF_UP)), head["currency"], name, "")


def write(path, columns, rows):
    with open(path, "w", newline="") as file:
        out = csv.DictWriter(file, columns)
        out.writeheader()
        out.writerows(rows)


def run(waybill, folder, shipments, card):
    paths = [os.path.join(folder, name) for name in ("shipments.csv", "card.csv", "prices.csv")]
    write(paths[0], SHIPMENTS, shipments)
    write(paths[1], CARD, card)
    subprocess.run([waybill, "rates", "price", paths[0], "--card", paths[1], "--out", paths[2]], check=True)
    return {row["id"]: (row["amount"], row["currency"], row["rule"], row["reason"])
            for row in csv.DictReader(open(paths[2]))}


def amount(chance, digits):
    return f"{chance.randrange(10 ** chance.randrange(1, 8)) / 10 ** digits:.{digits}f}"


def random_card(chance):
    places, items, units = ["*", "SHA", "KUL", "HAM", "LAX"], ["AIR", "SEA", "ROAD"], ["kg", "m3", "entry"]
    start, rows = dt.date(2026, 1, 1), []
    for number in range(chance.randrange(20, 120)):
        method = chance.choice(["per-unit", "flat", "break-lower", "break-incremental"])
        begins = start + dt.timedelta(chance.randrange(-400, 100))
        head = {"rule": f"R-{number}", "service_item": chance.choice(items), "origin": chance.choice(places),
                "destination": chance.choice(places), "unit": chance.choice(units[:2] + ["kg"]), "method": method,
                "minimum": chance.choice(["", amount(chance, 2)]), "maximum": "", "from": "", "to": "",
                "currency": chance.choice(list(DIGITS)), "valid_from": begins.isoformat(),
                "valid_until": chance.choice(["", (begins + dt.timedelta(chance.randrange(400))).isoformat()])}
        if chance.random() < 0.2: head["maximum"] = str(Decimal(head["minimum"] or 0) + Decimal(amount(chance, 3)))
        if method in ("per-unit", "flat"):
            rows.append(head | {"rate": amount(chance, chance.randrange(0, 7))})
            continue
        edges = sorted(chance.sample(range(1, 3000), chance.randrange(2, 7)))
        if chance.random() < 0.7: edges[0] = 0
        for index, (low, high) in enumerate(zip(edges, edges[1:])):
            if index and chance.random() < 0.15: continue    # a gap
            last = index == len(edges) - 2 and chance.random() < 0.5
            rows.append(head | {"from": str(low), "to": "" if last else str(high),
                                "rate": amount(chance, chance.randrange(0, 6))})
    return rows


def random_shipments(chance, card, count):
    edges = [Decimal(row[end]) for row in card for end in ("from", "to") if row[end]] or [Decimal(1)]
    for number in range(count):
        near = chance.choice(edges) + chance.choice([Decimal("-0.001"), Decimal(0), Decimal("0.001")])
        quantity = chance.choice([max(near, Decimal(0)), Decimal(amount(chance, 3))])
        yield {"id": f"S-{number}", "day": (dt.date(2026, 1, 1) + dt.timedelta(chance.randrange(-200, 300))).isoformat(),
               "service_item": chance.choice(["AIR", "SEA", "ROAD", "AIR", "SEA", "ROAD", "RAIL"]), "quantity": str(quantity),
               "origin": chance.choice(["SHA", "KUL", "HAM", "LAX", "BOG"]),
               "destination": chance.choice(["SHA", "KUL", "HAM", "LAX", "BOG"]),
               "unit": chance.choice(["kg", "kg", "kg", "m3", "m3", "TEU"])}


def freight(folder):
    rules = collections.OrderedDict()
    for rate in csv.DictReader(open(os.path.join(folder, "FreightRates.csv"), encoding="utf-8-sig")):
        plain = lambda name: rate[name].strip().lstrip("$").strip().replace(",", "")
        name = "/".join(rate[key].strip() for key in ("Carrier", "orig_port_cd", "dest_port_cd", "svc_cd", "mode_dsc",
                                                      "tpt_day_cnt", "Carrier type"))
        # The bands are written with their last hundredth; ours end where the next begins.
        bands = rules.setdefault(name, {})
        bands.setdefault(plain("minm_wgh_qty"), {
            "rule": name, "service_item": rate["Carrier"], "origin": rate["orig_port_cd"],
            "destination": rate["dest_port_cd"], "unit": "lb", "method": "break-lower", "from": plain("minm_wgh_qty"),
            "to": str(Decimal(plain("max_wgh_qty")) + Decimal("0.01")), "minimum": plain("minimum cost"), "maximum": "",
            "rate": plain("rate"), "currency": "USD", "valid_from": "2013-01-01", "valid_until": ""})
    rows = [row for bands in rules.values() for row in bands.values()]
    shipments = [{"id": order["Order ID"], "day": dt.datetime.strptime(order["Order Date"], "%m/%d/%y").date().isoformat(),
                  "service_item": order["Carrier"], "origin": order["Origin Port"],
                  "destination": order["Destination Port"], "quantity": order["Weight"], "unit": "lb"}
                 for order in csv.DictReader(open(os.path.join(folder, "OrderList.csv"), encoding="utf-8-sig"))]
    return shipments, rows


def compare(shipments, card, found):
    lanes = collections.defaultdict(list)
    for row in card: lanes[row["service_item"]].append(row)
    outcomes = collections.Counter()
    for shipment in shipments:
        wanted = price(shipment, lanes[shipment["service_item"]])
        if found[shipment["id"]] != wanted:
            sys.exit(f"{shipment}: {found[shipment['id']]}, wanted {wanted}")
        outcomes[wanted[3] or "priced"] += 1
    return outcomes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("waybill")
    parser.add_argument("--shipments", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--freight")
    options = parser.parse_args()
    chance, total = random.Random(options.seed), collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        if options.freight:
            shipments, card = freight(options.freight)
            total = compare(shipments, card, run(options.waybill, folder, shipments, card))
        else:
            cards = 20
            for _ in range(cards):
                card = random_card(chance)
                shipments = list(random_shipments(chance, card, options.shipments // cards))
                total += compare(shipments, card, run(options.waybill, folder, shipments, card))
    print(f"{sum(total.values())} shipments to the cent as worked out apart: "
          + ", ".join(f"{count} {what}" for what, count in sorted(total.items())))


main()
