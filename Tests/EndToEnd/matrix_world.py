"""A small group: its organisation, its policy, and what comes of six stages of business, one after the other.

The business of a stage is all of one home, and each stage is farther from li.wei than the one before: their own, a colleague's of
the team, another team's of the branch, another branch's of the division, another division's, and that of a branch which nobody has
recorded. So what somebody around li.wei sees of a kind is the first stages, and they have to be answered as everybody was when
there was nothing else. All that a stage numbers or names begins with its mark, `W3-`, its line of business among it.
"""
import csv
import datetime
import hashlib
import io
import json

STAGES = {1: ("li.wei", "KS01"), 2: ("wu.jie", "KS01"), 3: ("lin.na", "KS01"), 4: ("zhao.lei", "SH01"),
          5: ("huang.bo", "SZX1"), 6: (None, "ZZ99")}
HOMES = {stage: [(owner, branch, None)] for stage, (owner, branch) in STAGES.items()}
ZONE = "+08:00"
FIRST = "2020-01-01"

NODES = [("G", "group", "", "Group"), ("FIN", "centre", "G", "Finance"), ("SUP", "centre", "G", "Supply chain"),
         ("EAST", "division", "G", "East"), ("SOUTH", "division", "G", "South"), ("KS01", "branch", "EAST", "Kunshan"),
         ("SH01", "branch", "EAST", "Shanghai"), ("NJ01", "branch", "EAST", "Nanjing"), ("SZX1", "branch", "SOUTH", "Shenzhen"),
         ("KS01-A", "team", "KS01", "Kunshan A"), ("KS01-B", "team", "KS01", "Kunshan B")]
# Login, node, manager and roles. Who has none may log in and sees nothing.
PEOPLE = [
    ("director", "G", "", "executive"), ("auditor.group", "G", "", "auditor"), ("ops.qian", "G", "", "operator"),
    ("clerk.fin", "FIN", "", "finance-clerk"), ("controller.fin", "FIN", "", "finance-controller"),
    ("credit.fin", "FIN", "", "credit-manager"), ("buyer.sup", "SUP", "", "buyer"), ("steward.data", "SUP", "", "data-steward"),
    ("head.east", "EAST", "director", "division-head"), ("service.east", "EAST", "head.east", "service-manager"),
    ("manager.ks01", "KS01", "head.east", "branch-manager"), ("agent.ks01", "KS01", "manager.ks01", "service-agent"),
    ("both.ks01", "KS01", "manager.ks01", "service-agent sales-manager"), ("guest.ks01", "KS01", "manager.ks01", ""),
    ("lead.ks01a", "KS01-A", "manager.ks01", "sales-manager"), ("li.wei", "KS01-A", "lead.ks01a", "sales-rep"),
    ("wu.jie", "KS01-A", "lead.ks01a", "sales-rep"), ("lin.na", "KS01-B", "manager.ks01", "sales-rep"),
    ("manager.sh01", "SH01", "head.east", "branch-manager"), ("zhao.lei", "SH01", "manager.sh01", "sales-rep"),
    ("deputy.sh01", "SH01", "manager.sh01", "sales-rep"), ("manager.nj01", "NJ01", "head.east", "branch-manager"),
    ("new.nj01", "NJ01", "manager.nj01", "sales-rep"), ("head.south", "SOUTH", "director", "division-head"),
    ("manager.szx1", "SZX1", "head.south", "branch-manager"), ("huang.bo", "SZX1", "manager.szx1", "sales-rep")]
LOGINS = [login for login, *_ in PEOPLE] + ["stranger"]
ROLES = 14


