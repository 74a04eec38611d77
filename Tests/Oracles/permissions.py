#!/usr/bin/env python3
"""Checks 'waybill policy' against another way of working a policy out, from its file alone.

usage: permissions.py WAYBILL FILE [--policies 12] [--questions 60] [--seed 1]

Compared are the whole matrix (role, right, kind of object, relation: how much, and which protected fields) of FILE and of
policies that differ from it at random; what 'simulate' says of them, of amounts by trying some; single decisions of people,
with what is lent to them and up to which amounts; and what is refused, by reason and place. What is accepted keeps the schema beside FILE too. A policy that differs is passed over when 'check' refuses it; the counts are
printed.
"""
import argparse, collections, copy, csv, io, json, os, random, subprocess, sys, tempfile

RIGHTS = ["see", "act", "approve", "export", "administer"]
RELATIONS = ["own", "same-team", "same-branch", "other-branch", "other-division", "group"]
SCOPES = ["own", "team", "node", "division", "group", "all"]    # each reaches the relation of its place
FIELDS = ["cost", "margin", "purchase-rate", "personal-data"]
ROLES = ["sales-rep", "sales-manager", "branch-manager", "division-head", "finance-clerk", "finance-controller",
         "credit-manager", "service-agent", "service-manager", "buyer", "data-steward", "executive", "operator", "auditor"]
KINDS = {"customer": "cost margin personal-data", "identity": "personal-data", "interaction": "personal-data",
         "order": "cost margin purchase-rate", "margin-alert": "cost margin", "acceptance": "cost margin", "credit": "",
         "receivable": "", "payable": "purchase-rate", "expense": "", "profit": "cost margin purchase-rate",
         "period": "cost margin", "rate": "purchase-rate", "agreement": "", "notice": "margin", "complaint": "personal-data",
         "supplier": "cost purchase-rate", "reference": "", "message": "", "setting": "", "person": "personal-data",
         "audit": "personal-data"}
# What belongs to nobody and to no node, so that only the scope 'all' reaches it.
UNOWNED = {"identity", "period", "rate", "supplier", "reference", "message", "setting", "audit"}
DAY = "2026-03-02"


def may(policy, roles, right, kind, relation):
    """How much, which fields, whether something was taken outright, and which fields were taken."""
    place, given, taken = RELATIONS.index(relation), set(), set()
    full = totals = refused = False
    for line in policy["lines"]:
        if line["role"] not in roles or line["right"] != right: continue
        if line["kinds"] != "*" and kind not in line["kinds"]: continue
        reached, fields = SCOPES.index(line["scope"]) >= place, set(line.get("fields", []))
        if line.get("effect") == "refuse":
            if reached and fields: taken |= fields
            elif reached: refused = True
        else:
            if reached: full, given = True, given | fields
            if "totals" in line and SCOPES.index(line["totals"]) >= place: totals = True
    if refused: return "refused", set(), True, taken
    if full:
        fields = (given - taken) & set(KINDS[kind].split()) if right in ("see", "export") else set()
        return "full", fields, False, taken
    return ("totals" if totals else "refused"), set(), False, taken


def decide(policy, login, right, kind, relation, day, others):
    roles = {person["login"]: person["roles"] for person in policy.get("people", [])}
    outcome, fields, refused, taken = may(policy, roles[login], right, kind, relation)
    told, behalf = {field: None for field in fields}, None
    if refused: return "refused", {}, None
    for lent in policy.get("delegations", []):
        if right == "approve" and relation == "own": continue    # nobody approves what is their own in another's name
        theirs = others.get(lent["of"])
        if lent["to"] != login or theirs is None or not lent["from"] <= day <= lent["until"]: continue
        if right not in lent["rights"] or kind not in lent["kinds"]: continue
        if SCOPES.index(lent["scope"]) < RELATIONS.index(theirs): continue
        may_they, see_they, _, _ = may(policy, roles[lent["of"]], right, kind, theirs)
        if may_they != "full": continue
        if outcome != "full" and behalf is None: behalf = lent["of"]
        for field in (see_they & set(lent.get("fields", []))) - taken: told.setdefault(field, lent["of"])
    return ("full" if behalf else outcome), told, behalf


