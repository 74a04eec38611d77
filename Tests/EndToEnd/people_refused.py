#!/usr/bin/env python3
"""What is refused of an organisation, of people and of a policy, by a person who may say it: with reason and place, and nothing of it
is done, not even what is right about it.

usage: people_refused.py USER-URL-FILE      (after the walk of docs/operate/permissions-walk.md, as its operator)
"""
import datetime
import json
import os
import subprocess
import sys
import tempfile

waybill = os.environ["WAYBILL_CLI"]
environment = {**os.environ, "WAYBILL_AMQP_USER_URL_FILE": sys.argv[1]}
today = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)).date()
start = "2026-01-01"


def run(*words, text=None):
    return subprocess.run([waybill, *words], input=text, capture_output=True, text=True, env=environment)


def told(*words):
    done = run(*words, "--json")
    if done.returncode: sys.exit(f"{words} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def state():
    """All that is known of nodes, people and the policy."""
    return [told("query", "customer", "organisation.list", "allDays=true", "limit=2000")["organisation"],
            told("query", "customer", "people.list", "allDays=true", "limit=2000")["people"], told("policy", "show")]


def node(name, parent, kind="branch", *periods):
    return {"node": name, "periods": [
        {"from": first, **({"until": last} if last else {}), "kind": kind, "parent": parent, "name": name, "purpose": "business"}
        for first, last in periods or [(start, None)]]}


def person(login, where, manager=None, name="Tried", number=None, *periods):
    return {"login": login, "periods": [
        {"from": first, **({"until": last} if last else {}), "name": name, "node": where, **({"manager": manager} if manager else {}),
         **({"externalId": number} if number else {})} for first, last in periods or [(start, None)]]}


def message(kind, **lists):
    return kind, {**lists, "recordedAt": datetime.datetime.now(datetime.timezone.utc).isoformat(), "reason": "tried by a test"}


right = person("he.jun", "KS01", "li.wei")
policy = json.loads(run("policy", "show", "--document").stdout)
policy["version"] += 1


def changed(**parts):
    text = json.dumps({**policy, **parts})
    return "permission.policy-set.v1", {
        "document": [text[place:place + 15_000] for place in range(0, len(text), 15_000)], "reason": "tried by a test"}


def lent(**parts):
    return changed(delegations=[{**policy["delegations"][0], **parts}])


lines = policy["lines"]
cases = [
    ("a person with no node", message("person.recorded.v1", persons=[right, person("gu.yi", "NOWHERE")]),
     "no-node", "$.persons[1].periods[0].node"),
    ("a node that is closed while people are in it", message("organisation.recorded.v1", nodes=[
        node("HZ01", "EAST"), node("KS01", "EAST", "branch", (start, today.isoformat()))]), "node-closed", "$.nodes[1].periods"),
    ("nodes above themselves", message("organisation.recorded.v1", nodes=[
        node("HZ01", "FIN"), node("EAST", "SOUTH", "division"), node("SOUTH", "EAST", "division")]),
     "cycle", "$.nodes[1].periods[0].parent"),
    ("managers in a circle", message("person.recorded.v1", persons=[right, person("head.east", "EAST", "li.wei", "何东", "1006")]),
     "manager-circle", "$.persons[1].periods[0].manager"),
    ("a manager who is not there", message("person.recorded.v1", persons=[right, person("gu.yi", "KS01", "nobody")]),
     "unknown-manager", "$.persons[1].periods[0].manager"),
    ("a login twice in a message", message("person.recorded.v1", persons=[right, right]), "duplicate-element", "$.persons[1].login"),
    ("a login twice on one day", message("person.recorded.v1", persons=[
        person("gu.yi", "KS01", None, "Tried", None, (start, None), ("2026-07-01", None)), right]), "login-twice", "$.persons[0].login"),
    ("a number of two logins", message("person.recorded.v1", persons=[right, person("gu.yi", "KS01", number="1008")]),
     "external-id-twice", "$.persons[1].periods"),
    ("days without a life", message("person.recorded.v1", persons=[
        right, person("gu.yi", "KS01", None, "Tried", None, (start, "2026-06-30"), ("2026-07-02", None))]),
     "gap-in-life", "$.persons[1].periods[1].from"),
    ("a name with a control character", message("person.recorded.v1", persons=[right, person("gu.yi", "KS01", name="Gu\x07Yi")]),
     "control-character", "$.persons[1].periods[0].name"),
    ("a node's name with one", message("organisation.recorded.v1", nodes=[{**node("HZ01", "EAST"), "periods": [
        {**node("HZ01", "EAST")["periods"][0], "name": "Hang\x1bzhou"}]}]), "control-character", "$.nodes[0].periods[0].name"),
    ("a policy that lets nobody approve", changed(lines=[line for line in lines if line["right"] != "approve"]),
     "nobody-approves", "$.document.lines"),
    ("a policy that nobody could change again", changed(people=[person for person in policy["people"] if "operator" not in person["roles"]]),
     "nobody-administers", "$.document.people"),
    ("an unknown right", changed(lines=[{**lines[0], "right": "look"}] + lines[1:]), "value-not-allowed", "$.document.lines[0].right"),
    ("an unknown role", changed(lines=[{**lines[0], "role": "king"}] + lines[1:]), "value-not-allowed", "$.document.lines[0].role"),
    ("a person of an unknown role", changed(people=[{**policy["people"][0], "roles": ["king"]}] + policy["people"][1:]),
     "value-not-allowed", "$.document.people[0].roles[0]"),
    ("a login twice in a policy", changed(people=policy["people"] + policy["people"][:1]),
     "duplicate-element", f"$.document.people[{len(policy['people'])}].login"),
    ("a delegation into the past", lent(**{"from": (today - datetime.timedelta(days=9)).isoformat()}),
     "contradictory-times", "$.document.delegations[0].from"),
    ("a delegation to oneself", lent(to=policy["delegations"][0]["of"]), "same-person", "$.document.delegations[0].to"),
    ("a delegation of what one does not have", lent(kinds=["order", "setting"]), "not-held", "$.document.delegations[0].kinds[1]"),
    ("a delegation that is wider", lent(scope="all"), "wider-than-held", "$.document.delegations[0].scope"),
    ("a version that is over", changed(version=1), "stale-revision", "$.document.version"),
]
# The same by a file, which is refused with the line.
heading = "login,node,kind,parent,purpose,name,englishName,position,manager,from,until,externalId\n"
good = "he.jun,KS01,,,,贺军,,,li.wei,2026-01-01,,\n"
files = [
    ("a person with no node", "gu.yi,NOWHERE,,,,顾一,,,,2026-01-01,,\n", {"no-node"}),
    ("a node that is closed while people are in it", f",KS01,branch,EAST,,昆山,,,,2026-01-01,{today},\n", {"node-closed"}),
    ("managers in a circle", "head.east,EAST,,,,何东,,,li.wei,2026-01-01,,1006\n", {"manager-circle"}),
    ("a login twice on one day", "gu.yi,KS01,,,,顾一,,,,2026-01-01,,\ngu.yi,EAST,,,,顾一,,,,2026-07-01,,\n", {"login-twice"}),
    ("a name with a control character", "gu.yi,KS01,,,,顾\x07一,,,,2026-01-01,,\n", {"control-characters", "control-character"}),
]
before, faults = state(), []
for name, (kind, data), reason, path in cases:
    done = run("acts", "send", kind, "-", "--exact", "--json", text=json.dumps(data))
    answer = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    if (done.returncode, answer.get("refused"), answer.get("path")) != (2, reason, path) or not answer.get("detail"):
        faults.append(f"{name}: {reason} at {path} was to be refused, and it ended with {done.returncode}: {done.stdout}{done.stderr}")
for name, text, reasons in files:
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
        file.write(heading + good + text)
        file.flush()
        done = run("people", "import", file.name, "--json")
    rows = json.loads(done.stdout)["lines"] if done.stdout.startswith("{") else []
    refused = [row for row in rows if row.get("reason") in reasons]
    if done.returncode != 1 or not refused or not all(row["line"] and row["detail"] for row in refused):
        faults.append(f"a file with {name}: it ended with {done.returncode}: {done.stdout}{done.stderr}")
after = state()
for what, one, other in zip(("organisation", "people", "policy"), before, after):
    if one != other: faults.append(f"the {what} is another one: {[row for row in other if row not in one][:3]}")
if faults: sys.exit("\n".join(faults))
print(f"{len(cases)} messages and {len(files)} files are refused with reason and place, and nothing of them is done")
