#!/usr/bin/env python3
"""Every question and every act, by everybody, against what follows from the policy's file, the organisation's file and the test
data alone (Tests/Oracles/sight.py).

usage: matrix.py WORK EDGE-URL-FILE USERS-FOLDER

1. While there is no policy, business comes stage by stage (matrix_world.py), and after each stage everything is asked.
2. The policy is set. Everybody asks everything; single things, one of each nearness. Who sees the first stages of a kind has to be
   answered as everybody was when there was nothing else, to the last total; without the values of fields that they have no right to,
   ordered and paged by nothing that they do not see. Whatever is refused, is by the policy. A single thing that somebody does not see
   is answered like one that is not there. Lists and sums are asked a second time to be taken out, which is answered by what may be exported.
3. Two days pass, so that what is made of the business daily is there as well: lists hold the rows of the stages that are seen.
4. Everybody tries every act upon a thing of each nearness: what the policy gives nobody is refused by it, and nothing else is.
5. Notices are seen as far as the policy shows them, or they came to somebody whose own things are seen; why something is decided so
   is what the acts were told.
6. A customer is shared: each sees the own deals in full, and what the customer comes to for the group with the customer.

In every answer, whatever it is of, no mark of a stage may stand that is not seen.
"""
import base64
import collections
import csv
import datetime
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import time
from decimal import Decimal, InvalidOperation

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Tests" / "Oracles"), str(ROOT / "Tests" / "EndToEnd")]
import matrix_acts
import matrix_world
from matrix_wire import Wire
from matrix_world import HOMES, LOGINS, STAGES, World, identifier
from permissions import FIELDS
from sight import WITHIN, Book, Sight, questions

SERVICES = ["customer", "sales", "servicedesk", "finance", "supplier", "notifier"]
ALL = frozenset(STAGES)
# Who is near li.wei in every way, has several roles or a deputy's rights, or sees sums alone: they try everything that narrows.
CLOSE = {"li.wei", "lead.ks01a", "manager.ks01", "head.east", "both.ks01", "deputy.sh01", "clerk.fin"}
# What changes with the time of the question.
VOLATILE = re.compile(r"age_seconds|ageSeconds|heardAt|(.*_)?as_of|asOf")
# What changes once there is a policy: who may approve is said by it, and is worked out apart (see 'check_approvers').
BY_POLICY = {("finance", "orders.waiting"): "may_approve"}
# Kinds whose objects come of what this test does itself: that they are told or refused is compared, and not what.
MOVING = {"audit", "message", "setting", "person"}
# Tables that who sees a part of the group is told less of than there would be if there were no other part.
APART = {
    ("finance", "payables.list", "supplier payments that wait for an invoice or were set aside"):
        "a supplier's payment is the group's, whose invoices it may be for",
    ("finance", "payables.run", "payment run"): "it holds what the supplier was paid before, which is the group's",
    ("finance", "payables.prepayments", "prepayments"): "a supplier's payment is the group's",
    ("finance", "view.figures", "state"): "what is not folded yet is nobody's",
    **{("servicedesk", question, table): "of which branch and class a complaint's customer is, is looked at once a minute"
       for question, table in [("complaints.clocks", "clocks"), ("desk.next", "queue"), ("desk.load", "agents"),
                               ("desk.load", "ages"), ("desk.load", "up within two hours"), ("desk.load", "causes")]},
}
# Tables whose rows hold what is worked out of all that is seen, so that they are compared with what was told of the same stages alone.
RELATIVE = {
    ("finance", "profit.supplier-costs", "savings at the best branch"): "the best price is that of what is seen",
    ("finance", "profit.supplier-costs", "savings at the best supplier"): "the best price is that of what is seen",
    ("finance", "payables.dependency", "dependency"): "a share is of what is seen",
    ("finance", "credit.risk", "risk"): "it is learned from the invoices that are seen",
    ("finance", "credit.trial", "trial"): "it is learned from the invoices that are seen",
}


# Rows that everybody is told who is told anything of the table.
def is_open_row(service, question, row):
    """A supplier in the graph: it is no customer's and nobody's; and a lead in the pool, which whoever wants it may claim."""
    if service == "sales" and question in ("leads.list", "leads.pool"): return row.get("state", "pool") == "pool"
    return service == "customer" and question == "graph.nodes" and row.get("role") == "supplier"


# Questions that are not compared with what everybody was told stage by stage, each with the reason; and by which part of this test
# they are asked instead. One that no part has asked in the end fails it.
ASKED_APART = {
    ("notifier", "notices.list"): ("told", "what came to oneself is seen beside what the policy gives"),
    ("notifier", "notices.show"): ("told", "it is asked by a number that the notifier gives"),
    ("notifier", "notices.mine"): ("told", "everybody is told their own notices and nobody else's"),
    ("notifier", "summary"): ("told", "it counts what the list of notices shows"),
    ("notifier", "preferences.show"): ("told", "everybody is told their own"),
    ("servicedesk", "complaints.told"): ("later", "who was told depends on when it was looked, which is once a minute"),
    ("servicedesk", "complaints.policy-changed"): ("later", "it is worked out as of now by two policies of clocks"),
    **{(service, "permissions.explain"): ("explained", "without a policy there is nothing to explain") for service in SERVICES},
}
MARK = re.compile(r"W([1-6])-")
# What names nothing.
NOWHERE = "00000000-0000-4000-8000-000000000000"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Variant:
    """A question with values."""

    def __init__(self, service, question, values, lines=(), stage=None, is_base=False, right="see"):
        self.service, self.question, self.values, self.lines = service, question, values, list(lines)
        self.stage, self.is_base, self.right = stage, is_base, right

    def __str__(self):
        out = "to be taken out " * (self.right == "export")
        return f"{self.service} {self.question.name} {out}" + " ".join(f"{key}={value}" for key, value in self.values.items())

    def by(self, whom):
        return self.service, self.question.name, self.values, self.lines, whom, self.right == "export"

    @property
    def within(self):
        return self.values.get("within")

    @property
    def is_naming(self):
        """Whether it asks of single objects, so that sums are none over many."""
        by = re.split("[, ]", self.values.get("by", ""))
        if self.question.name == "funnel.on": return "owner" in by  # what one person works on is no figure over many
        return "customer" in self.values or "customers" in self.values or "customer" in by or "order" in by

    def tells_totals(self, table):
        return table.sums and not self.is_naming