def bounds(policy, login, right, kind, relation, day, others, line, nodes):
    """The names of the amounts by which so much may be done, each with whose right it is; None where nothing is measured."""
    mine = [amount for amount in policy.get("amounts", []) if amount["right"] == right and kind in amount["kinds"]]
    if not mine: return None
    people = {person["login"]: person["roles"] for person in policy.get("people", [])}
    fits = [amount for amount in mine if line in amount.get("businessLines", [line])
            and ("nodes" not in amount or set(nodes) & set(amount["nodes"]))]

    def of(roles, relation, whose):
        giving = [role for role in roles if may(policy, [role], right, kind, relation)[0] == "full"]
        return [(whose, amount["amount"]) for amount in fits if amount["role"] in giving]

    outcome, _, refused, _ = may(policy, people[login], right, kind, relation)
    if refused: return []
    found = of(people[login], relation, None) if outcome == "full" else []
    for lent in policy.get("delegations", []):
        theirs = others.get(lent["of"])
        if lent["to"] != login or theirs is None or not lent["from"] <= day <= lent["until"]: continue
        if right not in lent["rights"] or kind not in lent["kinds"] or right == "approve" and relation == "own": continue
        if SCOPES.index(lent["scope"]) < RELATIONS.index(theirs): continue
        if may(policy, people[lent["of"]], right, kind, theirs)[0] == "full":
            found += of(people[lent["of"]], theirs, lent["of"])
    return found


def amount_changes(policy, old):
    """Of which role, right and kind more or less may be done, by trying sums, days and lines of business around each."""
    def measured(policy, role, right, kind):
        every = [a for a in policy.get("amounts", []) if a["right"] == right and kind in a["kinds"]]
        return [a for a in every if a["role"] == role] if every else [{"upTo": "*"}]

    def allows(amounts, sum_, days, line):
        return any((a["upTo"] == "*" or sum_ <= float(a["upTo"])) and days <= a.get("days", 10 ** 9)
                   and ("businessLines" not in a or line in a["businessLines"]) for a in amounts)

    found = {}
    both = policy.get("amounts", []) + old.get("amounts", [])
    sums = {1e15} | {float(a["upTo"]) + more for a in both if a["upTo"] != "*" for more in (0, 1)}
    days = {10 ** 6} | {a["days"] + more for a in both if "days" in a for more in (0, 1)}
    lines = {None} | {line for a in both for line in a.get("businessLines", [])}
    for role in ROLES:
        for right, kind in {(a["right"], kind) for a in both for kind in a["kinds"]}:
            beyond = RELATIONS[1:] if right == "approve" else RELATIONS
            if not any(may(p, [role], right, kind, near)[0] == "full" for p in (old, policy) for near in beyond): continue
            before, after = (measured(p, role, right, kind) for p in (old, policy))
            tries = [(allows(before, *probe), allows(after, *probe))
                     for probe in ((x, y, z) for x in sums for y in days for z in lines)]
            gains, loses = (False, True) in tries, (True, False) in tries
            if gains or loses:
                found[role, right, kind] = " and ".join(["gains"] * gains + ["loses"] * loses)
    return found


def matrix(policy, roles):
    return {(right, kind, relation): may(policy, roles, right, kind, relation)[:2]
            for right in RIGHTS for kind in KINDS for relation in RELATIONS}


