#!/usr/bin/env python3
"""Companies, made up: Chinese names of place, brand, trade and legal form; each twentieth again under another code.

usage: companies.py COUNT SEED        (a CSV for `waybill match`: id, name, phone, address, creditCode, and whose it is)
"""
import csv
import random
import sys

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


if __name__ == "__main__":
    writer = csv.writer(sys.stdout)
    writer.writerow(["id", "name", "phone", "address", "creditCode", "truth"])
    for company, first in companies(int(sys.argv[1]), int(sys.argv[2])):
        writer.writerow([company["code"], company["name"], company["phones"][0], company["address"], company["creditCode"],
                         first])