def organisation():
    """The organisation as a file of 'waybill people import'."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow("login node kind parent purpose name englishName position manager from until externalId".split())
    for node, kind, parent, name in NODES:
        out.writerow(["", node, kind, parent, "", name, "", "", "", FIRST, "", ""])
    for number, (login, node, manager, roles) in enumerate(PEOPLE):
        out.writerow([login, node, "", "", "", login, "", roles, manager, FIRST, "", 1000 + number])
    return text.getvalue()


def policy(demo, today):
    """The policy of the demo with these people; a manager on leave has a deputy in another branch."""
    demo = json.load(open(demo))
    people = [{"login": login, "roles": roles.split()} for login, _, _, roles in PEOPLE if roles]
    lent = {"delegation": "leave", "of": "manager.ks01", "to": "deputy.sh01", "rights": ["see", "approve"],
            "kinds": ["order", "credit"], "scope": "node", "fields": ["margin"], "from": today.isoformat(),
            "until": (today + datetime.timedelta(days=30)).isoformat(), "recorded": today.isoformat(), "reason": "annual leave"}
    return {**demo, "people": people, "delegations": [lent]}


def identifier(source, code, kind="customer"):
    """The customer that a code is by itself, or the lead that came into being by a capture: the same everywhere, as the services
    make it."""
    digest = hashlib.sha256()
    for part in (kind, source, code):
        part = part.encode()
        digest.update(str(len(part)).encode() + b":" + part)
    raw = bytearray(digest.digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def credit_code(number):
    """A valid unified social credit code (GB 32100-2015, with the check of GB 11714-1997 in it)."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    company = f"{number * 7919:08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(company, (3, 7, 9, 10, 5, 8, 4, 2))) % 11
    body = "91320583" + company + {10: "X", 11: "0"}.get(rest, str(rest))
    return body + letters[-sum(letters.index(letter) * 3 ** place for place, letter in enumerate(body)) % 31]


NAMES = {1: ("Kunshan Harmony Bearings", "Lotus Ceramics"), 2: ("Taihu Optical Glass", "Bamboo Furniture Works"),
         3: ("Yangcheng Lake Foods", "Redbrick Chemicals"), 4: ("Pudong Turbine Parts", "Silkroad Textiles"),
         5: ("Nanshan Robotics", "Delta Toys"), 6: ("Arctic Seafood Holding", "Granite Minerals")}
# Companies that ask for something and are no customers by that name yet.
PROSPECTS = {1: "Anchor Pumps", 2: "Birch Paper", 3: "Copper Kettle", 4: "Dune Solar", 5: "Ember Glass", 6: "Fjord Fisheries"}


