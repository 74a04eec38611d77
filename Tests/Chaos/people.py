"""Who belongs where, who looks after whom and who may do what, said while everything breaks; and who it must be in the end.

A personnel system tells of people and of who leaves, a sales system assigns customers and hands them over, the operator sets
policies, and people act who may not. All of it is made from the seed alone. The oracle reads what the operations are about, never
a message or a table; it is written apart from the rules of the services.
"""
import json
import random
import time
from decimal import Decimal
from pathlib import Path

import pika

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "chaos"
SERVICES = ("customer", "sales", "servicedesk", "finance", "supplier")
BRANCHES = ("KS01", "SH01", "SZ01", "QD01", "CD01")
# Everything lies in the past, whenever a run is, so that who has left has.
ASSIGNED, HANDED, LAST_DAY, ASKED = "2026-03-10", "2026-03-20", "2026-03-31", "2026-04-10"
MOVED = [f"sales.{number}" for number in range(30)]
LEAVERS = [f"sales.{number}" for number in range(30, 35)]
HANDOVERS = {f"sales.{number}": f"sales.{number + 20}" for number in range(5)}
DENIED = {"finance.decide-order.v1": "finance", "sales.acknowledge-notices.v1": "sales"}
READERS = {
    "organisation.recorded.v1": ("customer",), "person.recorded.v1": ("customer",), "person.left.v1": ("customer",),
    "ownership.assigned.v1": ("sales",), "ownership.handed-over.v1": ("sales",),
    "permission.policy-set.v1": (), **{type: (service,) for type, service in DENIED.items()},
}


def branch(login):
    return BRANCHES[int(login.split(".")[1]) % len(BRANCHES)]


def manager(login):
    """Who acts for somebody who has left: the manager, who stays."""
    return f"head.{branch(login).lower()}"


def stamp(day, second):
    return f"{day}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+08:00"


def person(login, node, manager=None, position=None, until=None):
    period = {"from": "2020-01-01", "name": login, "node": node, "manager": manager, "position": position, "until": until}
    return {"login": login, "periods": [{name: value for name, value in period.items() if value}]}


def policy(version):
    """The policy of the demo, under which one more may do everything who has left before the run."""
    text = json.loads((ROOT / "deploy/permissions/demo.json").read_text())
    text["version"] = version
    text["people"].append({"login": "gone", "roles": ["executive"]})
    whole = json.dumps(text, separators=(",", ":"))
    return {"document": [whole[start:start + 16_000] for start in range(0, len(whole), 16_000)],
            "reason": f"version {version}", "by": "waybill-operator"}


def setup(make, seed):
    """What is said before the load: the organisation with its people, and the first policy."""
    def node(code, kind, parent=None):
        period = {"from": "2020-01-01", "kind": kind, "name": code, "purpose": "business", **({"parent": parent} if parent else {})}
        return {"node": code, "periods": [period]}

    nodes = [node("G", "group"), node("D1", "division", "G")] + [node(code, "branch", "D1") for code in BRANCHES]
    persons = [person("boss", "G"), person("visitor", "KS01"), person("gone", "KS01", until="2026-01-31")]
    persons += [person(f"head.{code.lower()}", code, "boss") for code in BRANCHES]
    persons += [person(login, branch(login), manager(login), "as hired") for login in (f"sales.{number}" for number in range(40))]
    return [
        make(0, f"{seed}-organisation", "organisation.recorded.v1",
             {"nodes": nodes, "persons": persons, "recordedAt": stamp("2026-02-01", 0)}, {}),
        make(0, f"{seed}-policy-1", "permission.policy-set.v1", policy(1), {"policy": 1}, partner="operator", source="waybill-cli"),
    ]