def waybill(*words, wanted=0):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != wanted:
        sys.exit(f"{' '.join(words)}: ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def compare_matrix(command, path, policy):
    found = {}
    for row in csv.DictReader(io.StringIO(waybill(command, "policy", "matrix", path, "--csv", "--on", DAY))):
        found[row["role"], row["right"], row["object"], row["relation"]] = (row["outcome"], set(row["fields"].split()))
    count = 0
    for role in ROLES:
        for place, wanted in matrix(policy, [role]).items():
            count += 1
            if found.pop((role, *place), None) != wanted: sys.exit(f"{path}: {role} {place} is not {wanted}")
    if found: sys.exit(f"{path}: not asked for: {list(found)[:5]}")
    return count


def compare_simulation(command, path, policy, old_path, old):
    told = json.loads(waybill(command, "policy", "simulate", path, "--against", old_path, "--json", "--on", DAY))
    found = {(row["who"], row["name"], row["right"], row["object"], row["relation"]):
             (row["before"], row["after"], set(row["gained"].split()), set(row["lost"].split())) for row in told["changes"]}
    roles = lambda policy: {person["login"]: person["roles"] for person in policy.get("people", [])}
    sides = [("role", role, [role], [role]) for role in ROLES]
    sides += [("person", login, roles(old).get(login, []), roles(policy).get(login, []))
              for login in set(roles(old)) | set(roles(policy))]
    wanted = {}
    for who, name, before, after in sides:
        left, right = matrix(old, before), matrix(policy, after)
        for place in left:
            if left[place] != right[place]:
                (a, f), (b, g) = left[place], right[place]
                wanted[(who, name, *place)] = (a, b, g - f, f - g)
    if found != wanted:
        sys.exit(f"{path} against {old_path}: {set(map(str, found.items())) ^ set(map(str, wanted.items()))}"[:3000])
    found = {(row["role"], row["right"], row["object"]): row["change"] for row in told["amounts"]}
    amounts = amount_changes(policy, old)
    if found != amounts: sys.exit(f"{path} against {old_path}: amounts {found}, wanted {amounts}"[:3000])
    return len(wanted), len(amounts)


def unreached(policy):
    """Places of kinds that lines name and that their scopes cannot reach: the line itself, or the kind within it."""
    for place, line in enumerate(policy["lines"]):
        if line["kinds"] == "*" or "all" in (line["scope"], line.get("totals")): continue
        for index, kind in enumerate(line["kinds"]):
            if kind in UNOWNED: yield {f"$.lines[{place}]", f"$.lines[{place}].kinds[{index}]"}


def differs(policy, chance):
    """The policy with one to four things changed."""
    policy = copy.deepcopy(policy)
    for _ in range(chance.randrange(1, 5)):
        line, what = chance.choice(policy["lines"]), chance.randrange(5)
        if what == 0: line["scope"] = chance.choice(SCOPES)
        elif what == 1 and line.get("fields") and line.get("effect") != "refuse": line["fields"].pop()
        elif what == 2 and len(policy["lines"]) > 10: policy["lines"].remove(line)
        elif what == 3 and line["right"] == "see" and "totals" in line: line["totals"] = chance.choice(SCOPES)
        else:
            line["kinds"] = line["kinds"] if line["kinds"] == "*" or len(line["kinds"]) < 2 else line["kinds"][1:]
    people = policy.get("people", [])
    for amount in policy.get("amounts", []):
        if chance.random() < 0.3 and amount["upTo"] != "*": amount["upTo"] = chance.choice(["1500.00", "75000.00", "600000.00"])
        if chance.random() < 0.2: amount["days"] = chance.choice([7, 45, 365])
    if people and chance.random() < 0.5: chance.choice(people)["roles"] = chance.sample(ROLES[:5], 2)
    return policy


def refused(command, folder, policy, schema):
    """What is wrong, one thing at a time, with the reason and the place by which it is to be refused."""
    names = [line["line"] for line in policy["lines"]]
    approving = next(i for i, line in enumerate(policy["lines"]) if line["right"] == "approve")
    lent, two, sums = policy["delegations"][0], len(policy["lines"]), policy["amounts"]
    rates = {**{name: value for name, value in lent.items() if name != "fields"}, "delegation": "rates",
             "of": "controller.finance", "kinds": ["rate"], "rights": ["see"]}
    named = {line["line"]: place for place, line in enumerate(policy["lines"])}
    branch, buys, exports = named["branch-approves"], named["buyer-sees-suppliers"], named["buyer-exports"]
    cases = [
        (lambda p: p["lines"][0].update(right="look"), "value-not-allowed", "$.lines[0].right"),
        (lambda p: p["lines"][0].update(role="king"), "value-not-allowed", "$.lines[0].role"),
        (lambda p: p["lines"][0].update(kinds=["order", "moon"]), "value-not-allowed", "$.lines[0].kinds[1]"),
        (lambda p: p["lines"][0].update(scop="own"), "value-not-allowed", "$.lines[0].scop"),
        (lambda p: p.pop("version"), "missing-field", "$.version"),
        (lambda p: p.update(lines=[line for line in p["lines"] if line["right"] != "approve"]), "nobody-approves", "$.lines"),
        (lambda p: p["lines"].append(dict(p["lines"][0], line="again")), "never-matters", f"$.lines[{two}]"),
        (lambda p: p["lines"].append(dict(p["lines"][approving], line="no", effect="refuse", scope="all")),
         "contradictory-lines", f"$.lines[{approving}]"),
        (lambda p: p["lines"][exports].update(scope="group"), "never-matters", f"$.lines[{exports}]"),
        (lambda p: p["lines"][buys].update(scope="group", kinds=["customer", "rate"]), "never-matters", f"$.lines[{buys}].kinds[1]"),
        (lambda p: p["delegations"].append(dict(rates, scope="group")), "never-matters", "$.delegations[1].kinds[0]"),
        (lambda p: p["lines"][1].update(line=names[0]), "duplicate-element", "$.lines[1].line"),
        (lambda p: p["people"].append(p["people"][0]), "duplicate-element", f"$.people[{len(policy['people'])}].login"),
        (lambda p: p["delegations"][0].update(to=lent["of"]), "same-person", "$.delegations[0].to"),
        (lambda p: p["delegations"][0].update({"from": "2026-01-01"}), "contradictory-times", "$.delegations[0].from"),
        (lambda p: p["delegations"][0].update(kinds=["setting"]), "not-held", "$.delegations[0].kinds[0]"),
        (lambda p: p["delegations"][0].update(scope="all"), "wider-than-held", "$.delegations[0].scope"),
        (lambda p: p["delegations"][0].pop("reason"), "missing-field", "$.delegations[0].reason"),
        (lambda p: p["amounts"][0].update(right="see"), "value-not-allowed", "$.amounts[0].right"),
        (lambda p: p["amounts"][0].update(upTo="*"), "value-not-allowed", "$.amounts[0].currency"),
        (lambda p: p["amounts"][0].pop("currency"), "missing-field", "$.amounts[0].currency"),
        (lambda p: p["amounts"][0].update(currency="XYZ"), "unknown-currency", "$.amounts[0].currency"),
        (lambda p: p["amounts"][2].update(amount=sums[0]["amount"]), "duplicate-element", "$.amounts[2].amount"),
        (lambda p: p["amounts"].append(dict(sums[2], amount="again")), "never-matters", f"$.amounts[{len(sums)}]"),
        (lambda p: p["amounts"][0].update(role="buyer"), "never-matters", "$.amounts[0]"),
        (lambda p: p["amounts"].remove(sums[2]), "no-amount", f"$.lines[{branch}].kinds[0]"),
        (lambda p: p["amounts"].pop(), "nobody-approves", "$.amounts"),
    ]
    for number, (spoil, reason, place) in enumerate(cases):
        spoilt, path = copy.deepcopy(policy), os.path.join(folder, f"refused-{number}.json")
        spoil(spoilt)
        # Unknown words and missing fields are against the schema too; what the lines come to it cannot say.
        by_form = reason in ("value-not-allowed", "missing-field")
        if schema.is_valid(spoilt) == by_form: sys.exit(f"the schema says otherwise of {reason} at {place}")
        json.dump(spoilt, open(path, "w"))
        told = json.loads(waybill(command, "policy", "check", path, "--json", "--on", DAY, wanted=1))["findings"]
        if not any((row["reason"], row["path"]) == (reason, place) for row in told):
            sys.exit(f"not refused by {reason} at {place}: {told}")
    return len(cases)


def main():
    import jsonschema    # not where only the policy is worked out

    parser = argparse.ArgumentParser()
    parser.add_argument("waybill")
    parser.add_argument("file")
    parser.add_argument("--policies", type=int, default=12)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance, policy = random.Random(options.seed), json.load(open(options.file))
    counts = collections.Counter()
    schema = jsonschema.Draft202012Validator(
        json.load(open(os.path.join(os.path.dirname(options.file), "policy.schema.json"))))
    schema.validate(policy)
    counts["cells"] += compare_matrix(options.waybill, options.file, policy)
    for _ in range(options.questions):
        login, right, kind, relation = (chance.choice([p["login"] for p in policy["people"]] + ["lead.ks01"] * 20),
                                        chance.choice(RIGHTS[:3]), chance.choice(list(KINDS) + ["order"] * 20),
                                        chance.choice(RELATIONS))
        day, others = chance.choice(["2026-02-15", "2026-02-16", "2026-02-27", "2026-02-28"]), {}
        if chance.random() < 0.8: others = {lent["of"]: chance.choice(RELATIONS[:4]) for lent in policy["delegations"]}
        words = [word for of, theirs in others.items() for word in ("--principal", f"{of}={theirs}")]
        line, nodes = chance.choice(["air-freight", "road"]), chance.choice([[], ["KS01", "EAST"]])
        words += ["--line", line] + [word for node in nodes for word in ("--node", node)]
        answer = json.loads(waybill(options.waybill, "policy", "explain", "--file", options.file, login, right, kind, "--relation",
                                    relation, "--on", day, "--json", *words))
        told = answer["decision"][0]
        amounts = [(row["onBehalfOf"], row["amount"]) for row in answer["amounts"]] if "amounts" in answer else None
        wanted = bounds(policy, login, right, kind, relation, day, others, line, nodes)
        if amounts != wanted: sys.exit(f"{login} {right} {kind} {relation} {day} {others} {line}: {amounts}, wanted {wanted}")
        counts["amounts"] += len(amounts or [])
        outcome, fields, behalf = decide(policy, login, right, kind, relation, day, others)
        shown = " ".join(field + (f" ({fields[field]})" if fields[field] else "")
                         for field in KINDS[kind].split() if field in fields)
        if (told["outcome"], told["fields"], told["onBehalfOf"]) != (outcome, shown, behalf):
            sys.exit(f"{login} {right} {kind} {relation} {day} {others}: {told}, wanted {outcome}, {shown!r}, {behalf}")
        counts["questions"] += 1
        counts["on behalf of somebody"] += behalf is not None
    if options.questions and not counts["on behalf of somebody"]: sys.exit("nothing was done on behalf of anybody")
    with tempfile.TemporaryDirectory() as folder:
        counts["refusals"] += refused(options.waybill, folder, policy, schema)
        for number in range(options.policies * 8):
            if counts["policies"] == options.policies: break
            other, path = differs(policy, chance), os.path.join(folder, f"policy-{number}.json")
            json.dump(other, open(path, "w"))
            check = subprocess.run([options.waybill, "policy", "check", path, "--json", "--on", DAY], capture_output=True)
            if check.returncode not in (0, 1): sys.exit(f"{path}: check ended with {check.returncode}")
            named = {row["path"] for row in json.loads(check.stdout)["findings"]}
            for places in unreached(other):
                if not places & named: sys.exit(f"{path}: nothing is found at {places}, which no scope reaches: {named}")
                counts["kinds that no scope reaches"] += 1
            if check.returncode == 1:
                counts["passed over"] += 1
                continue
            schema.validate(other)
            counts["policies"] += 1
            counts["cells"] += compare_matrix(options.waybill, path, other)
            changes, sums = compare_simulation(options.waybill, path, other, options.file, policy)
            counts["changes"] += changes
            counts["changes of amounts"] += sums
    if options.policies and not (counts["changes"] and counts["changes of amounts"] and counts["policies"]): sys.exit(f"nothing was compared: {counts}")
    print("permissions as worked out apart: " + ", ".join(f"{count} {what}" for what, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
