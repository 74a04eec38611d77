#!/usr/bin/env python3
"""What notices.sh does, with the mailbox compared to who should have got what.

usage: notices.py WORK     (with the certificates and the users' addresses in WORK, against what 'make up' started)

Everything is of March to May 2026, by the clock of the events. Each order belongs to somebody else's story, so that what is told of
one tells nothing of another.
"""
import datetime
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/local"))
from free_port import free_port  # noqa: E402
WORK = Path(sys.argv[1])
HOME = Path(os.environ["WAYBILL_HOME"])
CLI = os.environ["WAYBILL_CLI"]
DOMAIN = "people.example"
PASSWORD, SECRET, WEBHOOK, ROTATED = "mail password", "SEC0123", "whsec_" + "A" * 32, "whsec_" + "B" * 32
# Who is where, under whom, as what.
PEOPLE = [("director", "G", "", "executive"), ("clerk.finance", "G", "director", "finance-clerk"),
          ("head.east", "EAST", "director", "division-head"), ("manager.ks01", "KS01", "head.east", "branch-manager"),
          ("li.wei", "KS01", "manager.ks01", "sales-rep"), ("wu.jie", "KS01", "manager.ks01", "sales-rep")]
NASTY = "N<b>&'1"


def fail(text):
    sys.exit(f"notices: {text}")


def said(text):
    print(text, flush=True)


def until(what, seconds, look):
    """What is looked for, once it is there."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            fail(f"not within {seconds} s: {what}")
        time.sleep(0.1)
    return found


def waybill(*arguments, by=None, code=0, text=None):
    """The command, as a person or as the operator; its JSON when it says some."""
    environment = {**os.environ, **({"WAYBILL_AMQP_USER_URL_FILE": str(WORK / f"{by}.url")} if by else {})}
    ran = subprocess.run([CLI, *arguments], input=text, capture_output=True, text=True, env=environment)
    if ran.returncode != code:
        fail(f"{arguments} by {by} ended with {ran.returncode}, not {code}: {ran.stdout[-600:]} {ran.stderr[-600:]}")
    return json.loads(ran.stdout) if "--json" in arguments and ran.stdout.strip().startswith("{") else ran.stdout


def publish(*messages):
    lines = "".join(json.dumps({"type": kind, "id": name, "data": data}) + "\n" for kind, name, data in messages)
    waybill("orders", "publish", "-", "--source", "walk", text=lines)
    waybill("status", "--wait-drained", "60")


def order(number, day, owner="li.wei", cost="1300.00", customer=None, clock="10:00:00"):
    return ("order.placed.v1", number, {
        "orderId": number, "revision": 1, "customer": {"code": customer or f"C-{number}", "name": f"{customer or number} <i>Ltd</i>"},
        "branch": "KS01", "businessLine": "air-freight", "placedAt": f"{day}T{clock}+08:00", "currency": "CNY", "salesOwner": owner,
        "lines": [{"line": 1, "serviceItem": "AIR-EXPORT", "quantity": "1", "unit": "kg", "revenue": "1000.00", "cost": cost}]})


def actual_cost(number, day, amount="700.00"):
    return ("cost.recorded.v1", f"K-{number}", {
        "costId": f"K-{number}", "orderId": number, "line": 1, "supplier": {"code": "S-1"}, "state": "actual", "amount": amount,
        "currency": "CNY", "serviceDate": day})


def days_pass(*days):
    """An order of somebody else's, at a profit, moves the clocks."""
    for day in days:
        publish(order(f"TICK-{day}", day, owner="director", cost="700.00", customer="TICK", clock="09:00:00"))


# Servers


class Server:
    """One of Tests/ChannelsTests/servers.py, on a port of its own that it keeps, with what it has taken on disk."""

    def __init__(self, kind, **settings):
        self.store = WORK / f"{kind}.jsonl"
        self.store.touch()
        self.settings = {"port": free_port(), "store": str(self.store), **settings}
        self.kind, self.process = kind, None
        self.start()

    @property
    def port(self):
        return self.settings["port"]

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "Tests/ChannelsTests/servers.py"), self.kind, json.dumps(self.settings)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline().strip():
            fail(f"the server of {self.kind} does not start")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def taken(self):
        with open(self.store) as lines:
            return [json.loads(line) for line in lines if line.endswith("\n")]