def operations(make, seed, seconds):
    """What is said during the load, about three operations in two seconds."""
    draw = random.Random(f"people {seed}")
    made = []

    def add(at, id, type, body, about, **more):
        made.append(make(min(seconds, max(0.0, at)), f"{seed}-{id}", type, body, about, **more))

    revisions, orders = {}, [f"{seed}-{number}" for number in range(1, 50)]
    for second in range(int(seconds)):
        if second % 2 == 0:
            login = draw.choice(MOVED)
            told = stamp("2026-02-02", second)
            # It may come before what was written down earlier, which then says nothing any more.
            add(second + draw.uniform(-8, 8), f"person-{second}", "person.recorded.v1",
                {"persons": [person(login, branch(login), manager(login), f"position {second}")], "recordedAt": told},
                {"person": login, "position": f"position {second}", "told": second})
        else:
            customer = draw.randint(1, 60)
            revisions[customer] = revision = revisions.get(customer, 0) + 1
            logins = draw.sample(range(40), draw.choice((1, 2, 2)))
            shares = ("100",) if len(logins) == 1 else draw.choice((("60", "40"), ("66.6667", "33.3333")))
            owners = [{"login": f"sales.{number}", "share": share} for number, share in zip(logins, shares)]
            add(second + draw.uniform(-8, 8), f"assigned-{second}", "ownership.assigned.v1",
                {"assignmentId": f"A-{customer}", "revision": revision, "customer": {"code": f"C{customer:04}"}, "from": ASSIGNED,
                 "owners": owners, "reason": "by turns", "by": "boss", "assignedAt": stamp("2026-03-01", second)},
                {"assigned": customer, "revision": revision, "owners": [(owner["login"], Decimal(owner["share"])) for owner in owners]})
        if second % 3 == 0:
            type = draw.choice(sorted(DENIED))
            # One who has no role, and one whose role would do and who has left.
            by = draw.choice(("visitor", "gone"))
            body = ({"source": SOURCE, "orderId": draw.choice(orders), "verdict": "approve", "reason": "tried", "by": by}
                    if type.startswith("finance") else {"noticeIds": [f"none-{second}"], "by": by})
            add(second, f"denied-{second}", type, body, {"denied": by}, is_rubbish=True, partner="operator", source="waybill-cli")
        if second % 20 == 10:
            version = 2 + second // 20
            add(second, f"policy-{version}", "permission.policy-set.v1", policy(version), {"policy": version},
                partner="operator", source="waybill-cli")
    for number, (login, successor) in enumerate(HANDOVERS.items()):
        add(draw.uniform(0, seconds), f"handed-{number}", "ownership.handed-over.v1",
            {"handoverId": f"H-{number}", "revision": 1, "fromLogin": login, "toLogin": successor, "from": HANDED,
             "reason": "another territory", "by": "boss", "handedOverAt": stamp("2026-03-15", number)}, {"handed": login})
    for login in LEAVERS:
        add(draw.uniform(0, seconds), f"left-{login}", "person.left.v1",
            {"login": login, "lastDay": LAST_DAY, "recordedAt": stamp("2026-02-20", 0), "reason": "retired"}, {"left": login})
    return made


# The oracle: by one pass over what was taken in, in any order.

def positions(taken):
    """What each person is by what was written down last."""
    latest = {}
    for about in taken:
        if "person" in about and about["told"] > latest.get(about["person"], (-1, ""))[0]:
            latest[about["person"]] = (about["told"], about["position"])
    return {login: position for login, (_, position) in latest.items()}


def owners(taken):
    """Who looks after each assigned customer on the day that is asked for: (login, handed from, acting for) with shares."""
    latest, handed, left = {}, set(), set()
    for about in taken:
        if "assigned" in about and about["revision"] > latest.get(about["assigned"], (0, None))[0]:
            latest[about["assigned"]] = (about["revision"], about["owners"])
        elif "handed" in about:
            handed.add(about["handed"])
        elif "left" in about:
            left.add(about["left"])
    found = {}
    for customer, (_, shares) in latest.items():
        standing = {}
        for login, share in shares:
            now = HANDOVERS[login] if login in handed else login
            key = (manager(now), login if now != login else "", now) if now in left else (now, login if now != login else "", "")
            standing[key] = standing.get(key, Decimal(0)) + share
        found[f"C{customer:04}"] = standing
    return found


# The run.

def prepare(world, load, made, wait_for):
    """Has what comes before the load said, and waits until every service goes by it."""
    for operation in made:
        connection = pika.BlockingConnection(load.addresses[operation.partner][0])
        channel = connection.channel()
        channel.confirm_delivery()
        load.publish(channel, operation)
        connection.close()
        load.attempted.add(operation.id)
        load.acknowledged.add(operation.id)
        load.attempts += 1
    for service in SERVICES:
        wait_for(f"{service} knows the organisation and the policy", 120, lambda service=service: world.sql(
            f"select (select count(distinct login) from {service}.organisation_person), "
            f"(select count(distinct node) from {service}.organisation_node), (select max(version) from {service}.permission_policy)"
        ) == [["48", "7", "1"]])