class Matrix:
    def __init__(self, work, edge, users):
        self.work, self.users = pathlib.Path(work), users
        self.today = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)).date()
        self.world = World(self.today)
        self.policy = matrix_world.policy(ROOT / "deploy/permissions/demo.json", self.today)
        (self.work / "people.csv").write_text(matrix_world.organisation(), encoding="utf-8")
        (self.work / "policy.json").write_text(json.dumps(self.policy), encoding="utf-8")
        self.sight = Sight(self.policy, Book(self.work / "people.csv"), self.today)
        self.edge = Wire(pathlib.Path(edge).read_text().strip())
        self.operator = Wire(os.environ["WAYBILL_AMQP_OPERATOR_URL"])
        self.names = {identifier(source, f"W{stage}-{code}"): f"W{stage}-" for stage in [*STAGES, 9]
                      for source, code in [("mx", "C1"), ("mx", "C2"), ("mx", "C3"), ("my", "M1")]}
        self.names |= {self.world.lead(stage): f"W{stage}-" for stage in [*STAGES, 9]}
        self.names[NOWHERE] = "W9-"
        self.asked_apart = set()
        self.faults, self.sorts, self.counts, self.known = [], collections.Counter(), collections.Counter(), {}
        self.begun = time.monotonic()

    # MARK: Doing

    def waybill(self, *words, **more):
        done = subprocess.run([os.environ["WAYBILL_CLI"], *words], capture_output=True, text=True, **more)
        if done.returncode:
            sys.exit(f"waybill {' '.join(words)}: ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def drained(self):
        self.waybill("status", "--wait-drained", "60")

    def publish(self, messages):
        self.waybill("orders", "publish", "-", "--source", "mx", input=matrix_world.lines(messages))
        self.drained()

    def act(self, rounds):
        for acts in rounds:
            for (whom, service, kind, data), reply in zip(acts, self.edge.act([(a[0], a[2], "mx", a[3]) for a in acts])):
                if reply["status"] != "done": sys.exit(f"{kind} by {whom}: {reply}")
        self.drained()

    def stage(self, stage):
        if stage == 1: self.publish(self.world.first())
        self.publish(self.world.facts(stage))
        self.act(self.world.acts(stage))
        self.publish(self.world.later(stage))
        self.publish(self.world.tick(stage))

    def said(self, what):
        print(f"{time.monotonic() - self.begun:6.1f} s  {what}", flush=True)

    def fault(self, variant, whom, what):
        sort = f"{variant.service} {variant.question.name}: " + re.sub(r"\d+", "#", what)[:40]
        self.sorts[sort] += 1
        # Of each sort a few are enough to see what it is.
        if self.sorts[sort] <= 5: self.faults.append(f"{whom}: {variant}: {what}"[:1200])
        if len(self.faults) > 200: self.end()

    def end(self):
        if self.faults:
            sys.exit("\n".join(self.faults) + "\n" + "\n".join(f"{count} times {sort}" for sort, count in self.sorts.items())
                     + f"\n{len(self.faults)} faults told")

    # MARK: What is asked

    def variants(self, catalogue):
        """What is asked for lists and sums, and for single things of a stage."""
        day, found, singles, missing = self.world.day, [], [], []
        month, span = day(-40)[:7], {"from": day(-100), "to": day(0)}
        base = {
            "ledger.digest": {"type": "order.placed.v1", "since": day(-1)}, "ledger.known": {"source": "mx", "identifiers": "x"},
            "ledger.identifiers": {"type": "order.placed.v1", "source": "mx", "since": day(-1)},
            "ledger.names": {"type": "finance.order-decided.v1", "numbers": "1"}, "audit.show": {"entry": "none"},
            "drivers.trace": {"driver": "profitability"}, "drivers.show": {"from": day(-100), "to": day(0)},
            **{name: {"at": self.world.time(-1)} for name in (
                "complaints.clocks", "complaints.events", "desk.next", "desk.load")},
            "parties.search": {"text": "Ltd"}, "parties.resolve": {"name": "W1-Kunshan Harmony Bearings Ltd"},
            "periods.check": {"month": month}, "periods.late": {"month": month}, "periods.margins": {"month": month},
            "payables.run": {"payOn": day(0)}, "profit.margins": span, "profit.lines": span,
            "profit.supplier-costs": {**span, "minimumLines": "1"},
            "profit.bridge": {"before": f"{day(-100)}..{day(-21)}", "after": f"{day(-20)}..{day(0)}"},
            "view.figures": {**span, "by": "total,branch,line", "metric": "orders,revenue,cost,margin,held,receivable,cash"},
            "view.drill": {**span, "by": "total", "metric": "revenue"},
            "cards.show": {"card": "MX-BUY"}, **{name: {"state": "all"} for name in ("leads.list", "opportunities.list", "quotes.list")},
            "cards.price": {"item": "pallet-day", "unit": "pallet-day"},
            "products.show": {"code": "vmi"}, "products.used": {"code": "storage", "level": "item"},
            "people.show": {"login": "li.wei"}, "organisation.show": {"node": "KS01"}, "ownership.items": {"login": "li.wei"}}
        one = {
            "orders.show": lambda w: {"orderId": w + "O2", "source": "mx"},
            "acceptance.show": lambda w: {"customer": w + "C3", "source": "mx"},
            "acceptance.ask": lambda w: {"customer": w + "C3", "source": "mx", "businessLine": w + "air", "amount": "10.00"},
            "receivables.statement": lambda w: {"customer": w + "C1", "source": "mx"},
            "parties.business": lambda w: {"party": identifier("mx", w + "C1")},
            "complaints.show": lambda w: {"complaintId": w + "P1", "source": "mx"},
            "customers.show": lambda w: {"code": w + "C1", "source": "mx"},
            "parties.name": lambda w: {"party": f"mx/{w}C1"}, "parties.show": lambda w: {"party": w + "C1", "source": "mx"},
            "parties.history": lambda w: {"party": w + "C1", "source": "mx"},
            "parties.explain": lambda w: {"one": f"mx/{w}C1", "other": f"my/{w}M1"},
            "parties.merge-preview": lambda w: {"one": f"mx/{w}C1", "other": f"mx/{w}C2"},
            "alerts.show": lambda w: {"alertId": self.alerts.get(w, NOWHERE)},
            "bulletins.show": lambda w: {"customerId": identifier("mx", w + "C1"), "month": day(-35)[:7]},
            "bulletins.deliveries": lambda w: {"customerId": identifier("mx", w + "C1"), "month": day(-35)[:7]},
            "reviews.show": lambda w: {"review": NOWHERE}, "leads.show": lambda w: {"leadId": self.world.lead(int(w[1]))},
            "quotes.show": lambda w: {"quoteId": w + "Q1"}, "quotes.document": lambda w: {"quoteId": w + "Q1"},
            "opportunities.show": lambda w: {"opportunityId": w + "OP1", "source": "mx"}}
        about = lambda w: {"customer": w + "C1", "source": "mx"}
        for name in ("customers.overview", "classes.show", "graph.show", "graph.group", "graph.leads", "interactions.list",
                     "interactions.consent", "ownership.show"):
            one[name] = about
        fact = {f"{kind}.preview": message for kind, message in [
            ("customers", "customer.reported.v1"), ("suppliers", "supplier.reported.v1"), ("invoices", "invoice.issued.v1"),
            ("payments", "payment.received.v1"), ("budgets", "expense-budget.set.v1"), ("agreements", "agreement.recorded.v1")]}
        tried = {"branch": "KS01", "owner": "li.wei", "line": "W1-air", "source": "mx", "customer": "W1-C1", "from": day(-35),
                 "to": day(-5), "asOf": day(-16), "at": day(-1), "on": day(-1), "atLeast": "100", "atMost": "700", "loss": "1",
                 "person": "li.wei", "text": "Gu", "phone": "0512-57880001", "address": "River", "bankAccount": "1", "email": "a@b.cn"}
        more = {name: ["customer", "owner", "order", "branch,line,item,supplier,lane"] for name in (
            "profit.margins", "profit.bridge", "profit.supplier-costs")}
        for question in catalogue:
            for service in [question.service] if question.service else SERVICES:
                if (service, question.name) in ASKED_APART: continue
                add = lambda values, lines=(), is_base=False: found.append(
                    Variant(service, question, values, lines, is_base=is_base))
                if question.name in one:
                    for stage in [*STAGES, 9]:
                        values = one[question.name](f"W{stage}-")
                        taken = {name: value for name, value in values.items() if name in question.takes or name != "source"}
                        singles.append(Variant(service, question, taken, stage=stage))
                    continue
                first = dict(base.get(question.name, {}))
                lines = [json.dumps(body) for kind, _, _, body in self.world.facts(6) if kind == fact.get(question.name)]
                if lines: first["source"] = "mx"
                lacking = [name for name, (required, _, _) in question.takes.items() if required and name not in first]
                if lacking:
                    missing.append(f"{service} {question.name}: no value for {', '.join(lacking)}")
                    continue
                if "totals" in question.takes: first["totals"] = "true"
                if (limit := re.match(r"1 to (\d+)", question.takes.get("limit", (0, "", 0))[1])) and "limit" not in first:
                    first["limit"] = str(min(200, int(limit[1])))
                add(first, lines, is_base=True)
                for name, (_, words, needs) in question.takes.items():
                    is_settled = name in first and (name, first[name]) != ("state", "all")
                    if is_settled or name in ("within", "limit", question.cursor, "totals", "currency") or lines: continue
                    words, choices = words.split("; ")[0], []
                    if ", " in words and not words.startswith("a "): choices = [word for word in words.split(", ") if word != first.get(name)]
                    for value in choices or ([tried[name]] if name in tried else []):
                        add({**first, name: value})
                for name, (_, _, needs) in question.takes.items():
                    for field, words in needs:
                        if words: add({**first, name: sorted(words)[0]})
                for by in more.get(question.name, []): add({**first, "by": by})
        if missing: sys.exit("questions without values, and not left out with a reason:\n" + "\n".join(missing))
        return found, singles

    # MARK: What is expected

    def seen(self, whom, variant, table):
        """The stages of a table that somebody sees, the fields, and whether nothing at all may be seen of it."""
        if variant.question.is_for_everybody: return ALL, frozenset(FIELDS), False
        totals = variant.tells_totals(table)
        return self.of(whom, table.shows, totals, variant.within, variant.right)

    def of(self, whom, kind, totals, within, right="see"):
        key = (whom, kind, totals, within, right)
        if key not in self.known:
            parts = self.sight.parts(whom, kind, totals, within, right)
            stages = frozenset(stage for stage, homes in HOMES.items() if self.sight.sees(whom, kind, homes, totals, within, right))
            self.known[key] = (stages, self.sight.fields(whom, kind, totals, within, right), not parts)
        return self.known[key]

    def apart(self, whom):
        """The stages of whose single things somebody is asked: all, or one of each nearness."""
        if whom in CLOSE: return list(STAGES)
        first = {}
        for stage, homes in HOMES.items(): first.setdefault(self.sight.near(whom, "order", homes[0]), stage)
        return sorted(first.values())

    def refusal(self, whom, variant):
        """Where the policy refuses a question; None when it does not."""
        question = variant.question
        if question.is_for_everybody: return None
        mine = [self.seen(whom, variant, table) for table in question.tables if table.shows == question.shows]
        full = self.of(whom, question.shows, False, variant.within, variant.right)
        if all(closed for _, _, closed in mine or [full]): return "$"
        if question.is_of_whole and (full[0] != ALL or full[2]): return "$"
        otherwise = {name: match[1] for name, (_, words, _) in question.takes.items()
                     if (match := re.search(r"; (.*) when not given", words))}
        for name, value in {**otherwise, **variant.values}.items():
            for field, words in question.takes[name][2]:
                if words and not words & set(re.split("[, ]", value)): continue
                those = [self.seen(whom, variant, table) for table in question.tables
                         if field in table.columns.values() or any(need == field for _, _, need in table.keys)]
                if any(field not in fields for _, fields, _ in those + [full] * (not those)): return f"parameters.{name}"
        return None

    def marks(self, text):
        return {int(mark) for mark in MARK.findall(UUID.sub(lambda match: self.names.get(match[0], match[0]), text))}

    def is_seen(self, whom, table, row, marks, stages, within=None, right="see"):
        """Whether a row is one of stages that are seen. An alert is seen as well by whom it went to, a notice by whom it names.

        A notice of no customer, that of an expense, is of whom it is told and of the branch whose budget it is.
        """
        if table.shows == "notice" and row.get("customer_id") == "-" and not row["kind"].startswith("period-"):
            return self.sight.sees(whom, table.shows, [(row["sales_owner"], row["branch"], None)], False, within, right)
        if table.name == "sellers" and "capacity" in row:
            # Who takes leads is of that person alone, wherever that one's customers are.
            return self.sight.sees(whom, table.shows, [(row["login"], None, None)], False, within, right)
        if table.name == "view" and row.get("branch") == "-":
            # What is paid and allocated to nothing is of no branch, and so the group's.
            return self.sight.sees(whom, table.shows, [(None, None, None)], True, within, right)
        if table.shows == "margin-alert" and row.get("escalated_to"):
            if self.sight.sees(whom, table.shows, [(row["escalated_to"], None, None)], False, within, right): return True
        if table.shows == "notice" and row.get("sales_owner") and len(marks) == 1 and row["sales_owner"] != STAGES[min(marks)][0]:
            return self.sight.sees(whom, table.shows, [(row["sales_owner"], None, None)], False, within, right)
        return marks <= stages

    def check_approvers(self, variant, whom, told):
        """Who may approve each order, by the policy."""
        column = BY_POLICY.get((variant.service, variant.question.name))
        if column not in told.columns: return
        for row in told.records():
            marks = self.marks(str(row))
            if len(marks) != 1: continue
            wanted = sorted(login for login in self.sight.roles if self.sight.does(login, "approve", "order", HOMES[min(marks)]))
            self.counts["orders with who may approve them"] += 1
            if sorted(filter(None, (row[column] or "").split(", "))) != wanted:
                self.fault(variant, whom, f"'{told.name}': {row[column]} may approve {row['order_id']}, not {wanted}")

    def scan(self, variant, whom, told, table, stages, asked):
        self.check_approvers(variant, whom, told)
        for row in told.records():
            if is_open_row(variant.service, variant.question.name, row): continue
            marks = {mark for value in row.values() if value for mark in self.marks(value)} - asked
            if not self.is_seen(whom, table, row, marks, stages, variant.within, variant.right):
                self.fault(variant, whom, f"'{told.name}' tells of stages {sorted(marks - stages)}, which are not seen: {row}")

    def seen_rows(self, whom, variant, table, world, blank, stages):
        """The rows of a table as everybody was told it, that somebody sees of these stages: all but what is nobody's."""
        rows = self.rows(world, blank)
        if stages == ALL: return rows
        return [row for row, record in zip(rows, world.records())
                if "-" not in (record.get("customer_id"), record.get("branch")) and table.name != "sellers" or self.is_seen(
                    whom, table, record, self.marks(str(record)), stages, variant.within, variant.right)]

    @staticmethod
    def rows(table, blank):
        """The rows with what may be compared."""
        places = [None if VOLATILE.fullmatch(name) or name in BY_POLICY.values() or name in blank else place
                  for place, name in enumerate(table.columns)]
        return [tuple(None if place is None else row[place] for place in places) for row in table.rows]

    def check_form(self, variant, whom, told, table, fields, closed):
        """Blank columns, cursors, and the order of what is left."""
        blank = set(told.columns) if closed else set(table.withheld(fields, told.columns))
        if set(told.blanked) != blank:
            self.fault(variant, whom, f"'{told.name}' withholds {sorted(told.blanked)}, not {sorted(blank)}")
        for row in told.records():
            shown = [name for name in blank if row[name] is not None]
            if shown: self.fault(variant, whom, f"'{told.name}' shows {shown} in {row}")
        if closed and (told.rows or told.next or told.count or told.totals):
            self.fault(variant, whom, f"'{told.name}' tells something, and nothing of '{table.shows}' is seen")
        summed = {column for column, _, _ in told.totals} & blank
        if summed: self.fault(variant, whom, f"'{told.name}' tells totals of {sorted(summed)}")
        order = table.order(fields)
        if told.next and not table.is_varying:
            cursor = json.loads(base64.urlsafe_b64decode(told.next + "=" * (-len(told.next) % 4)))
            if len(cursor) != 1 + len(order):
                self.fault(variant, whom, f"'{told.name}': a page ends with {cursor}, which is not by {order}")
        if order and order[0][0] in told.columns and len(table.order(fields)) < len(table.keys):
            place, down = told.columns.index(order[0][0]), order[0][1]
            values = [self.sortable(row[place]) for row in told.rows]
            if values != sorted(values, reverse=down):
                self.fault(variant, whom, f"'{told.name}' is not by {order[0][0]}, but as it would be with what is withheld")
        return blank

    @staticmethod
    def sortable(value):
        try:
            return (0, Decimal(value or "0"), "")
        except InvalidOperation:
            return (1, Decimal(0), value)

    def check(self, variant, whom, answer, worlds):
        """An answer with lists and sums against those of the worlds, by number of stages."""
        self.counts["answers"] += 1
        question, asked = variant.question, {mark for value in variant.values.values() for mark in self.marks(value)}
        strange = set() if answer.reason is None else self.marks(answer.detail) - asked
        if strange: self.fault(variant, whom, f"the refusal tells of stages {sorted(strange)}: {answer.detail}")
        refused = self.refusal(whom, variant)
        if refused:
            self.counts["refused"] += 1
            if answer.reason != "not-authorised" or not answer.detail.startswith(refused + ":"):
                self.fault(variant, whom, f"not refused at {refused}: {answer.reason} {answer.detail} {answer.text[:300]}")
            return False
        if answer.reason == "not-authorised":
            self.fault(variant, whom, f"refused: {answer.detail}")
            return False
        if question.shows in MOVING:
            self.counts["told or refused only"] += 1
            for told in answer.tables.values():
                _, fields, closed = self.seen(whom, variant, question.table(told.name))
                self.check_form(variant, whom, told, question.table(told.name), fields, closed)
            return False
        if answer.reason is not None:
            stages, _, _ = next((self.seen(whom, variant, table) for table in question.tables if table.shows == question.shows),
                                self.of(whom, question.shows, False, variant.within, variant.right))
            place = self.prefix(stages)
            wanted = worlds[place] if place is not None else None
            if wanted is not None and wanted.reason != answer.reason:
                self.fault(variant, whom, f"{answer.reason} {answer.detail}, and with {place} stages {wanted.reason or 'an answer'}")
            return False
        for told in answer.tables.values():
            table = question.table(told.name)
            stages, fields, closed = self.seen(whom, variant, table)
            blank = self.check_form(variant, whom, told, table, fields, closed)
            self.scan(variant, whom, told, table, stages, asked)
            if closed: continue
            if (variant.service, question.name, told.name) in APART and stages != ALL:
                self.counts["told apart with a reason"] += 1
                continue
            self.compare(variant, whom, told, table, stages, fields, blank, worlds)
        return True

    @staticmethod
    def prefix(stages):
        return len(stages) if stages == frozenset(range(1, len(stages) + 1)) else None

    def compare(self, variant, whom, told, table, stages, fields, blank, worlds):
        place = self.prefix(stages)
        mine = self.rows(told, blank)
        if is_open := variant.question.name == "graph.nodes" and variant.service == "customer":
            shown = lambda rows, columns: [row for row in rows if row[columns.index("role")] != "supplier"]
            mine = shown(mine, told.columns)
        if place is None:
            # Farther and nearer, and not what lies between: the rows that each stage has brought.
            if not table.is_paged or table.sums or (variant.service, variant.question.name, told.name) in RELATIVE:
                self.counts["not compared: sums over stages that do not follow one another"] += 1
                return
            each = [collections.Counter(self.seen_rows(whom, variant, table, world.tables[told.name], blank, stages))
                    if told.name in world.tables else collections.Counter() for world in worlds]
            if any(each[number] - each[number + 1] for number in range(len(each) - 1)):
                self.counts["not compared: rows that change with what comes"] += 1
                return
            # What was there before any stage is nobody's, and everybody's who sees anything of the table.
            wanted = sum((each[number] - each[number - 1] for number in stages), each[0])
            if is_open: wanted = collections.Counter(shown(list(wanted.elements()), told.columns))
            self.counts["tables"] += 1
            if collections.Counter(mine) != wanted: self.differs(variant, whom, told, mine, list(wanted.elements()))
            return
        world = worlds[place].tables.get(told.name)
        if world is None:
            self.fault(variant, whom, f"'{told.name}' is told, and was not with {place} stages: {worlds[place].reason}")
            return
        wanted = self.seen_rows(whom, variant, table, world, blank, stages)
        unseen = len(world.rows) - len(wanted)
        if is_open: wanted = shown(wanted, world.columns)
        self.counts["tables"] += 1
        in_order = table.is_paged and len(table.order(fields)) == len(table.keys)
        if mine != wanted and (in_order or collections.Counter(mine) != collections.Counter(wanted)):
            return self.differs(variant, whom, told, mine, wanted)
        if told.columns != world.columns: self.fault(variant, whom, f"'{told.name}' has columns {told.columns}")
        if is_open: return
        count = world.count and world.count - unseen
        if told.count != count: self.fault(variant, whom, f"'{told.name}' counts {told.count} rows, not {count}")
        sums = sorted(total for total in world.totals if total[0] not in blank)
        if sorted(told.totals) != sums: self.fault(variant, whom, f"'{told.name}' comes to {told.totals}, not {sums}")

    def differs(self, variant, whom, told, mine, wanted):
        more, less = (collections.Counter(a) - collections.Counter(b) for a, b in ((mine, wanted), (wanted, mine)))
        self.fault(variant, whom, f"'{told.name}' {told.columns}: {len(mine)} rows, not {len(wanted)}; too much {list(more)[:3]}, "
                                  f"missing {list(less)[:3]}{'' if more or less else ', in another order'}")

    def check_single(self, variant, whom, answer, whole, nothing):
        """What is told of one thing of a stage: all of it as it is told to everybody, or what is told of one that is not there."""
        self.counts["single things"] += 1
        question, stage = variant.question, variant.stage
        refused = self.refusal(whom, variant)
        if refused:
            self.counts["refused"] += 1
            if answer.reason != "not-authorised" or not answer.detail.startswith(refused + ":"):
                self.fault(variant, whom, f"not refused at {refused}: {answer.reason} {answer.detail}")
            return
        plain = lambda text: MARK.sub("W#-", UUID.sub(lambda match: self.names.get(match[0], match[0]), text)).replace("W9-", "W#-")
        mine, _, _ = self.of(whom, question.shows, False, None)
        is_apart = any((variant.service, question.name, table.name) in APART for table in question.tables) and mine != ALL
        if stage not in mine or is_apart:
            # A page's end, a count or a detail would tell that there is something.
            same = answer.reason == nothing.reason and plain(answer.detail) == plain(nothing.detail)
            for told in answer.tables.values():
                other = nothing.tables.get(told.name)
                same = same and other is not None and [*map(str, map(plain, map(str, self.rows(told, []))))] == [
                    *map(plain, map(str, self.rows(other, [])))]
            if not same or self.marks(answer.detail) - {stage} or any(
                    self.marks(str(row)) - {stage} for told in answer.tables.values() for row in told.rows):
                self.fault(variant, whom, f"told of what is not seen otherwise than of what is not there: {answer.reason} "
                                          f"{answer.detail} {answer.text[:500]}, and {nothing.reason} {nothing.text[:300]}")
            return
        if answer.reason != whole.reason:
            self.fault(variant, whom, f"{answer.reason} {answer.detail}, and everybody was told {whole.reason or 'it'}")
            return
        for told in answer.tables.values():
            table = question.table(told.name)
            stages, fields, closed = self.seen(whom, variant, table)
            blank = self.check_form(variant, whom, told, table, fields, closed)
            self.scan(variant, whom, told, table, stages, set())
            if told.name == "blocks":
                hidden = {block.name for block in question.tables if self.seen(whom, variant, block)[2]}
                for row in told.records():
                    if row["block"] in hidden and row["rows"] not in (None, "0"):
                        self.fault(variant, whom, f"says how many rows '{row['block']}' has, of which nothing is seen")
                continue
            wanted = self.rows(whole.tables[told.name], blank) if stage in stages and not closed else []
            got = self.rows(told, blank)
            self.counts["tables"] += 1
            if collections.Counter(got) != collections.Counter(wanted): self.differs(variant, whom, told, got, wanted)

    # MARK: The parts

    def worlds(self, found, into):
        """Everything asked as it is now, by the operator, who may while there is no policy."""
        for variant, answer in zip(found, self.operator.ask([variant.by(None) for variant in found])):
            into[variant].append(answer)

    def folded(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            state, = self.operator.ask([("finance", "view.figures", {"from": self.world.day(0), "to": self.world.day(0)}, [], None)])
            row = state.tables["state"].records()[0]
            if row["documents_waiting"] == "0" and row["changes_waiting"] == "0": return
            time.sleep(0.2)
        sys.exit(f"finance has not made its sums: {row}")

    def run(self):
        catalogue = questions(ROOT / "docs/contracts/questions.md")
        listed = json.loads(self.waybill("query", "--list", "--json"))["questions"]
        known = {(question.service or "every", question.name) for question in catalogue}
        told = {(row["service"], row["question"]) for row in listed}
        if known != told: sys.exit(f"the document of questions and the command know others: {sorted(known ^ told)}")
        unknown = {login for login in LOGINS if not self.sight.roles.get(login)} - {"guest.ks01", "stranger"}
        roles = {role for person in self.policy["people"] for role in person["roles"]}
        if unknown or len(roles) != matrix_world.ROLES: sys.exit(f"not one of each role: {unknown} {sorted(roles)}")
        matrix_acts.check_all_tried(self.world)
        self.waybill("policy", "check", str(self.work / "policy.json"))
        self.waybill("people", "import", str(self.work / "people.csv"), "--reason", "the group as it is")
        self.drained()

        # 1. Stage by stage.
        self.alerts = {}
        found, _ = self.variants(catalogue)
        self.publish(self.world.pooled())
        worlds = collections.defaultdict(list)
        self.worlds(found, worlds)
        for stage in STAGES:
            self.stage(stage)
            self.folded()
            self.worlds(found, worlds)
            self.said(f"stage {stage}: {len(found)} questions answered as they are to everybody")
        alerts, = self.operator.ask([("finance", "alerts.list", {"state": "all", "limit": "200"}, [], None)])
        for row in alerts.tables["alerts"].records():
            if row["order_id"] and row["order_id"].endswith("-O2"): self.alerts[row["order_id"][:3]] = row["alert_id"]
            self.names[row["alert_id"]] = f"W{min(self.marks(str(row)))}-"
        if len(self.alerts) != len(STAGES): sys.exit(f"not every stage has its alert: {self.alerts}")
        _, singles = self.variants(catalogue)
        everybody = dict(zip(singles, self.operator.ask([variant.by(None) for variant in singles])))
        self.report_empty(catalogue, found, worlds, singles, everybody)

        # 2. By the policy.
        self.waybill("policy", "set", str(self.work / "policy.json"), "--reason", "who may do what, from now on")
        self.await_policy()
        self.said("the policy holds in every service")
        for whom in LOGINS: self.asks(whom, found, singles, worlds, everybody)
        self.said(f"{self.edge.asked} questions of {len(LOGINS)} people")
        self.command_line()
        self.said("the command's JSON and CSV")

        # 3. Two days later.
        self.publish(self.world.days_pass())
        by_name = {(question.service, question.name): question for question in catalogue}
        apart = [Variant(service, by_name[service, name], {"limit": "200", "totals": "true"}, is_base=True)
                 for (service, name), (part, _) in ASKED_APART.items() if part == "later"]
        self.later([variant for variant in found if variant.is_base] + apart)
        self.check_refused(apart)
        self.said("two days later")

        # 4. Acts.
        matrix_acts.run(self)
        self.said(f"{self.counts['acts']} acts")

        # 5. Notices, and why something is decided so.
        self.told(by_name)
        self.said("what people were told")
        self.explained(by_name)
        self.said("why it is decided so")

        # 6. A customer of one person orders from another one of another branch.
        self.shared()
        unasked = set(ASKED_APART) - self.asked_apart
        if unasked: self.faults.append(f"asked by no part of this test: {sorted(unasked)}")
        self.end()
        print("as worked out apart: " + ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items())))

    def report_empty(self, catalogue, found, worlds, singles, everybody):
        """Of what has no rows at all nothing follows: most tables have some, and which have none is said."""
        filled = collections.Counter()
        for variant, answers in [(variant, worlds[variant][-1:]) for variant in found] + [
                (variant, [everybody[variant]]) for variant in singles]:
            for answer in answers:
                for told in answer.tables.values():
                    filled[variant.service, variant.question.name, variant.question.table(told.name).name] += len(told.rows)
        empty = [" ".join(name) for name, count in filled.items() if not count]
        print(f"{len(filled) - len(empty)} tables have rows, {len(empty)} have none while days do not pass: {'; '.join(sorted(empty))}")
        if len(empty) > len(filled) / 2: sys.exit("most tables have no rows, so that nothing is compared")

    def await_policy(self):
        deadline, waiting = time.monotonic() + 60, set(SERVICES)
        while waiting and time.monotonic() < deadline:
            asked = sorted(waiting)
            for service, answer in zip(asked, self.edge.ask([(service, "summary", {}, [], "stranger") for service in asked])):
                if answer.reason == "not-authorised": waiting.discard(service)
            time.sleep(0.1)
        if waiting: sys.exit(f"the policy has not come to {sorted(waiting)}")
        self.drained()

    def asks(self, whom, found, singles, worlds, everybody):
        """Everything by one person, and their lists page by page."""
        mine = [variant for variant in found if variant.is_base or whom in CLOSE and not self.refusal(
            whom, Variant(variant.service, variant.question, {}))]
        answers = self.edge.ask([variant.by(whom) for variant in mine])
        told = [(variant, answer) for variant, answer in zip(mine, answers) if self.check(variant, whom, answer, worlds[variant])]
        # As far as is asked for, beside as far as is seen: what is nearer than that is all that there is.
        if whom in CLOSE:
            near = [Variant(variant.service, variant.question, {**variant.values, "within": within}) for variant in mine
                    if variant.is_base and "within" in variant.question.takes for within in WITHIN if within]
            for variant, answer in zip(near, self.edge.ask([variant.by(whom) for variant in near])):
                origin = next(known for known in mine if known.question is variant.question and known.service == variant.service
                              and known.is_base)
                self.check(variant, whom, answer, worlds[origin])
        # To be taken out, it is answered by the right to export.
        out = [(variant, Variant(variant.service, variant.question, variant.values, variant.lines, right="export"))
               for variant in mine if variant.is_base]
        for (origin, variant), answer in zip(out, self.edge.ask([variant.by(whom) for _, variant in out])):
            self.counts["answers to be taken out"] += 1
            self.check(variant, whom, answer, worlds[origin])
        own = [variant for variant in singles if variant.stage in (1, 9)
               or variant.stage in self.apart(whom) and not self.refusal(whom, variant)]
        answers = dict(zip(own, self.edge.ask([variant.by(whom) for variant in own])))
        for variant, answer in answers.items():
            nothing = next(answers[other] for other in own if other.stage == 9 and other.question is variant.question
                           and other.service == variant.service)
            self.check_single(variant, whom, answer, everybody[variant], nothing)
        self.pages(whom, [(variant, answer) for variant, answer in told if variant.is_base])

    def pages(self, whom, told):
        """Lists in pages of half their length hold the same rows in the same order."""
        open_lists = []
        for variant, answer in told:
            if "limit" not in variant.question.takes: continue
            for table in answer.tables.values():
                described = variant.question.table(table.name)
                if described.is_paged and len(table.rows) > 1:
                    half = str(len(table.rows) // 2)
                    open_lists.append([variant, table, half, None, []])
        while open_lists:
            asked = [(variant.service, variant.question.name, {
                **{name: value for name, value in variant.values.items() if name != "totals"}, "limit": half,
                **({variant.question.cursor: cursor} if cursor else {})}, variant.lines, whom)
                for variant, _, half, cursor, _ in open_lists]
            rest = []
            for job, answer in zip(open_lists, self.edge.ask(asked)):
                variant, table, half, _, rows = job
                page = answer.tables.get(table.name)
                self.counts["pages"] += 1
                if page is None or len(page.rows) > int(half):
                    self.fault(variant, whom, f"a page of '{table.name}' is {answer.reason} {answer.detail}")
                    continue
                _, fields, closed = self.seen(whom, variant, variant.question.table(table.name))
                self.check_form(variant, whom, page, variant.question.table(table.name), fields, closed)
                rows += self.rows(page, [])
                if page.next and len(rows) <= len(table.rows):
                    job[3] = page.next
                    rest.append(job)
                elif rows != self.rows(table, []):
                    self.fault(variant, whom, f"pages of {half} of '{table.name}' are not the list")
            open_lists = rest

    def command_line(self):
        """What the command prints for programs, as three people with users of their own."""
        for whom in ("li.wei", "manager.ks01", "director"):
            environment = {**os.environ, "WAYBILL_AMQP_USER_URL_FILE": f"{self.users}/{whom}.url"}
            for service, name, table, key in (("finance", "orders.list", "orders", "order_id"), ("finance", "alerts.list", "alerts", "alert_id"),
                                              ("customer", "customers.list", "customers", "customer_id")):
                answer, = self.edge.ask([(service, name, {"limit": "200"}, [], whom)])
                told = answer.tables[table]
                words = ["query", service, name, "limit=200"]
                document = json.loads(self.waybill(*words, "--json", env=environment))
                camel = lambda text: re.sub(r"_(\w)", lambda match: match[1].upper(), text)
                rows = document[table]
                where = f"waybill {' '.join(words)} by {whom}"
                if [row[camel(key)] for row in rows] != [row[key] for row in told.records()]:
                    self.faults.append(f"{where} --json tells other rows than the service")
                if any(row[camel(column)] is not None for row in rows for column in told.blanked):
                    self.faults.append(f"{where} --json tells what is withheld")
                withheld = sorted(document.get("withheld", {}).get(table, []))
                if withheld != sorted(map(camel, told.blanked)) and withheld != sorted(told.blanked):
                    self.faults.append(f"{where} --json withholds {withheld}, the service {told.blanked}")
                # As CSV it is taken out, be it on the screen.
                answer, = self.edge.ask([(service, name, {"limit": "200"}, [], whom, True)])
                done = subprocess.run([os.environ["WAYBILL_CLI"], *words, "--csv"], capture_output=True, text=True, env=environment)
                self.counts["outputs of the command"] += 2
                if answer.reason is not None:
                    if done.returncode != 2 or done.stdout or "the right 'export'" not in done.stderr:
                        self.faults.append(f"{where} --csv is not refused: {done.returncode} {done.stdout[:300]} {done.stderr[:300]}")
                    self.counts["outputs of the command refused"] += 1
                    continue
                told = answer.tables[table]
                rows = list(csv.DictReader(io.StringIO(done.stdout)))
                if done.returncode or [row[key] for row in rows] != [row[key] for row in told.records()]:
                    self.faults.append(f"{where} --csv tells other rows than the service")
                if any(row[column] for row in rows for column in told.blanked):
                    self.faults.append(f"{where} --csv tells what is withheld")
        refused = subprocess.run([os.environ["WAYBILL_CLI"], "query", "finance", "profit.lines", f"from={self.world.day(-9)}",
                                  f"to={self.world.day(0)}", "--csv"], capture_output=True, text=True,
                                 env={**os.environ, "WAYBILL_AMQP_USER_URL_FILE": f"{self.users}/li.wei.url"})
        if refused.returncode != 2 or refused.stdout:
            self.faults.append(f"a refused question ends with {refused.returncode}: {refused.stdout[:300]}")

    def shared(self):
        deal, home = "W4-SHARED", [("zhao.lei", "SH01", None)]
        self.publish([self.world.order(4, "SHARED", "C1", -1, [("77.00", "50.00")], customer={"code": "W1-C1"})])
        for whom in LOGINS:
            if not self.sight.parts(whom, "order"): continue
            seen = self.sight.sees(whom, "order", home)
            answers = self.edge.ask([("finance", "orders.list", {"limit": "200"}, [], whom)] + [
                (service, "orders.show", {"orderId": deal, "source": "mx"}, [], whom) for service in ("finance", "sales")])
            told = [row["order_id"] for row in answers[0].tables["orders"].records()]
            if (deal in told) != seen: self.faults.append(f"{whom}: of the shared customer's orders '{deal}' is {told.count(deal)} times told")
            for answer in answers[1:]:
                if any(table.rows for table in answer.tables.values()) != seen:
                    self.faults.append(f"{whom}: '{deal}' is to be {'told' if seen else 'not there'}: {answer.reason} {answer.text[:300]}")
            self.counts["answers of a shared customer's deal"] += 3
        of_group, of_owner, of_other = self.edge.ask([
            ("customer", "customers.overview", {"customer": "W1-C1", "source": "mx"}, [], whom)
            for whom in ("director", "li.wei", "zhao.lei")])
        if of_owner.tables["orders"].rows != of_group.tables["orders"].rows:
            self.faults.append("who looks after a shared customer is not told what it comes to for the group")
        if of_other.tables and any(of_other.tables["orders"].rows):
            self.faults.append("who made one deal with a shared customer is told of all of it")

    def check_refused(self, variants):
        """What the policy refuses of questions that are asked apart is refused by it, and nothing else is."""
        for whom in LOGINS:
            for variant, answer in zip(variants, self.edge.ask([variant.by(whom) for variant in variants])):
                refused = self.refusal(whom, variant)
                self.counts["answers"] += 1
                self.counts["refused"] += bool(refused)
                self.asked_apart.add((variant.service, variant.question.name))
                if bool(refused) != (answer.reason == "not-authorised"):
                    self.fault(variant, whom, f"is {'' if refused else 'not '}refused by the policy: {answer.reason} {answer.detail}")

    def told(self, by_name):
        """Notices of the notifier, by whom and where they are and to whom they came, as an auditor is told."""
        question = lambda name: by_name["notifier", name]
        every, = self.edge.ask([("notifier", "notices.list", {"state": "all", "limit": "2000"}, [], "auditor.group")])
        rows = every.tables["notices"].records()
        open_ones, = self.edge.ask([("notifier", "notices.list", {"state": "open", "limit": "2000"}, [], "auditor.group")])
        standing = {row["notice_id"] for row in open_ones.tables["notices"].records()}
        shown = self.edge.ask([("notifier", "notices.show", {"notice": row["notice_id"]}, [], "auditor.group") for row in rows])
        came = {row["notice_id"]: {one["login"] for one in answer.tables["recipients"].records() if not one["until"]}
                for row, answer in zip(rows, shown)}
        homes = {row["notice_id"]: [(row["owner"], row["node"], None)] + [(login, None, None) for login in sorted(came[row["notice_id"]])]
                 for row in rows}
        if not any(came.values()): sys.exit("nobody was told anything")
        self.asked_apart |= {place for place, (part, _) in ASKED_APART.items() if part == "told"}
        unseen = {}
        for whom in LOGINS:
            of = [Variant("notifier", question("notices.list"), {"state": "all", "limit": "2000"}), Variant("notifier", question("summary"), {}),
                  Variant("notifier", question("notices.mine"), {"state": "all", "limit": "2000"}),
                  Variant("notifier", question("preferences.show"), {})]
            listed, summed, mine, preferences = self.edge.ask([variant.by(whom) for variant in of])
            self.check_refused_one(of[0], whom, listed)
            self.check_refused_one(of[1], whom, summed)
            seen = {one for one, of_one in homes.items() if self.sight.sees(whom, "notice", of_one)}
            if listed.reason is None:
                table = listed.tables["notices"]
                _, fields, closed = self.seen(whom, of[0], of[0].question.table("notices"))
                self.check_form(of[0], whom, table, of[0].question.table("notices"), fields, closed)
                got = {row["notice_id"] for row in table.records()}
                if got != seen:
                    self.fault(of[0], whom, f"tells {len(got)} notices, not {len(seen)}: too much {sorted(got - seen)[:3]}, missing {sorted(seen - got)[:3]}")
            if summed.reason is None:
                by_total = {one for one, of_one in homes.items() if self.sight.sees(whom, "notice", of_one, True)}
                wanted = collections.Counter(row["severity"] for row in rows if row["notice_id"] in by_total & standing)
                got = {row["severity"]: int(row["open"]) for row in summed.tables["notices"].records()}
                if got != dict(wanted): self.fault(of[1], whom, f"counts {got}, not {dict(wanted)}")
            # Everybody has their own, whatever the policy says.
            if mine.reason is None:
                got = {row["notice_id"] for row in mine.tables["notices"].records()}
                own = {one for one, logins in came.items() if whom in logins}
                if got != own: self.fault(of[2], whom, f"tells {len(got)} notices, and {len(own)} came: {sorted(got ^ own)[:3]}")
            elif whom != "stranger":
                self.fault(of[2], whom, f"one's own are refused: {mine.reason} {mine.detail}")
            others = {row["login"] for row in preferences.tables["reader"].records()} - {whom} if preferences.reason is None else set()
            if others: self.fault(of[3], whom, f"tells how {sorted(others)} want to be told")
            # A single one: one that is seen, one that is not, and one that is not there.
            names = {"seen": min(seen, default=None), "unseen": min(set(homes) - seen, default=None), "nothing": NOWHERE}
            names = {what: one for what, one in names.items() if one}
            single = {what: Variant("notifier", question("notices.show"), {"notice": one}) for what, one in names.items()}
            answers = dict(zip(single, self.edge.ask([variant.by(whom) for variant in single.values()])))
            for what, answer in answers.items(): self.check_refused_one(single[what], whom, answer)
            if answers["nothing"].reason is not None: continue
            if "seen" in answers and not any(table.rows for table in answers["seen"].tables.values()):
                self.fault(single["seen"], whom, "a notice that is in the list is not told")
            if "unseen" in answers:
                unseen[whom] = names["unseen"]
                if any(table.rows for table in answers["unseen"].tables.values()):
                    self.fault(single["unseen"], whom, f"a notice that is not seen is told: {answers['unseen'].text[:300]}")
            self.counts["notices compared"] += len(homes)
        if not unseen: sys.exit("everybody sees every notice: nothing is told apart")

    def check_refused_one(self, variant, whom, answer):
        """Whether one answer is refused just when the policy refuses it."""
        refused = self.refusal(whom, variant)
        self.counts["answers"] += 1
        self.counts["refused"] += bool(refused)
        if bool(refused) != (answer.reason == "not-authorised"):
            self.fault(variant, whom, f"is {'' if refused else 'not '}refused by the policy: {answer.reason} {answer.detail}")

    def explained(self, by_name):
        """Whether something may be done and why, of things of each stage, as the operator is told: the outcome is what acts are told."""
        lead = lambda w: self.world.lead(int(w[1]))
        customer = lambda w: identifier("mx", w + "C1")
        things = {
            "customer": [("administer", "customer", "customer", customer, ""), ("act", "interaction", "customer", customer, "")],
            "sales": [("act", "customer", "lead", lead, ""), ("act", "customer", "opportunity", lambda w: w + "OP1", "mx"),
                      ("act", "agreement", "quote", lambda w: w + "Q1", ""), ("approve", "order", "quote", lambda w: w + "Q1", "")],
            "servicedesk": [("act", "complaint", "complaint", lambda w: w + "P1", "mx")],
            "finance": [("approve", "order", "order", lambda w: w + "O5", "mx"), ("act", "receivable", "invoice", lambda w: w + "I1", "mx")],
            "supplier": [("act", "expense", "branch", lambda w: STAGES[int(w[1])][1], "")],
            "notifier": [("administer", "expense", "branch", lambda w: STAGES[int(w[1])][1], "")]}
        asked, wanted = [], []
        for whom in LOGINS[:-1]:
            for service, those in things.items():
                for right, kind, thing, number, source in those:
                    for stage in self.apart(whom):
                        values = {"person": whom, "right": right, "kind": kind, "thing": thing, "number": number(f"W{stage}-")}
                        asked.append((service, "permissions.explain", values | ({"source": source} if source else {}), [], None))
                        homes = [(None, STAGES[stage][1], None)] if thing == "branch" else HOMES[stage]
                        wanted.append(self.sight.does(whom, right, kind, homes))
        for (service, name, values, _, _), may, answer in zip(asked, wanted, self.operator.ask(asked)):
            self.counts["decisions explained"] += 1
            self.asked_apart.add((service, name))
            variant = Variant(service, by_name[None, name], values)
            if answer.reason is not None:
                self.fault(variant, values["person"], f"not explained: {answer.reason} {answer.detail}")
                continue
            row = answer.tables["decision"].records()[0]
            if (row["outcome"] == "full") != may or row["is_known"] != "true" and values["thing"] != "branch":
                self.fault(variant, values["person"], f"is {'' if may else 'not '}given by the policy: {row}")
            elif may and not (row["line"] or row["delegation"]):
                self.fault(variant, values["person"], f"given by no line: {row}")
        # Who sees the settings may ask; nobody else.
        for whom in LOGINS:
            variants = [Variant(service, by_name[None, "permissions.explain"], {
                "person": whom, "right": "see", "kind": "order", "thing": "group", "number": "group"}) for service in SERVICES]
            for variant, answer in zip(variants, self.edge.ask([variant.by(whom) for variant in variants])):
                self.check_refused_one(variant, whom, answer)

    def later(self, found):
        """Lists after two days: rows by the marks that they have, as whoever sees everything is told them."""
        whole = self.edge.ask([variant.by("auditor.group") for variant in found])
        for whom in LOGINS:
            mine = [(variant, every) for variant, every in zip(found, whole)
                    if variant.question.shows not in MOVING and not self.refusal(whom, variant)]
            for (variant, every), answer in zip(mine, self.edge.ask([variant.by(whom) for variant, _ in mine])):
                for told in answer.tables.values():
                    table = variant.question.table(told.name)
                    stages, fields, closed = self.seen(whom, variant, table)
                    blank = self.check_form(variant, whom, told, table, fields, closed)
                    self.scan(variant, whom, told, table, stages, set())
                    apart = (variant.service, variant.question.name, told.name) in APART and stages != ALL
                    if closed or apart or not table.is_paged or variant.tells_totals(table) or told.name not in every.tables: continue
                    if (variant.service, variant.question.name, told.name) in RELATIVE: continue
                    wanted = []
                    for row, record in zip(self.rows(every.tables[told.name], blank), every.tables[told.name].records()):
                        marks = self.marks(" ".join(value for value in record.values() if value))
                        if not marks and is_open_row(variant.service, variant.question.name, record):
                            wanted.append(row)
                            continue
                        if len(marks) != 1: break
                        if self.is_seen(whom, table, record, marks, stages): wanted.append(row)
                    else:
                        self.counts["tables two days later"] += 1
                        got = self.rows(told, blank)
                        if collections.Counter(got) != collections.Counter(wanted): self.differs(variant, whom, told, got, wanted)
                        continue
                    self.counts["not compared: rows that say of no stage, or of several"] += 1
        if not self.counts["tables two days later"]: sys.exit("nothing was compared two days later")


if __name__ == "__main__":
    Matrix(*sys.argv[1:]).run()