class Mailbox:
    """What the server of mail has taken, by who it was for."""

    def __init__(self, server):
        self.server = server

    def of(self, login, *words):
        return [mail for mail in self.server.taken()
                if mail["recipients"] == [f"{login}@{DOMAIN}"] and all(word in mail["text"] for word in words)]

    def expect(self, counts, *words, seconds=30):
        """That these people have so many mails with these words, and nobody else has any; after all that waits has been handed over."""
        for login, count in counts.items():
            until(f"{count} mails to {login} of {words}, found {len(self.of(login, *words))}", seconds,
                  lambda: len(self.of(login, *words)) >= count)
        quiet()
        for login, *_ in PEOPLE:
            if (found := len(self.of(login, *words))) != counts.get(login, 0):
                fail(f"{login} has {found} mails of {words}, not {counts.get(login, 0)}: {[m['text'] for m in self.of(login, *words)]}")


def header(mail, name):
    found = [value for field, value in mail["headers"] if field.lower() == name.lower()]
    if len(found) > 1:
        fail(f"a mail has {name} {len(found)} times")
    return found[0] if found else None


def handovers(state="all", **narrowed):
    more = [word for name, value in narrowed.items() for word in (f"--{name}", value)]
    return waybill("notices", "handovers", "--state", state, "--limit", "2000", *more, "--json", by="director")


# Whether the mail server is, on purpose.
is_away = False
# Whose mails wait on purpose, for their mailboxes take none; and what was refused on purpose.
waiting, refused = set(), set()


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def due(rows):
    """Of handovers those that wait although their time has come, by the clock of the events as the last of them tells it."""
    now = max((moment(row["createdAt"]) for row in rows), default=None)
    return [row for row in rows if row["state"] == "queued" and moment(row["dueAt"]) <= now]


def quiet():
    """Until nothing more is to be handed over now."""
    until("what is due is handed over", 30, lambda: not any(
        row["channel"] != "mail" or not (is_away or row["login"] in waiting) for row in due(handovers()["handovers"])))


def inbox(login, notice=None, state="all"):
    return waybill("notices", "inbox", "--state", state, *(["--notice", notice] if notice else []), "--json", by=login)


def alert(number):
    """The alert of an order, and its notice."""
    found = [row["alertId"] for row in waybill("alerts", "list", "--all", "--level", "order", "--limit", "500", "--json", by="director")["alerts"]
             if row["orderId"] == number]
    if len(found) != 1:
        fail(f"{number} has alerts {found}")
    return found[0]


def notice(login, object_id):
    found = [row["noticeId"] for row in inbox(login)["notices"] if row["objectId"] == object_id]
    if len(found) != 1:
        fail(f"{login} has notices {found} of {object_id}")
    return found[0]


def is_chinese(text):
    return re.search("[\u4e00-\u9fff]", text) is not None


# What is there before


def people():
    nodes = [{"node": node, "periods": [{"from": "2020-01-01", "kind": kind, "name": node, "purpose": "business",
                                         **({"parent": parent} if parent else {})}]}
             for node, kind, parent in (("G", "group", None), ("EAST", "division", "G"), ("KS01", "branch", "EAST"))]
    persons = [{"login": login, "periods": [{"from": "2020-01-01", "name": login, "node": node, "position": role,
                                             **({"manager": manager} if manager else {})}]}
               for login, node, manager, role in PEOPLE]
    publish(("organisation.recorded.v1", "org", {"nodes": nodes, "persons": persons, "recordedAt": "2026-02-01T09:00:00+08:00"}))
    policy = json.loads((ROOT / "deploy/permissions/demo.json").read_text())
    policy["people"] = [{"login": login, "roles": [role]} for login, _, _, role in PEOPLE]
    # Somebody has to approve what only a controller may, and set the next policy.
    policy["people"] += [{"login": "controller", "roles": ["finance-controller"]}, {"login": "operator", "roles": ["operator"]}]
    policy["delegations"] = []
    for line in policy["lines"]:
        # The manager of a branch sees what happens there, and no margin or cost.
        if line["role"] == "branch-manager" and "fields" in line:
            line["fields"] = [field for field in line["fields"] if field not in ("margin", "cost")]
    (WORK / "policy.json").write_text(json.dumps(policy))
    waybill("policy", "set", str(WORK / "policy.json"), "--reason", "who may do what")
    waybill("status", "--wait-drained", "60")


def without_channels():
    """The demo as it is by itself: notices are kept and shown, and nothing is handed over."""
    publish(order("NONE-1", "2026-03-02", clock="08:00:00"))
    if len(waybill("notices", "all", "--kind", "margin-alert", "--json", by="director")["notices"]) != 1:
        fail("without a file of channels there is no notice")
    told = handovers()
    if told["handovers"] or told["unreached"]:
        fail(f"without a file of channels something is handed over: {told}")
    identifier = notice("li.wei", alert("NONE-1"))
    publish(actual_cost("NONE-1", "2026-03-02"))
    until("the notice is over", 10, lambda: any(
        row["noticeId"] == identifier for row in inbox("li.wei", state="over")["notices"]))
    said("without a file of channels notices are kept, shown and over when they are, and nothing is handed over")


