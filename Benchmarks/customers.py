"""Customers: how many a second are taken in, matched and committed, and how soon somebody is found among them."""
import json
import random

from harness import (HOME, SERVICES, answer, peak, processor_seconds, purge, ready, record, service, spent, sql,
                     twin, unique, until)

PLACES = "上海 北京 深圳 广州 苏州 昆山 宁波 杭州 南京 无锡 青岛 天津 重庆 成都 武汉 西安 厦门 大连 合肥 佛山".split()
TRADES = "物流 电子科技 精密机械 纺织品 国际贸易 供应链管理 食品 化工 建材 医疗器械 包装 汽车零部件 家具 光电 新材料".split()
FORMS = "有限公司 有限责任公司 股份有限公司".split()
SIGNS = "华恒盛泰瑞鑫隆康宏达金诚远东方明德兴业永昌嘉百信义和润丰源海天龙凯越博立新益众联合创美佳安捷通顺宇腾辉耀晟铭泽".strip()
DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(number):
    """A credit code with its check digits (GB 32100-2015; GB 11714-1997 for the organisation's part)."""
    body = f"{number:08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2))) % 11
    code = "91310000" + body + ("X" if rest == 10 else "0" if rest == 11 else str(rest))
    return code + DIGITS[(31 - sum(DIGITS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code)) % 31) % 31]


def companies(count, seed):
    """Master records, made up: each twentieth is an earlier company again, under another code and a shorter name."""
    chance, made = random.Random(seed), []
    for number in range(count):
        if number % 20 == 19:
            first = made[chance.randrange(len(made))]
            again = {**first, "code": f"C{seed}-{number}", "name": first["name"].replace("有限责任公司", "").replace("有限公司", "")}
            yield again, first["code"]
            continue
        place, brand = chance.choice(PLACES), "".join(chance.choices(SIGNS, k=chance.choice((2, 3, 3, 4))))
        company = {"code": f"C{seed}-{number}", "name": place + brand + chance.choice(TRADES) + chance.choice(FORMS),
                   "creditCode": credit_code(seed * 1_000_000 + number), "phones": [f"13{chance.randrange(10**9):09d}"],
                   "address": f"{place}市{''.join(chance.choices(SIGNS, k=2))}路{chance.randrange(1, 2000)}号", "branch": "KS01"}
        made.append(company)
        yield company, company["code"]


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

    publisher = twin("publish", "waybill.inbound", "customer.reported.v1", path, source, 1000, "customer.reported.v1", "code")
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