class World:
    """What a stage consists of, as messages: type, identifier, source and data."""

    def __init__(self, today):
        self.today = today

    def day(self, days):
        return (self.today + datetime.timedelta(days=days)).isoformat()

    def time(self, days, clock="09:00:00"):
        return f"{self.day(days)}T{clock}{ZONE}"

    @property
    def noon(self):
        """The time of the services' clocks while the stages come: nothing of them is of a later time."""
        return self.time(0, "10:00:00")

    def order(self, stage, number, buyer, days, lines, source="mx", currency="CNY", **more):
        owner, branch = STAGES[stage]
        mark = f"W{stage}-"
        body = {"orderId": mark + number, "revision": 1, "customer": {"code": mark + buyer}, "branch": branch,
                "businessLine": mark + "air", "placedAt": self.time(days, f"09:0{stage}:00"), "currency": currency,
                "lines": [{"line": place + 1, "serviceItem": "AIR-EXPORT", "quantity": "10", "unit": "kg", "lane": "PVG-LAX",
                           "revenue": revenue, "supplier": {"code": mark + "S1"}, **({"cost": cost} if cost else {})}
                          for place, (revenue, cost) in enumerate(lines)], **more}
        if owner: body["salesOwner"] = owner
        return ("order.placed.v1", mark + number, source, body)

    def first(self):
        """What sets all services' clocks, before anything that is earlier."""
        return [self.order(1, "O1", "C1", 0, [("1001.00", "700.00")], placedAt=self.noon)]

    def pooled(self):
        """Somebody of whom nobody knows whose business it is: it is in the pool before any stage, where everybody sees it who sees leads."""
        return [("lead.captured.v1", "pooled", "mx", {
            "captureId": "POOLED", "channel": "fair", "campaign": "spring-fair", "company": "Harbour Street Traders",
            "email": "desk@harbour.example", "by": "ghost.fair", "capturedAt": self.noon})]

    def facts(self, stage):
        """What other systems tell of a stage."""
        owner, branch = STAGES[stage]
        by, w, day, time = owner or "ghost.w6", f"W{stage}-", self.day, self.time
        name, other = (f"{w}{name} Ltd" for name in NAMES[stage])
        cny = {"currency": "CNY"}
        c1, c2, c3 = ({"code": f"{w}C{number}"} for number in (1, 2, 3))
        order = lambda *words, **more: self.order(stage, *words, **more)
        said = [] if stage == 1 else [order("O1", "C1", 0, [(f"{1000 + stage}.00", "700.00")])]
        said += [
            order("O2", "C1", -40, [("800.00", "950.00")], promisedAt=time(-36)),
            order("O3", "C2", -30, [("300.00", "280.00"), ("90.00", "40.00")], currency="USD"),
            order("O4", "C2", -70, [("2000.00", None)]),
            order("O5", "C3", -12, [("600.00", "400.00")], consignee=c2),
            order("O7", "M1", -8, [("450.00", "300.00")], source="my"),
            order("O8", "C2", -6, [("70.00", "60.00")])]

        def tell(kind, number, body, source="mx"):
            said.append((kind, w + number, source, body))

        tell("customer.reported.v1", "c1", {**c1, "name": name, "creditCode": credit_code(stage), "branch": branch,
                                            "phones": [f"0512-5788000{stage}"], "address": f"{w}1 River Road"})
        tell("customer.reported.v1", "m1", {"code": w + "M1", "name": name, "creditCode": credit_code(stage), "branch": branch}, "my")
        tell("customer.reported.v1", "c2", {**c2, "name": other, "branch": branch})
        for number in ("S1", "S2"):
            tell("supplier.reported.v1", number.lower(), {"code": w + number, "name": f"{w}Carrier {number}", "branch": branch})
        tell("order.cancelled.v1", "x8", {"orderId": w + "O8", "revision": 2, "cancelledAt": time(-5)})
        tell("order.completed.v1", "d2", {"orderId": w + "O2", "revision": 1, "completedAt": time(-35), "onTime": False, "damaged": True})
        tell("order.completed.v1", "d4", {"orderId": w + "O4", "revision": 1, "completedAt": time(-60), "onTime": True})
        cost = {"line": 1, "supplier": {"code": w + "S2"}, **cny, "serviceDate": day(-11)}
        tell("cost.recorded.v1", "k1", {**cost, "costId": w + "K1", "orderId": w + "O2", "state": "actual", "amount": "940.00"})
        tell("cost.recorded.v1", "k2", {**cost, "costId": w + "K2", "orderId": w + "O5", "state": "estimated", "amount": "390.00"})

        def invoice(number, customer, order, issued, due, amount, source="mx"):
            tell("invoice.issued.v1", number, {"invoiceId": w + number, "customer": customer, "orderIds": [w + order], **cny,
                                               "issuedAt": time(issued), "dueAt": time(due), "amount": amount}, source)

        def payment(number, customer, days, amount, *allocations):
            tell("payment.received.v1", number, {
                "paymentId": w + number, "customer": customer, "receivedAt": time(days), "amount": amount, **cny,
                "allocations": [{"invoiceId": w + invoice, "amount": part} for invoice, part in allocations]})

        invoice("I1", c1, "O2", -38, -20, "800.00")
        invoice("I2", c2, "O4", -65, -50, "2000.00")
        invoice("I3", c3, "O5", -10, 20, "600.00")
        invoice("I4", {"code": w + "M1"}, "O7", -7, 25, "450.00", "my")
        payment("P1", c2, -48, "2077.70", ("I2", "2000.00"))
        payment("P2", c1, -15, "200.00", ("I1", "200.00"))
        payment("P3", c3, -5, "100.00", ("I3", "100.00"))
        tell("payment.returned.v1", "r3", {"returnId": w + "R3", "paymentId": w + "P3", "returnedAt": time(-4), "amount": "100.00",
                                           **cny, "reason": "bounced", "by": by})
        tell("credit-note.issued.v1", "n3", {"creditNoteId": w + "CN3", "customer": c3, "invoiceId": w + "I3", "issuedAt": time(-3),
                                             "amount": "50.00", **cny, "cause": "price"})
        tell("invoice.disputed.v1", "q1", {"disputeId": w + "Q1", "invoiceId": w + "I1", "openedAt": time(-18), "amount": "100.00",
                                           **cny, "reason": "price", "by": by})
        tell("payment.promised.v1", "h1", {"promiseId": w + "H1", "invoiceId": w + "I1", "amount": "300.00", **cny,
                                           "promisedOn": day(10), "madeAt": time(-1), "by": by})
        tell("write-off.proposed.v1", "z1", {"writeOffId": w + "Z1", "invoiceId": w + "I1", "amount": "50.00", **cny,
                                             "reason": "small-balance", "proposedBy": by, "proposedAt": time(-1)})
        tell("terms.agreed.v1", "t1", {"role": "customer", **c1, "kind": "net", "days": 45, "agreedAt": time(-80)})
        tell("customer.grouped.v1", "g2", {"customer": c2, "group": w + "G", "at": time(-80)})
        for number, whose in (("L1", {"customer": c1}), ("L2", {"group": w + "G"})):
            tell("credit-limit.set.v1", number, {"limitId": w + number, **whose, "amount": "9000.00", **cny, "from": day(-60),
                                                 "setBy": "credit.fin", "setAt": time(-60)})
        tell("credit-override.approved.v1", "v1", {
            "overrideId": w + "V1", "customer": c1, "amount": "100.00", **cny, "from": day(-20), "to": day(40),
            "approvedBy": "credit.fin", "tier": "branch-manager", "approvedAt": time(-20)})
        tell("credit-hold.lifted.v1", "y1", {"liftId": w + "Y1", "customer": c1, "until": day(30), "by": "credit.fin", "at": time(-2),
                                             "reason": "pays by the week"})
        for number, supplier, of, due, amount in (("SI1", "S2", "O5", 5, "390.00"), ("SI2", "S2", "O2", -3, "999.00")):
            tell("supplier-invoice.received.v1", number, {
                "invoiceId": w + number, "supplier": {"code": w + supplier}, "orderIds": [w + of], "issuedAt": time(-9),
                "dueAt": time(due), "amount": amount, **cny})
        tell("supplier-payment.made.v1", "sp1", {
            "paymentId": w + "SP1", "supplier": {"code": w + "S2"}, "paidAt": time(-2), "amount": "195.00", **cny,
            "allocations": [{"invoiceId": w + "SI1", "amount": "195.00"}]})
        tell("expense-budget.set.v1", "b1", {
            "budgetId": w + "B1", "revision": 1, "branch": branch, "account": w + "trips", "from": day(-100), "to": day(100),
            "amount": "100.00", **cny, "setBy": "controller.fin", **({"owner": owner} if owner else {})})
        for number, state, amount in (("E1", "committed", "120.00"), ("E2", "actual", "30.00")):
            tell("expense.reported.v1", number, {"expenseId": w + number, "state": state, "branch": branch, "owner": by,
                                                 "account": w + "trips", "day": day(-5), "amount": amount, **cny})
        complaint = {"category": "damage", "severity": "major", "by": by}
        tell("complaint.reported.v1", "p1", {**complaint, "complaintId": w + "P1", "customer": c1, "orderId": w + "O2",
                                             "at": time(-34), "summary": f"{w}two dented boxes"})
        tell("complaint.reported.v1", "p2", {**complaint, "complaintId": w + "P2", "customer": c3, "severity": "minor",
                                             "at": time(-7), "summary": f"{w}nobody calls back"})
        for number, customer in (("N1", c1), ("N2", c2)):
            tell("interaction.logged.v1", number, {
                "interactionId": w + number, "customer": customer, "channel": "phone", "at": time(-3), "with": f"{w}Ms Gu",
                "by": by, "summary": f"{w}asks for rates"})
        tell("consent.recorded.v1", "o1", {"customer": c1, "with": f"{w}Ms Gu", "channel": "phone", "state": "granted",
                                           "at": time(-3), "by": by})
        relation = {"revision": 1, "from": c1, "by": by}
        tell("relation.declared.v1", "r1", {**relation, "relationId": w + "R1", "to": c2, "kind": "parent-of", "share": "0.6"})
        tell("relation.declared.v1", "r2", {**relation, "relationId": w + "R2", "to": c3, "kind": "ships-to"})
        agreement = {"revision": 1, "by": by, "title": f"{w}prices", "validFrom": day(-100)}
        tell("agreement.recorded.v1", "a1", {**agreement, "agreementId": w + "A1", "customer": c1, "kind": "rates",
                                             "validUntil": day(30), "yearlyAmount": "12000.00", **cny, "businessLine": w + "air"})
        tell("agreement.recorded.v1", "a2", {**agreement, "agreementId": w + "A2", "customer": c2, "kind": "framework",
                                             "validUntil": day(-10)})
        deal = {"revision": 1, "customer": {**c1, "source": "mx"}, "branch": branch, "businessLine": w + "air", "product": "air-general",
                "nextStep": f"{w}call them", "nextStepDay": day(20), "createdAt": time(-20), "by": by, **({"owner": owner} if owner else {})}
        tell("opportunity.recorded.v1", "op1", {
            **deal, "opportunityId": w + "OP1", "state": "open", "stage": "negotiation", "title": f"{w}air to the west",
            "amount": f"{7000 + stage}.00", "margin": f"{900 - 100 * stage}.00", **cny, "closeDay": day(40),
            "competitors": [f"{w}Rival"], "changedAt": time(-10)})
        tell("opportunity.recorded.v1", "op2", {
            **deal, "opportunityId": w + "OP2", "state": "lost", "stage": "analysis", "title": f"{w}a warehouse", "lossReason": "price",
            "amount": f"{500 + stage}.00", "margin": "50.00", "currency": "USD", "changedAt": time(-4)})
        if stage == 6:
            # What names something that never comes is nobody's, and so the group's.
            tell("cost.recorded.v1", "kx", {**cost, "costId": w + "KX", "orderId": w + "OX", "state": "actual", "amount": "11.00"})
            payment("PX", c1, -6, "12.00", ("IX", "12.00"))
            tell("supplier-payment.made.v1", "spx", {
                "paymentId": w + "SPX", "supplier": {"code": w + "S1"}, "paidAt": time(-2), "amount": "13.00", **cny,
                "allocations": [{"invoiceId": w + "SIX", "amount": "10.00"}]})
            tell("order.completed.v1", "dx", {"orderId": w + "OX", "revision": 1, "completedAt": time(-2)})
        return said

    def lead(self, stage):
        """The lead of a stage."""
        return identifier("mx", f"W{stage}-LD1", "lead")

    def acts(self, stage):
        """What our people do in a stage, before there is a policy: who, type, source and data; in rounds, each upon what the one before
        has left."""
        w, day, time = f"W{stage}-", self.day, self.time
        owner, branch = STAGES[stage]
        by = owner or "ghost.w6"
        c1, cny, home = {"code": w + "C1", "source": "mx"}, {"currency": "CNY"}, {"branch": branch, "businessLine": w + "air"}
        quote = lambda number, step, days, who, clock="09:00:00", **more: (who, "sales", "sales.take-quote-step.v1", {
            "quoteId": w + number, "step": step, **more, "at": time(days, clock), "by": who})
        asked = {"customer": c1, **home, **cny, "validUntil": day(60),
                 "lines": [{"item": "QUOTED-AIR", "quantity": str(100 + stage), "unit": "kg"}]}
        first = [
            ("finance.director", "finance", "finance.set-acceptance.v1",
             {"customerId": identifier("mx", w + "C3"), "businessLine": w + "air", "level": "needs-approval", "reason": "a look first",
              "owner": by, "until": self.day(60), "by": "finance.director"}),
            (by, "servicedesk", "complaint.step-taken.v1",
             {"stepId": w + "1", "source": "mx", "complaintId": w + "P1", "step": "accepted", "at": self.time(-33), "by": by}),
            (by, "sales", "lead.captured.v1", {
                "captureId": w + "LD1", "channel": "form", "campaign": w + "fair", "company": w + PROSPECTS[stage],
                "contactName": f"{w}Ms Luo", "email": f"desk@prospect{stage}.example", "phone": f"0512-6799000{stage}", "customer": c1,
                **home, "text": f"{w}asks for rates", "consent": "granted", "by": by, "capturedAt": time(-3)}),
            (by, "sales", "sales.take-opportunity-step.v1", {
                "opportunityId": w + "OW1", "step": "opened", "customer": c1, "title": f"{w}weekly pallets", **home, **cny,
                "amount": f"{4000 + stage}.00", "margin": f"{100 * stage}.00", "closeDay": day(40), "nextStep": f"{w}visit",
                "nextStepDay": day(20), "at": time(-2), "by": by})]
        if stage == 1: first += self.cards()
        if owner:
            first.append(("director", "sales", "sales.set-lead-seller.v1", {
                "login": owner, "capacity": 0, "at": time(-1), "by": "director"}))
        # What is somebody's is spoken with, so that no clock takes it away; what is nobody's comes to nothing, and is in no pool.
        step = {"step": "contacted"} if owner else {"step": "closed", "reason": "not-ours"}
        return [
            first,
            [quote("Q1", "requested", -2, by, title=f"{w}rates for air", **asked),
             quote("Q2", "requested", -1, by, title=f"{w}a second one", **asked),
             (by, "sales", "sales.take-lead-step.v1", {
                 "leadId": self.lead(stage), **step, "expectedMargin": f"{1000 - 100 * stage}.00", **cny, "note": f"{w}rang them",
                 "at": time(-2), "by": by})],
            [quote("Q1", "submitted", -1, by)],
            [quote("Q1", "approved", -1, "director", "10:00:00")]]

    def cards(self):
        """By which quotes are priced, and what they cost us."""
        return [("director", "sales", "sales.import-rate-card.v1", {
            "card": card, "side": side, "at": self.time(-100), "by": "director",
            "rules": [{"rule": "R1", "serviceItem": "QUOTED-AIR", "unit": "kg", "method": "per-unit", "breaks": [{"rate": rate}],
                       "currency": "CNY", "validFrom": self.day(-100)}]}) for card, side, rate in (("MX-SELL", "sell", "30"), ("MX-BUY", "buy", "20"))]

    def later(self, stage):
        """What comes after the acts: an order that waits for approval."""
        return [self.order(stage, "O6", "C3", -2, [("650.00", "500.00")])]

    def tick(self, stage):
        """Lets finance's clock go on a little, so that its sums are made; it is about nobody's business."""
        return [("terms.agreed.v1", f"tick-{stage}", "mx", {
            "role": "supplier", "code": "NOBODY", "kind": "net", "days": 30, "agreedAt": self.time(0, f"10:00:{10 * stage - 1:02d}")})]

    def days_pass(self):
        """An order of the last stage two days later, each a day after the other: what is due every day is done."""
        return [self.order(6, f"O{90 + days}", "C1", days, [("10.00", "5.00")], placedAt=self.time(days)) for days in (1, 2)]


def lines(messages):
    """Messages as a file of 'waybill orders publish'."""
    return "".join(json.dumps({"type": kind, "id": f"{source}-{number}", "source": source, "data": body}) + "\n"
                   for kind, number, source, body in messages)