def channels(mail, web):
    for name, text in (("mail.password", PASSWORD), ("wecom.url", f"http://127.0.0.1:{web.port}/wecom/0?key=1"),
                       ("dingtalk.url", f"http://127.0.0.1:{web.port}/dingtalk/0?access_token=1"), ("dingtalk.secret", SECRET),
                       ("desk.webhook", WEBHOOK), ("desk-old.webhook", ROTATED)):
        (WORK / name).write_text(text + "\n")
    (WORK / "channels.json").write_text(json.dumps({
        "channels": [
            {"name": "mail", "kind": "mail", "host": "localhost", "port": mail.port, "security": "starttls", "user": "waybill",
             "passwordFile": "mail.password", "from": {"name": "Waybill 运营", "address": f"notices@{DOMAIN}"},
             "authorities": "certificates/ca.pem", "perMinute": 100_000},
            {"name": "chat", "kind": "wecom", "perMinute": 100_000, "robots": [{"name": "sales-east", "urlFile": "wecom.url"}]},
            {"name": "talk", "kind": "dingtalk", "perMinute": 100_000,
             "robots": [{"name": "heads", "urlFile": "dingtalk.url", "secretFile": "dingtalk.secret"}]},
            {"name": "programs", "kind": "webhook", "perMinute": 100_000, "allowPrivate": True, "webhooks": [
                {"name": "desk", "url": f"http://127.0.0.1:{web.port}/desk", "secretFiles": ["desk.webhook", "desk-old.webhook"]}]}],
        "nodes": [{"node": "*", "channels": ["mail", "chat", "talk", "programs"]}]}))
    with open(HOME / "run" / "profile", "a") as profile:
        profile.write(f"WAYBILL_CHANNELS={WORK}/channels.json\n")
    service("restart")


