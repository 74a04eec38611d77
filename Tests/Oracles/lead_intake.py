#!/usr/bin/env python3
"""Whose touch each capture is, worked out apart from the service: made-up captures, and the groups they fall into.

usage: lead_intake.py make COUNT SEED >captures.jsonl     one capture a line, as the data of lead.captured.v1
       lead_intake.py check captures.jsonl answered.csv   answered: lines 'capture_id,lead_id', as the service keeps them

A fifth of the captures are of somebody who has been there, by another spelling of the same address, number or company; one in
twenty is malformed and has `"malformed"` in its identifier. What is compared is which captures are together: the names of the
leads are the service's own. E-mail addresses, numbers and names are read here by rules of their own, which are right for what
`make` writes.
"""
import collections
import csv
import json
import random
import re
import sys

FORMS = ["Ltd", "Co., Ltd.", "Limited", "GmbH", ""]
CHANNELS = ["form", "fair", "call", "mail", "system", "file"]


def spelt_email(chance, name):
    return chance.choice([name, name.upper(), f" {name} ", name.title()])


def spelt_phone(chance, number):
    return chance.choice([number, f"+86 {number}", f"{number[:3]}-{number[3:7]}-{number[7:]}", f"+86{number}"])


def spelt_company(chance, name):
    return f"{chance.choice([name, name.upper()])} {chance.choice(FORMS)}".strip()


def make(count, seed):
    chance = random.Random(seed)
    people = []
    for number in range(count):
        if people and chance.random() < 0.2:
            person = chance.choice(people)
        else:
            tag = f"{seed}x{len(people)}"
            person = (f"p{tag}@example.com", f"13{chance.randrange(10 ** 8, 10 ** 9)}", f"Firm q{tag}")
            people.append(person)
        email, phone, company = person
        said = {}
        for field, value in (("email", spelt_email(chance, email)), ("phone", spelt_phone(chance, phone)),
                             ("company", spelt_company(chance, company))):
            if chance.random() < 0.6: said[field] = value
        body = {"captureId": f"{seed}-{number}", "channel": chance.choice(CHANNELS), **said, "by": "oracle",
                "capturedAt": f"2026-03-02T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}+08:00"}
        if chance.random() < 0.05:
            body["captureId"] += "-malformed"
            chance.choice([lambda: body.pop("channel"), lambda: body.update(channel="pigeon"), lambda: body.pop("capturedAt"),
                           lambda: body.update(text="x" * 20_001), lambda: body.update(capturedAt="yesterday")])()
        print(json.dumps(body, ensure_ascii=False))


def keys(body):
    if "email" in body: yield "email", body["email"].strip().lower()
    if "phone" in body: yield "phone", re.sub(r"\D", "", body["phone"])[-11:]
    if "company" in body:
        words = re.findall(r"[a-z0-9]+", body["company"].lower())
        while words and words[-1] in {"ltd", "co", "limited", "gmbh"}: words.pop()
        yield "company", " ".join(words)


def check(captures, answered):
    parent = {}

    def root(name):
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    good, malformed = [], set()
    for line in open(captures):
        body = json.loads(line)
        if body["captureId"].endswith("malformed"):
            malformed.add(body["captureId"])
            continue
        good.append(body["captureId"])
        for key in keys(body): parent[root(key)] = root(body["captureId"])
        root(body["captureId"])
    wanted = collections.defaultdict(set)
    for name in good: wanted[root(name)].add(name)
    found = collections.defaultdict(set)
    for capture, lead in csv.reader(open(answered)):
        if capture != "capture_id": found[lead].add(capture)
    kept = set().union(*found.values()) if found else set()
    lost, taken = set(good) - kept, kept & malformed
    wanted, found = {frozenset(group) for group in wanted.values()}, {frozenset(group) for group in found.values()}
    print(f"{len(good)} captures, {len(wanted)} leads, {len(malformed)} malformed: {len(lost)} lost, {len(taken)} malformed kept, "
          f"{len(wanted ^ found)} groups differ")
    for group in sorted(wanted - found, key=sorted)[:5]: print("  together here alone:", *sorted(group))
    for group in sorted(found - wanted, key=sorted)[:5]: print("  together there alone:", *sorted(group))
    return 1 if lost or taken or wanted != found or not good else 0


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "make": make(int(sys.argv[2]), int(sys.argv[3]))
    elif len(sys.argv) == 4 and sys.argv[1] == "check": sys.exit(check(sys.argv[2], sys.argv[3]))
    else: sys.exit(__doc__)