def check(world, unique, acknowledged, dead, inboxes, verdict):
    """The people, the owners, the policies and the refused acts, each compared with what must be."""
    taken = {service: [operation.about for id, operation in unique.items() if inboxes[service][id] > 0] for service in ("customer", "sales")}

    wanted, left = positions(taken["customer"]), {about["left"] for about in taken["customer"] if "left" in about}
    for service in SERVICES:
        found = {row[0]: (row[1], row[2]) for row in world.sql(
            f"select login, coalesce(position, ''), coalesce(valid_until::text, '') from {service}.organisation_person where login like 'sales.%'")}
        for login in MOVED + LEAVERS:
            standing = (wanted.get(login, "as hired"), LAST_DAY if login in left else "")
            if found.get(login) != standing:
                verdict.lost.append(f"{service} knows {login} as {found.get(login)}, the oracle says {standing}")

    # Who has left is known to sales by what customer tells it, which has come: the queues are empty.
    expected = owners(taken["sales"] + [{"left": login} for login in left])
    found = {}
    for code, owner, handed, acting, share in world.sql(
            "select code, coalesce(owner, ''), coalesce(handed_from, ''), coalesce(acting_for, ''), share from sales.ownership "
            f"where source = '{SOURCE}' and business_line = '*' and from_day <= '{ASKED}' and (until_day is null or until_day >= '{ASKED}')"):
        found.setdefault(code, {})[owner, handed, acting] = Decimal(share)
    for code, standing in expected.items():
        if found.get(code) != standing:
            verdict.lost.append(f"{code} is looked after by {found.get(code)}, the oracle says {standing}")
    verdict.unexpected += [f"the shares of {row[0]} in {row[1]} from {row[2]} on are {row[3]}" for row in world.sql(
        "select code, business_line, from_day, sum(share) from sales.ownership group by source, code, business_line, from_day "
        "having sum(share) <> 100")]
    # What sales has told last is what the others keep.
    told = {tuple(row) for row in world.sql("select source, code, business_line, revision from sales.ownership_told")}
    for service in ("customer", "finance"):
        kept = {tuple(row) for row in world.sql(f"select source, code, business_line, revision from {service}.customer_owner")}
        # The customer service keeps what is said of an account as a whole.
        due = told if service == "finance" else {row for row in told if row[2] == "*"}
        verdict.lost += [f"{service} does not keep revision {row[3]} of who looks after {row[1]} in {row[2]}" for row in due - kept]
        verdict.unexpected += [f"{service} keeps revision {row[3]} of {row[1]} in {row[2]}" for row in kept - told]

    # A policy holds, or is refused because a later one came before it; the latest holds everywhere.
    versions = {operation.about["policy"]: id for id, operation in unique.items() if "policy" in operation.about}
    holding = {service: {int(row[0]) for row in world.sql(f"select version from {service}.permission_policy")} for service in SERVICES}
    for version, id in versions.items():
        if id in acknowledged and version not in holding["customer"] and not dead["customer"].get(id):
            verdict.lost.append(f"policy {version} neither holds nor is refused")
        if version in holding["customer"] and dead["customer"].get(id):
            verdict.unexpected.append(f"policy {version} holds and is refused")
    latest = max((version for version, id in versions.items() if id in acknowledged), default=0)
    for service, known in holding.items():
        if max(known, default=0) < latest or known != holding["customer"]:
            verdict.lost.append(f"{service} knows the policies {sorted(known)}, customer {sorted(holding['customer'])}, the latest is {latest}")

    # Who may not has done nothing, and it is on record that they tried.
    denied = {id: operation for id, operation in unique.items() if "denied" in operation.about}
    for service in sorted(set(DENIED.values())):
        done = {row[0] for row in world.sql(f"select message_id from {service}.act")}
        verdict.unexpected += [f"{id} was done by {service}, though '{denied[id].about['denied']}' may not" for id in done & denied.keys()]

    def recorded():
        return {row[0] for row in world.sql("select message_id from customer.audit_operation where act = 'refuse' and message_id is not null")}

    # These come by a queue of their own, which nothing else waits for.
    deadline, missing = time.monotonic() + 60, set(denied) & acknowledged
    while missing := missing - recorded():
        if time.monotonic() > deadline:
            break
        time.sleep(1)
    verdict.lost += [f"it is not on record that {id} was refused" for id in missing]
    verdict.figures.update(owners=len(expected), people=len(wanted), leavers=len(left), policies=len(holding["customer"]), denied=len(denied))