def service(command):
    subprocess.run([str(ROOT / "deploy/local/service.sh"), command, "notifier"], check=True)

    def is_ready():
        try:
            with urllib.request.urlopen(os.environ["WAYBILL_HTTP_NOTIFIER"] + "/health/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    if command != "kill":
        until(f"the notifier is ready (see {HOME}/log/notifier.log)", 60, is_ready)


def preferences():
    def prefer(login, *words, code=0):
        return waybill("notices", "prefer", *words, "--json", by=login, code=code)

    prefer("li.wei", "--address", f"mail=li.wei@{DOMAIN}", "--address", "wecom=sales-east", "--address", "webhook=desk",
           "--tell", "*", "mail", "at-once", "*", "wecom", "at-once", "*", "webhook", "at-once")
    prefer("manager.ks01", "--language", "en", "--address", f"mail=manager.ks01@{DOMAIN}", "--address", "dingtalk=heads",
           "--tell", "*", "mail", "at-once", "*", "dingtalk", "at-once")
    for login in ("head.east", "director", "clerk.finance"):
        prefer(login, "--language", "en", "--address", f"mail={login}@{DOMAIN}")
    # What is no address is none, whatever it would put into a mail.
    for wrong in (f"mail=li.wei@{DOMAIN}\r\nBcc: mallory@evil.example", "mail=li.wei", f"mail=a@{DOMAIN},b@{DOMAIN}"):
        refused = prefer("li.wei", "--exact", "--address", wrong, code=2)
        if "refused" not in refused:
            fail(f"{wrong!r} is not refused with a reason: {refused}")
    # Another's are set by who may.
    waybill("notices", "prefer", "--login", "director", "--address", f"mail=li.wei@{DOMAIN}", "--json", by="li.wei", code=2)
    waybill("status", "--wait-drained", "60")


# What happens


def a_loss(box, web):
    """An order at a loss: mail, chat and webhook to its owner; a diagnosis; in the end the manager."""
    began = time.time()
    publish(order("ALPHA", "2026-03-02", customer=NASTY))
    mine = alert("ALPHA")
    box.expect({"li.wei": 1}, mine)
    first = box.of("li.wei", mine)[0]
    said(f"from before the order was published until its mail was there: {first['at'] - began:.2f} s")
    if first["at"] - began > 10:
        fail("that is too long")
    identifier = notice("li.wei", mine)
    if not (is_chinese(header(first, "Subject")) and is_chinese(first["text"])):
        fail(f"the mail is not Chinese: {header(first, 'Subject')}")
    # In the subject, too: what is the matter, and for whom.
    if "-300.00 CNY" not in header(first, "Subject") or "-30%" not in header(first, "Subject"):
        fail(f"the subject does not say what is the matter: {header(first, 'Subject')}")
    for word in ("ALPHA", NASTY, "-300.00 CNY", f"waybill alerts diagnose {mine}", "waybill notices inbox"):
        if word not in first["text"]: fail(f"the mail says nothing of {word!r}: {first['text']}")
    for word in ("1,300.00", "1300.00"):
        if word in first["text"] or word in first["html"]: fail("who sells is told a cost")
    if "<b>" in first["html"] or "N&lt;b&gt;&amp;" not in first["html"]: fail(f"a name is not escaped: {first['html']}")
    if not (first["isPlain"] and first["isSecure"] and not first["defects"] and not first["bareBreaks"]):
        fail(f"the mail is not as it should be: {first}")
    row = next(row for row in handovers(login="li.wei", channel="mail")["handovers"] if row["handoverId"] in header(first, "Message-ID"))
    if header(first, "Message-ID") != f"<{row['handoverId']}@{DOMAIN}>" or "queued as" not in row["serverWords"]:
        fail(f"the handover is not that of the mail: {row}")
    chats = until("a chat message", 10, lambda: [r for r in web.taken() if r["path"] == "/wecom/0" and mine in json.dumps(r["body"])])
    hooks = until("a webhook", 10, lambda: [r for r in web.taken() if r["path"] == "/desk" and mine in json.dumps(r["body"])])
    if len(chats) != 1 or len(hooks) != 1: fail(f"{len(chats)} chat messages and {len(hooks)} webhooks of one alert")
    if hooks[0]["signatures"] != [True, True]: fail(f"a webhook is not signed by both secrets: {hooks[0]}")
    told = hooks[0]["body"]["data"]["notices"]
    if [one["noticeId"] for one in told] != [identifier] or "cost" in {fact["name"] for one in told for fact in one["facts"]}:
        fail(f"the webhook tells otherwise: {told}")
    for login in ("clerk.finance", "wu.jie", "director"):
        if inbox(login)["notices"]: fail(f"{login} is told something")
    said("an order at a loss: one mail in Chinese, one chat message and one webhook, signed, to who sold it; nobody else is told")

    # What others write is words, whatever it looks like.
    plan = "another carrier\r\nBcc: mallory@evil.example\r\n\r\n<script>alert(1)</script>"
    waybill("alerts", "diagnose", mine, "--reason", "cost", "--plan", plan, "--recover-by", "2026-03-10", "--exact", "--json", by="li.wei")
    waybill("status", "--wait-drained", "60")
    shown = until("the diagnosis", 10, lambda: (
        lambda told: told if told["notices"][0]["kind"] == "margin-alert-diagnosed" else None)(inbox("li.wei", identifier)))
    if not any(fact["name"] == "plan" and "another carrier" in fact["words"] for fact in shown["facts"]):
        fail(f"the notice does not tell the plan: {shown}")
    box.expect({"li.wei": 1}, mine)
    said("a diagnosis changes the notice, and sends nobody a mail")
    return mine, first


def a_deadline(box, web, planned, first):
    """Who does not diagnose in time: the manager, without the margin. Who may see no alert, or has no address, is not told it."""
    publish(order("BETA", "2026-03-02", clock="11:00:00"), order("GAMMA", "2026-03-02", owner="clerk.finance", clock="11:10:00"),
            order("DELTA", "2026-03-02", owner="wu.jie", clock="11:20:00"))
    beta, gamma, delta = alert("BETA"), alert("GAMMA"), alert("DELTA")
    box.expect({"li.wei": 1}, beta)
    # Whose it is may see no alert, so that it is of who is above; whose the other is has no address, and that is seen.
    box.expect({"director": 1}, gamma)
    box.expect({}, delta)
    without = handovers(login="wu.jie")
    if [row["login"] for row in without["unreached"]] != ["wu.jie"] or int(without["unreached"][0]["notices"]) < 1 or without["handovers"]:
        fail(f"that wu.jie has no address is not seen: {without}")
    waiting = waybill("status", "--json")
    if not any(row["what"] == "people without an address" and int(row["count"]) >= 1 for row in waiting["waitsForSomebody"]):
        fail(f"nor in 'waybill status': {waiting['waitsForSomebody']}")
    if notice("wu.jie", delta) not in {row["noticeId"] for row in inbox("wu.jie", state="open")["notices"]}:
        fail("who has no address finds nothing in the inbox")

    days_pass("2026-03-03", "2026-03-04", "2026-03-05")
    for login, count in (("li.wei", 2), ("manager.ks01", 1)):
        until(f"{login} is told what is late", 30, lambda: len(box.of(login, beta)) >= count)
    quiet()
    box.expect({"li.wei": 2, "manager.ks01": len(box.of("manager.ks01", beta))}, beta)
    ours, theirs = box.of("li.wei", beta), box.of("manager.ks01", beta)
    # The deadline itself and the escalation may each reach the manager, as two things and not more.
    last = theirs[-1]
    if len(theirs) > 2 or f"waybill alerts show {beta}" not in last["text"] or not header(last, "Subject").startswith("[critical]"):
        fail(f"the manager is not told that nobody has dealt with it: {[(header(m, 'Subject'), m['text']) for m in theirs]}")
    if header(last, "Importance") != "high" or is_chinese(header(last, "Subject")):
        fail(f"the manager's mail is not as it should be: {last['headers']}")
    for mail in theirs:
        for word in ("300.00", "1,300", "30%"):
            if word in mail["text"] or word in mail["html"]: fail(f"the manager is told {word}: {mail['text']}")
    if "1,000.00 CNY" not in last["text"]: fail(f"nor what may be seen: {last['text']}")
    threads = {header(mail, "References") for mail in ours + theirs}
    if len(threads) != 1 or None in threads or len({header(mail, "Message-ID") for mail in ours + theirs}) != 2 + len(theirs):
        fail(f"mails of one alert do not stand in one thread: {threads}")
    talks = [r for r in web.taken() if r["path"] == "/dingtalk/0" and beta in json.dumps(r["body"])]
    if not talks or not all(r["signatures"] == [True] for r in talks) or "300.00" in json.dumps(talks):
        fail(f"the manager's chat is not as it should be: {talks}")
    box.expect({"li.wei": 1}, planned)
    said("after the deadline the manager is told as well, in English, in the owner's thread, and nobody is told a margin without the right")

    counts = {login: len(box.of(login, beta)) for login, *_ in PEOPLE}
    identifier = notice("li.wei", beta)
    publish(actual_cost("BETA", "2026-03-05"))
    for login in ("li.wei", "manager.ks01"):
        until(f"it is over for {login}", 10, lambda: any(row["noticeId"] == identifier for row in inbox(login, state="over")["notices"]))
    days_pass("2026-03-06", "2026-03-11", "2026-03-12")
    box.expect({login: count for login, count in counts.items() if count}, beta)
    said("what is over is told nobody any more")

    # The plan's day passed as well: now its words are in mails.
    until("the plan's day is told", 30, lambda: len(box.of("li.wei", planned)) >= 2)
    quiet()
    mails = box.of("li.wei", planned)[1:] + box.of("manager.ks01", planned)
    if not any("another carrier" in mail["text"] for mail in mails): fail("no mail tells the plan")
    for mail in mails:
        if "<script" in mail["html"] or any("mallory" in value or name.lower() == "bcc" for name, value in mail["headers"]):
            fail(f"what somebody wrote is more than words: {mail}")
        if any("mallory" in address for address in mail["recipients"]): fail("a mail went to mallory")
        if header(mail, "References") != header(first, "References"): fail("it is not in the thread of its order")
    if not any("&lt;script&gt;" in mail["html"] for mail in mails): fail("what somebody wrote is not there at all")
    said("line breaks, header fields and HTML in what people write are words")


def an_invoice(box):
    """An invoice due: the owner, then managers by level, and nobody once it is paid."""
    number = "INV-OMEGA"
    publish(order("OMEGA", "2026-03-12", cost="700.00", customer="OMEGA"), ("invoice.issued.v1", number, {
        "invoiceId": number, "customer": {"code": "OMEGA"}, "orderIds": ["OMEGA"], "issuedAt": "2026-03-12T11:00:00+08:00",
        "dueAt": "2026-03-20T12:00:00+08:00", "amount": "1000.00", "currency": "CNY"}))
    box.expect({}, number)
    steps = [(("2026-03-13", "2026-03-14"), {"li.wei": 1}), (("2026-03-20", "2026-03-21"), {"li.wei": 2}),
             (("2026-03-27", "2026-03-28"), {"li.wei": 3, "manager.ks01": 1}),
             (("2026-04-07", "2026-04-08"), {"li.wei": 3, "manager.ks01": 1, "head.east": 1})]
    for days, counts in steps:
        days_pass(*days)
        box.expect(counts, number)
        said(f"the invoice on {days[-1]}: mails {counts}")
    for login in ("li.wei", "manager.ks01", "head.east"):
        if "1,000.00 CNY" not in box.of(login, number)[-1]["text"]: fail("the open amount is not told")
    identifiers = {row["noticeId"] for row in inbox("li.wei")["notices"] if row["objectId"] == number}
    began = time.monotonic()
    publish(("payment.received.v1", "PAY-OMEGA", {
        "paymentId": "PAY-OMEGA", "customer": {"code": "OMEGA"}, "receivedAt": "2026-04-08T12:00:00+08:00", "amount": "1000.00",
        "currency": "CNY", "allocations": [{"invoiceId": number, "amount": "1000.00"}]}))
    until("the notices of the invoice are over", 10, lambda: identifiers <= {row["noticeId"] for row in inbox("li.wei", state="over")["notices"]})
    said(f"over {time.monotonic() - began:.1f} s after the payment was published, the commands included")
    days_pass("2026-04-20", "2026-04-21", "2026-05-20", "2026-05-21")
    box.expect(steps[-1][1], number)
    said("an invoice due: its owner, then the managers by level, and nobody after the payment")


def mailboxes(box, web):
    """Mailboxes that are none, are full, or break the connection: each mail stands as the server said, and nobody else's is lost."""
    def trouble(name, number, other, clock, state, words, *more):
        """An order at a loss of who has such an address, and one of somebody else's in the same minute."""
        waybill("notices", "prefer", "--language", "en", "--address", f"mail={name}@{DOMAIN}", *more, "--json", by="wu.jie")
        publish(order(number, "2026-05-21", owner="wu.jie", clock=clock), order(other, "2026-05-21", clock=clock))
        identifier = notice("wu.jie", alert(number))

        def row():
            rows = waybill("notices", "show", identifier, "--json", by="director")["handovers"]
            found = [one for one in rows if one["login"] == "wu.jie" and one["channel"] == "mail"]
            return found[0] if len(found) == 1 and found[0]["state"] == state and words in (found[0]["serverWords"] or "") else None

        told = until(f"{name}@ stands as {state} with '{words}'", 30, row)
        said(f"{name}@: {told['state']}, {told['serverWords']}")
        return identifier, told, alert(other)

    waiting.add("wu.jie")
    _, told, kappa = trouble("unknown", "IOTA", "KAPPA", "12:00:00", "refused", "550 5.1.1", "--address", "wecom=sales-east")
    refused.add(told["handoverId"])
    box.expect({"li.wei": 1}, kappa)
    iota = alert("IOTA")
    until("what no mailbox takes is in the chat", 20, lambda: [
        r for r in web.taken() if r["path"] == "/wecom/0" and iota in json.dumps(r["body"])])
    full, _, mu = trouble("full", "LAMBDA", "MU", "13:00:00", "queued", "450 4.2.2")
    box.expect({"li.wei": 1}, mu)
    cut, _, xi = trouble("cut", "NU", "XI", "14:00:00", "queued", "while it was given the mail")
    box.expect({"li.wei": 1}, xi)
    # A server that says it goes down is left alone by all: what is another's waits as well, and comes.
    waiting.add("li.wei")
    busy, _, pi = trouble("busy", "OMICRON", "PI", "15:00:00", "queued", "421 4.3.2")
    waybill("notices", "read", full, cut, busy, "--json", by="wu.jie")
    waybill("notices", "prefer", "--language", "en", "--address", f"mail=wu.jie@{DOMAIN}", "--json", by="wu.jie")
    publish(order("RHO", "2026-05-21", clock="16:00:00"))
    waiting.clear()
    box.expect({"li.wei": 1}, pi)
    box.expect({"li.wei": 1}, alert("RHO"))
    for identifier in (full, cut, busy):
        rows = waybill("notices", "show", identifier, "--json", by="director")["handovers"]
        states = {row["state"] for row in rows if row["login"] == "wu.jie"}
        if states != {"read"}: fail(f"what was read while its mail waited stands as {states}")
    said("mailboxes that are none, full, cut or busy: each stands as the server said, and others have theirs once")


def away(box, mail, web):
    """The mail server away, and the notifier killed meanwhile: nothing is lost, and what waits is seen."""
    global is_away
    is_away = True
    mail.kill()
    publish(order("ZETA", "2026-05-22"), order("ETA", "2026-05-22", clock="10:30:00"))
    zeta, eta = alert("ZETA"), alert("ETA")

    def queued():
        rows = [row for row in handovers("queued", login="li.wei", channel="mail")["handovers"] if int(row["attempts"]) and row["serverWords"]]
        return rows if len(rows) >= 2 else None

    rows = until("two mails that wait, with why", 30, queued)
    for row in rows: said(f"waits: attempts {row['attempts']}, {row['serverWords']}")
    for one in (zeta, eta):
        until("the chat has it all the same", 20, lambda: [r for r in web.taken() if r["path"] == "/wecom/0" and one in json.dumps(r["body"])])
    # What was read by chat needs no mail.
    read = notice("li.wei", zeta)
    waybill("notices", "read", read, "--channel", "wecom", "--json", by="li.wei")
    service("kill")
    service("start")
    mail.start()
    is_away = False
    # The time at which it is tried again comes with the next thing that happens.
    publish(order("THETA", "2026-05-23"))
    box.expect({"li.wei": 1}, alert("THETA"))
    box.expect({"li.wei": 1}, eta)
    box.expect({}, zeta)
    shown = waybill("notices", "show", read, "--json", by="director")
    states = {row["channel"]: row["state"] for row in shown["handovers"] if row["login"] == "li.wei"}
    if states != {"mail": "read", "wecom": "handed-over", "webhook": "handed-over"}: fail(f"what was read by chat stands as {states}")
    if [row["readBy"] for row in shown["recipients"] if row["login"] == "li.wei"] != ["wecom"]: fail(f"it is not said by what it was read: {shown}")
    said("the mail server was away and the notifier killed: what waited is there once, and what was read by chat came by no mail")


def row_of(login, kind, state="all"):
    """The notices of a kind that came to somebody."""
    return [row for row in inbox(login, state=state)["notices"] if row["kind"] == kind]


def handed_over(box):
    """What is open of a customer is of who looks after it now, and of who did no more."""
    theta = alert("THETA")
    identifier = notice("li.wei", theta)
    publish(("ownership.handed-over.v1", "HO-1", {
        "handoverId": "HO-1", "revision": 1, "fromLogin": "li.wei", "toLogin": "wu.jie", "customers": [{"code": "C-THETA"}],
        "from": "2026-05-23", "reason": "another team", "by": "director", "handedOverAt": "2026-05-23T12:00:00+08:00"}))
    until("who looks after the customer now is told", 30, lambda: any(
        row["noticeId"] == identifier for row in inbox("wu.jie", state="open")["notices"]))
    until("who did is told no more", 30, lambda: all(
        row["noticeId"] != identifier for row in inbox("li.wei", state="open")["notices"]))
    said("an open notice went along with its customer, and is its former owner's no more")


def a_lead(box):
    """Somebody has a lead, and is told so. The command that makes somebody take leads is of today: after it the days of spring are over."""
    waybill("leads", "seller", "li.wei", "--capacity", "40", "--line", "air-freight", "--json", by="manager.ks01")
    publish(("lead.captured.v1", "LEAD-1", {
        "captureId": "LEAD-1", "channel": "fair", "company": "Lead Ltd", "email": "lead@people.example", "businessLine": "air-freight",
        "branch": "KS01", "by": "fair", "capturedAt": "2026-06-05T12:00:00+08:00"}))
    row = until("the lead is told", 20, lambda: row_of("li.wei", "lead-assigned"))[0]
    box.expect({"li.wei": 1}, row["objectId"])
    said("a lead came to who is to speak with it, by mail, and to nobody else")


def an_opportunity(box):
    """The day of a next step is over: who has it is told, and who gets it then at once."""
    def recorded(revision, owner, time):
        return ("opportunity.recorded.v1", f"OPP-1-{revision}", {
            "opportunityId": "OPP-1", "revision": revision, "state": "open", "stage": "qualification", "company": "Opp Ltd", "owner": owner,
            "branch": "KS01", "nextStep": "Call them", "nextStepDay": "2026-05-27", "createdAt": "2026-05-26T10:00:00+08:00",
            "changedAt": time, "by": "crm"})

    publish(recorded(1, "li.wei", "2026-05-26T10:00:00+08:00"))
    days_pass("2026-05-28", "2026-05-29")
    row = until("the next step is said to be late", 30, lambda: row_of("li.wei", "opportunity-step-overdue", "open"))[0]
    if row["objectId"] != "OPP-1": fail(f"another opportunity is told: {row}")
    publish(recorded(2, "wu.jie", "2026-05-29T10:00:00+08:00"))
    until("who has it now is told", 30, lambda: row_of("wu.jie", "opportunity-step-overdue", "open"))
    until("who had it is told no more", 30, lambda: not row_of("li.wei", "opportunity-step-overdue", "open"))
    said("a late next step was told who has the opportunity, and then who got it")


def a_clock():
    """A complaint takes too long: it is said, and over when the complaint is."""
    publish(("complaint.reported.v1", "CP-1", {
        "complaintId": "CP-1", "customer": {"code": "C-ETA"}, "orderId": "ETA", "category": "damage", "severity": "critical",
        "at": "2026-05-29T11:00:00+08:00", "by": "li.wei", "summary": "broken"}))
    days_pass("2026-06-01", "2026-06-02", "2026-06-03")
    until("it is said that the complaint takes too long", 30, lambda: [
        row for row in waybill("notices", "all", "--limit", "2000", "--json", by="director")["notices"]
        if row["objectId"] == "CP-1" and row["kind"].startswith("complaint-clock")])
    said("that a complaint takes too long is told")


def reread(box, mail):
    """The mail server has another password: the same process reads it at a signal, and a file that is wrong changes nothing."""
    log, pid_file = HOME / "log" / "notifier.log", HOME / "run" / "notifier.pid"
    count = lambda words: log.read_text(errors="replace").count(words)
    read, unusable = "the files of the settings were read again", "the files of the settings cannot be used"
    pid, reads, problems = pid_file.read_text(), count(read), count(unusable)
    signal = lambda: subprocess.run([str(ROOT / "deploy/local/service.sh"), "reload", "notifier"], check=True)
    kept = (WORK / "channels.json").read_text()
    (WORK / "channels.json").write_text("{")
    signal()
    until("the wrong file is said to be so", 20, lambda: count(unusable) > problems)
    publish(order("PHI", "2026-06-04"))
    box.expect({"li.wei": 1}, alert("PHI"))
    (WORK / "channels.json").write_text(kept)
    mail.kill()
    mail.settings["password"] = "another password"
    mail.start()
    (WORK / "mail.password").write_text("another password\n")
    # The webhook's new secret alone from now on: what is signed by it the server takes.
    (WORK / "desk.webhook").write_text(ROTATED + "\n")
    signal()
    until("the files are read again", 20, lambda: count(read) > reads)
    publish(order("CHI", "2026-06-05"))
    box.expect({"li.wei": 1}, alert("CHI"))
    if pid_file.read_text() != pid: fail("another process runs")
    said("passwords and secrets were changed without a restart; a wrong file changed nothing")


def once(box, mail, web):
    """Of everything that was handed over, each is in one mailbox, that of whose it is, once; and nothing else is."""
    rows = {row["handoverId"]: row for row in handovers()["handovers"]}
    found = Counter()
    for one in mail.taken():
        identifier = header(one, "Message-ID").strip("<>").split("@")[0]
        row = rows.get(identifier)
        if row is None: fail(f"a mail is no handover: {one['headers']}")
        if row["channel"] != "mail" or one["recipients"] != [f"{row['login']}@{DOMAIN}"] or one["to"] != one["recipients"]:
            fail(f"a mail went elsewhere: {one['recipients']}, {row}")
        found[identifier] += 1
    hooks = Counter(request["id"] for request in web.taken() if request["path"] == "/desk")
    for channel, counts in (("mail", found), ("webhook", hooks)):
        owed = {identifier for identifier, row in rows.items() if row["channel"] == channel and row["state"] == "handed-over"}
        if set(counts) != owed or any(count != 1 for count in counts.values()):
            fail(f"{channel}: lost {owed - set(counts)}, unknown {set(counts) - owed}, more than once "
                 f"{[identifier for identifier, count in counts.items() if count > 1]}")
    late = due(list(rows.values())) + [
        row for row in rows.values() if row["state"] == "refused" and row["handoverId"] not in refused]
    if gone := refused - {row["handoverId"] for row in rows.values() if row["state"] == "refused"}: fail(f"not refused: {gone}")
    if late: fail(f"not handed over: {late}")
    said(f"{len(found)} mails and {len(hooks)} webhooks: each handover once, with whose it is; states "
         f"{dict(Counter(row['state'] for row in rows.values()))}")


def main():
    people()
    without_channels()
    certificates = WORK / "certificates"
    mail = Server("smtp", security="starttls", certificate=str(certificates / "server.pem"), key=str(certificates / "server.key"),
                  user="waybill", password=PASSWORD)
    web = Server("http", dingtalk=SECRET, webhooks=[WEBHOOK, ROTATED])
    try:
        channels(mail, web)
        preferences()
        box = Mailbox(mail)
        planned, first = a_loss(box, web)
        a_deadline(box, web, planned, first)
        an_invoice(box)
        mailboxes(box, web)
        away(box, mail, web)
        handed_over(box)
        an_opportunity(box)
        a_clock()
        reread(box, mail)
        a_lead(box)
        once(box, mail, web)
    finally:
        for server in (mail, web): server.kill()


main()
