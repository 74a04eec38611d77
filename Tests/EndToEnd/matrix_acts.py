"""Every act, by everybody, upon a thing of each stage: what the policy does not give is refused by it, and nothing else is.

What right an act takes is written here once more, apart from the services: the right, the kind of object, what it is about, and data
that does no harm. What the policy allows may be refused for another reason, such as that an order has been decided.
"""
import collections
import pathlib
import re
import time

from matrix_world import HOMES, LOGINS, STAGES, identifier

ROOT = pathlib.Path(__file__).resolve().parents[2]

GROUP, STAGE, BRANCH, PERSON, ALERT, SELF = "group", "stage", "branch", "person", "alert", "self"
# Acts that are not tried, each with the reason. How many they are is counted: another one is to be argued for.
LEFT_OUT = {
    "sales.acknowledge-notices.v1": "it is of notices that the release before has told: there are none here",
    "notifier.mark-notices.v1": "one's own notices are read and put off by whoever they came to, whatever a policy says",
    "notifier.set-preferences.v1": "how one is told is said by oneself, whatever a policy says",
}
MOST_LEFT_OUT = 3
# Of whom the audit is looked through.
WATCHED = ["new.nj01", "agent.ks01", "stranger"]
SERVICES = ["customer", "sales", "servicedesk", "finance", "supplier", "notifier"]


def acts(world, alerts):
    """(type, right, kind, about what, data by mark, stage and person); no data where a stage has no such thing."""
    cny, day, noon = {"currency": "CNY"}, world.day, world.noon
    why = {"reason": "tried by a test"}
    old = world.time(-300)    # before anything was done about what it names: nothing comes of it
    code = lambda w, number="C1": {"code": f"{w}{number}"}
    made = lambda w, by: f"{w}T-{by}"
    people = [
        ("organisation.recorded.v1", "administer", "person", GROUP, lambda w, k, by: {
            "nodes": [{"node": "TRIED", "periods": [{"from": day(0), "kind": "branch", "parent": "NOWHERE", "name": "Tried",
                                                     "purpose": "business"}]}], "recordedAt": noon, **why, "by": by}),
        ("person.recorded.v1", "administer", "person", GROUP, lambda w, k, by: {
            "persons": [{"login": "tried", "periods": [{"from": day(0), "name": "Tried", "node": "NOWHERE"}]}], "recordedAt": noon,
            **why, "by": by}),
        ("person.left.v1", "administer", "person", GROUP, lambda w, k, by: {
            "login": "tried", "lastDay": day(0), "recordedAt": noon, **why, "by": by}),
        ("permission.policy-set.v1", "administer", "setting", GROUP, lambda w, k, by: {"document": ["{}"], **why, "by": by})]
    customer = [
        ("customer.merge-parties.v1", "act", "identity", GROUP, lambda w, k, by: {"parties": ["TRIED-1", "TRIED-2"], **why, "by": by}),
        ("customer.unmerge-parties.v1", "act", "identity", GROUP, lambda w, k, by: {"parties": ["TRIED-1"], **why, "by": by}),
        ("customer.decide-review.v1", "act", "identity", GROUP, lambda w, k, by: {"reviewId": "TRIED", "verdict": "later", "by": by}),
        ("customer.undo-decision.v1", "act", "identity", GROUP, lambda w, k, by: {"decisionId": "TRIED", **why, "by": by}),
        ("customer.correct.v1", "act", "identity", STAGE, lambda w, k, by: {
            "customerId": identifier("mx", w + "C2"), "field": "branch", "value": "NOWHERE", **why, "by": by}),
        ("customer.erase-person.v1", "act", "identity", STAGE, lambda w, k, by: {
            "source": "mx", "customer": code(w, "C2"), "with": "nobody", "by": by, "at": noon}),
        ("customer.set-strategic.v1", "act", "customer", STAGE, lambda w, k, by: {
            "customerId": identifier("mx", w + "C2"), "isStrategic": True, "from": day(0), **why, "by": by}),
        ("relation.declared.v1", "act", "customer", STAGE, lambda w, k, by: {
            "relationId": made(w, by), "revision": 1, "from": code(w), "to": code(w, "C3"), "kind": "competes-with", "by": by}),
        ("interaction.logged.v1", "act", "interaction", STAGE, lambda w, k, by: {
            "interactionId": made(w, by), "customer": code(w), "channel": "email", "at": noon, "by": by, "summary": "tried"}),
        ("consent.recorded.v1", "act", "interaction", STAGE, lambda w, k, by: {
            "customer": code(w, "C2"), "channel": "email", "state": "granted", "at": noon, "by": by})]
    sales = [
        ("agreement.recorded.v1", "act", "agreement", STAGE, lambda w, k, by: {
            "agreementId": w + "A1", "revision": 1, "customer": code(w), "kind": "other", "title": "tried", "validFrom": day(0), "by": by}),
        ("ownership.assigned.v1", "administer", "customer", STAGE, lambda w, k, by: {
            "assignmentId": made(w, by), "revision": 1, "customer": code(w), "from": day(400),
            "owners": [{"login": "li.wei", "share": "100"}], **why, "by": by, "assignedAt": noon}),
        ("ownership.handed-over.v1", "administer", "customer", STAGE, lambda w, k, by: {
            "handoverId": made(w, by), "revision": 1, "fromLogin": "tried.one", "toLogin": "tried.two", "customers": [code(w)],
            "from": day(400), **why, "by": by, "handedOverAt": noon}),
        ("sales.set-stages.v1", "administer", "setting", GROUP, lambda w, k, by: {
            "team": made(w, by), "stages": [{"stage": "tried", "name": "Tried"}], "at": noon, "by": by}),
        ("sales.set-quote-authority.v1", "administer", "setting", GROUP, lambda w, k, by: {
            "version": 1, "from": day(400), "currency": "CNY", "reason": "tried",
            "cells": [{"cell": "rest", "steps": [{"signer": "manager", "order": "any"}]}], "at": noon, "by": by}),
        ("sales.propose-product.v1", "administer", "rate", GROUP, lambda w, k, by: {
            "level": "unit", "code": made(w, by), "version": 9, "name": "Tried", "unit": "piece", "validFrom": day(0), "at": noon, "by": by}),
        ("sales.decide-product.v1", "administer", "rate", GROUP, lambda w, k, by: {
            "level": "unit", "code": "TRIED", "version": 1, "verdict": "approved", "at": noon, "by": by}),
        ("sales.import-rate-card.v1", "administer", "rate", GROUP, lambda w, k, by: {
            "card": made(w, by), "side": "sell", "rules": [{"rule": "R", "serviceItem": made(w, by), "unit": "kg", "method": "flat",
                                                            "breaks": [{"rate": "1"}], "currency": "CNY"}], "at": noon, "by": by}),
        ("sales.end-card-rules.v1", "administer", "rate", GROUP, lambda w, k, by: {
            "card": "TRIED", "lastDay": day(0), "note": "tried", "at": noon, "by": by}),
        ("sales.set-price-group.v1", "administer", "rate", GROUP, lambda w, k, by: {"group": made(w, by), "at": noon, "by": by}),
        ("sales.set-lead-seller.v1", "administer", "customer", PERSON, lambda w, k, by: STAGES[k][0] and {
            "login": STAGES[k][0], "capacity": 0, "at": noon, "by": by}),
        ("lead.captured.v1", "act", "customer", SELF, lambda w, k, by: {
            "captureId": made(w, by), "channel": "call", "company": f"Tried by {by}", "by": by, "capturedAt": old}),
        ("sales.take-lead-step.v1", "act", "customer", SELF, lambda w, k, by: {
            "leadId": "TRIED", "step": "claimed", "at": old, "by": by}),
        *[("sales.take-lead-step.v1", "act", "customer", STAGE, lambda w, k, by, step=step, more=more: {
            "leadId": world.lead(k), "step": step, **more, "at": old, "by": by}) for step, more in (
                ("contacted", {}), ("qualified", {}), ("recycled", {"reason": "no-time"}), ("closed", {"reason": "not-ours"}),
                ("converted", {}))],
        ("sales.take-lead-step.v1", "administer", "customer", STAGE, lambda w, k, by: {
            "leadId": world.lead(k), "step": "assigned", "to": "li.wei", "at": old, "by": by}),
        ("opportunity.recorded.v1", "act", "customer", SELF, lambda w, k, by: {
            "opportunityId": made(w, by), "revision": 1, "state": "open", "stage": "tried", "owner": by, "createdAt": old,
            "changedAt": old, "by": by}),
        ("opportunity.recorded.v1", "act", "customer", STAGE, lambda w, k, by: {
            "opportunityId": w + "OP1", "revision": 9, "state": "open", "stage": "tried", "createdAt": old, "changedAt": old, "by": by}),
        ("sales.take-opportunity-step.v1", "act", "customer", SELF, lambda w, k, by: {
            "opportunityId": made(w, by), "step": "opened", "stage": "tried", "company": "Tried", "at": old, "by": by}),
        ("sales.take-opportunity-step.v1", "administer", "customer", STAGE, lambda w, k, by: {
            "opportunityId": w + "OW1", "step": "assigned", "to": "li.wei", "at": old, "by": by}),
        *[("sales.take-opportunity-step.v1", "act", "customer", STAGE, lambda w, k, by, step=step, more=more: {
            "opportunityId": w + "OW1", "step": step, **more, "at": old, "by": by}) for step, more in (
                ("moved", {"stage": "analysis"}), ("changed", {"title": "tried"}), ("won", {}), ("lost", {"lossReason": "price"}),
                ("reopened", {}))],
        ("sales.take-quote-step.v1", "act", "agreement", STAGE, lambda w, k, by: {
            "quoteId": made(w, by), "step": "requested", "customer": code(w), **cny, "validUntil": day(-310),
            "lines": [{"item": "QUOTED-AIR", "quantity": "1", "unit": "kg"}], "at": old, "by": by}),
        # The second quote was never submitted, and the first one is approved: neither can be done with it what is tried.
        *[("sales.take-quote-step.v1", "act", "agreement", STAGE, lambda w, k, by, number=number, step=step, more=more: {
            "quoteId": w + number, "step": step, **more, "at": old, "by": by}) for number, step, more in (
                ("Q1", "submitted", {}), ("Q2", "sent", {}), ("Q2", "accepted", {}), ("Q2", "refused", {"lossReason": "price"}),
                ("Q2", "priced", {}), ("Q2", "revised", {}))],
        ("sales.take-quote-step.v1", "approve", "order", STAGE, lambda w, k, by: {
            "quoteId": w + "Q2", "step": "approved", "at": old, "by": by}),
        ("sales.take-quote-step.v1", "approve", "order", STAGE, lambda w, k, by: {
            "quoteId": w + "Q2", "step": "returned", "note": "tried", "at": old, "by": by}),
        ("ownership.handed-over.v1", "administer", "customer", PERSON, lambda w, k, by: STAGES[k][0] and {
            "handoverId": made(w, by) + "-all", "revision": 1, "fromLogin": STAGES[k][0], "toLogin": "tried.two",
            "from": day(400), **why, "by": by, "handedOverAt": noon})]
    servicedesk = [
        ("complaint.reported.v1", "act", "complaint", STAGE, lambda w, k, by: {
            "complaintId": w + "P1", "customer": code(w), "orderId": w + "O2", "category": "other", "severity": "minor", "at": noon,
            "by": by, "summary": "tried"}),
        ("complaint.reported.v1", "act", "complaint", STAGE, lambda w, k, by: {
            "complaintId": w + "P2", "customer": code(w, "C3"), "category": "other", "severity": "minor", "at": noon, "by": by,
            "summary": "tried"}),
        ("complaint.step-taken.v1", "act", "complaint", STAGE, lambda w, k, by: {
            "stepId": made(w, by), "source": "mx", "complaintId": w + "P1", "step": "reopened", "at": noon, "by": by}),
        # Neither waits for a signature.
        ("sales.change-quote-signing.v1", "act", "agreement", STAGE, lambda w, k, by: {
            "quoteId": w + "Q1", "change": "withdraw", "at": old, "by": by}),
        ("sales.change-quote-signing.v1", "approve", "order", STAGE, lambda w, k, by: {
            "quoteId": w + "Q2", "change": "add-signer", "signer": "li.wei", "at": old, "by": by}),
        # By the number of a step that came before: with other content nothing comes of it.
        *[("complaint.step-taken.v1", "act", "complaint", STAGE, lambda w, k, by, step=step: {
            "stepId": w + "1", "source": "mx", "complaintId": w + "P1", "step": step, "at": noon, "by": by}) for step in (
                "accepted", "contained", "cause-found", "action-agreed", "verified", "closed")],
        ("complaint.waiting.v1", "act", "complaint", STAGE, lambda w, k, by: {
            "waitId": made(w, by), "complaintId": w + "P1", "waiting": "resumed", "at": noon, "by": by}),
        ("servicedesk.take-recovery-step.v1", "act", "complaint", STAGE, lambda w, k, by: {
            "stepId": made(w, by), "source": "mx", "orderId": w + "O2", "step": "called", "at": noon, "by": by}),
        ("servicedesk.suggest-lead.v1", "act", "complaint", STAGE, lambda w, k, by: {
            "suggestionId": made(w, by), "evidence": "complaint", "source": "mx", "complaintId": w + "P1", "need": "tried",
            "at": noon, "by": by}),
        ("servicedesk.suggest-lead.v1", "act", "complaint", STAGE, lambda w, k, by: {
            "suggestionId": made(w, by), "evidence": "callback", "source": "mx", "orderId": w + "O2", "need": "tried", "at": noon,
            "by": by}),
        ("servicedesk.exclude-delivery.v1", "act", "complaint", STAGE, lambda w, k, by: {
            "source": "mx", "orderId": w + "O2", "code": "authority", "note": "tried", "at": noon, "by": by}),
        ("servicedesk.take-bulletin-step.v1", "act", "complaint", STAGE, lambda w, k, by: {
            "stepId": made(w, by), "customerId": identifier("mx", w + "C2"), "month": "2020-01-01", "step": "objected",
            "measure": "on-time", "note": "tried", "at": noon, "by": by}),
        ("servicedesk.publish-bulletins.v1", "administer", "setting", GROUP, lambda w, k, by: {
            "month": "2199-01-01", **why, "by": by}),
        ("servicedesk.settle-complaint-order.v1", "act", "reference", GROUP, lambda w, k, by: {
            "source": "mx", "orderId": "TRIED", "meant": "my", **why, "by": by})]
    alert = lambda w, **more: {"alertId": alerts[w], **more}
    finance = [
        ("finance.decide-order.v1", "approve", "order", STAGE, lambda w, k, by: {
            "source": "mx", "orderId": w + "O5", "verdict": "approve", **why, "by": by}),
        ("finance.diagnose-alert.v1", "act", "margin-alert", ALERT, lambda w, k, by: alert(
            w, reason="cost", plan="tried", recoverBy=day(-300), by=by)),
        ("finance.close-alert.v1", "approve", "margin-alert", ALERT, lambda w, k, by: alert(w, outcome="accepted", by=by)),
        ("finance.close-alert.v1", "act", "margin-alert", ALERT, lambda w, k, by: alert(w, outcome="error", by=by)),
        ("finance.set-acceptance.v1", "approve", "acceptance", STAGE, lambda w, k, by: {
            "customerId": identifier("mx", w + "C2"), "businessLine": w + "air", "level": "watch", **why, "owner": by,
            "from": day(-300), "until": day(-200), "by": by}),
        ("finance.grant-override.v1", "approve", "acceptance", STAGE, lambda w, k, by: {
            "overrideId": made(w, by), "customerId": identifier("mx", w + "C2"), "businessLine": w + "air", "from": day(-300),
            "to": day(-290), "cap": "1.00", **cny, **why, "by": by}),
        ("payment.returned.v1", "act", "receivable", STAGE, lambda w, k, by: {
            "returnId": w + "R3", "paymentId": w + "P3", "returnedAt": noon, "amount": "1.00", **cny, "reason": "other", "by": by}),
        ("payment.allocated.v1", "act", "receivable", STAGE, lambda w, k, by: {
            "allocationId": made(w, by), "paymentId": w + "P1", "allocatedAt": noon,
            "allocations": [{"invoiceId": w + "I3", "amount": "0.01"}], "by": by}),
        ("invoice.disputed.v1", "act", "receivable", STAGE, lambda w, k, by: {
            "disputeId": w + "Q1", "invoiceId": w + "I1", "openedAt": noon, "amount": "1.00", **cny, "reason": "other", "by": by}),
        ("dispute.resolved.v1", "act", "receivable", STAGE, lambda w, k, by: {
            "disputeId": w + "Q1", "resolvedAt": noon, "outcome": "withdrawn", "by": by}),
        ("payment.promised.v1", "act", "receivable", STAGE, lambda w, k, by: {
            "promiseId": w + "H1", "invoiceId": w + "I1", "amount": "1.00", **cny, "promisedOn": day(9), "madeAt": noon, "by": by}),
        ("write-off.proposed.v1", "act", "receivable", STAGE, lambda w, k, by: {
            "writeOffId": w + "Z1", "invoiceId": w + "I1", "amount": "1.00", **cny, "reason": "commercial", "proposedBy": by,
            "proposedAt": noon}),
        ("write-off.approved.v1", "approve", "receivable", STAGE, lambda w, k, by: {
            "writeOffId": w + "Z1", "approvedBy": by, "approvedAt": noon}),
        ("credit-limit.set.v1", "act", "credit", STAGE, lambda w, k, by: {
            "limitId": w + "L1", "customer": code(w), "amount": "1.00", **cny, "from": day(0), "setBy": by, "setAt": noon}),
        ("credit-limit.set.v1", "act", "credit", STAGE, lambda w, k, by: {
            "limitId": w + "L2", "group": w + "G", "amount": "1.00", **cny, "from": day(0), "setBy": by, "setAt": noon}),
        ("credit-override.approved.v1", "approve", "credit", STAGE, lambda w, k, by: {
            "overrideId": w + "V1", "customer": code(w), "amount": "1.00", **cny, "from": day(0), "to": day(1), "approvedBy": by,
            "tier": "supervisor", "approvedAt": noon}),
        ("credit-override.approved.v1", "approve", "credit", STAGE, lambda w, k, by: {
            "overrideId": w + "V1", "group": w + "G", "amount": "1.00", **cny, "from": day(0), "to": day(1), "approvedBy": by,
            "tier": "supervisor", "approvedAt": noon}),
        ("credit-hold.lifted.v1", "approve", "credit", STAGE, lambda w, k, by: {
            "liftId": w + "Y1", "customer": code(w), "until": day(1), "by": by, "at": noon, **why}),
        ("terms.agreed.v1", "act", "credit", STAGE, lambda w, k, by: {
            "role": "customer", **code(w), "kind": "net", "days": 45, "agreedAt": world.time(-300), "by": by}),
        ("terms.agreed.v1", "act", "payable", GROUP, lambda w, k, by: {
            "role": "supplier", "code": "NOBODY", "kind": "net", "days": 30, "agreedAt": world.time(-300), "by": by}),
        ("finance.release-payable.v1", "act", "payable", STAGE, lambda w, k, by: {
            "source": "mx", "invoiceId": w + "SI2", "step": "propose", **why, "by": by}),
        ("finance.release-payable.v1", "approve", "payable", STAGE, lambda w, k, by: {
            "source": "mx", "invoiceId": w + "SI2", "step": "approve", **why, "by": by}),
        ("expense-budget.set.v1", "administer", "expense", BRANCH, lambda w, k, by: {
            "budgetId": w + "B1", "revision": 1, "branch": STAGES[k][1], "account": "tried", "from": day(0), "to": day(1),
            "amount": "1.00", **cny, "setBy": by}),
        ("finance.approve-expense.v1", "approve", "expense", STAGE, lambda w, k, by: {
            "source": "mx", "expenseId": w + "E2", **why, "by": by}),
        ("finance.close-period.v1", "act", "period", GROUP, lambda w, k, by: {"month": "2199-01-01", "by": by}),
        ("finance.reopen-period.v1", "approve", "period", GROUP, lambda w, k, by: {"month": "2199-01-01", **why, "by": by}),
        ("finance.load-rates.v1", "administer", "rate", GROUP, lambda w, k, by: {
            "rates": [{"currency": "CHF", "from": day(300), "cny": "8.00"}], "by": by}),
        ("finance.settle-reference.v1", "act", "reference", STAGE, lambda w, k, by: {
            "what": "order", "source": "mx", "number": "TRIED", "meant": "my", **why, "by": by}),
        ("finance.settle-reference.v1", "act", "reference", GROUP, lambda w, k, by: {
            "what": "invoice", "source": "mx", "number": "TRIED", "meant": "my", **why, "by": by}),
        ("finance.settle-payment-reference.v1", "act", "reference", GROUP, lambda w, k, by: {
            "source": "mx", "number": "TRIED", "meant": "my", **why, "by": by})]
    return people + customer + sales + servicedesk + finance


def declared(root):
    """The types of all acts that the contracts declare."""
    specified = {}
    for path in (root / "Sources/Contracts/Specification").rglob("*.contract"):
        specified.update(re.findall(r"^message (\w+) ([a-z.-]+\.v\d+)", path.read_text(), re.MULTILINE))
    found = set()
    for path in (root / "Sources/Contracts/Acts").glob("*Acts.swift"):
        for name in re.findall(r"ActDescription\(\s*([A-Z]\w+)\.self", path.read_text()): found.add(specified[name])
    return found


def check_all_tried(world):
    """Fails when the contracts declare an act that is not tried here."""
    newest = lambda kinds: {re.sub(r"\.v\d+$", "", kind) for kind in kinds}
    tried, said = newest({kind for kind, *_ in acts(world, {})}), newest(declared(ROOT))
    if said - tried - newest(LEFT_OUT): raise SystemExit(f"acts that are not tried: {sorted(said - tried)}")
    idle = newest(LEFT_OUT) & tried | newest(LEFT_OUT) - said
    if idle or len(LEFT_OUT) != MOST_LEFT_OUT: raise SystemExit(f"{len(LEFT_OUT)} acts are left out, not {MOST_LEFT_OUT}; of no use: {sorted(idle)}")


def run(matrix):
    # An alert is of who sold, and of whom it went to when nobody looked.
    told, = matrix.edge.ask([("finance", "alerts.list", {"state": "all", "limit": "200"}, [], "auditor.group")])
    gone = {row["alert_id"]: row["escalated_to"] for row in told.tables["alerts"].records()}
    every = acts(matrix.world, matrix.alerts)
    sight, sent, wanted, denied = matrix.sight, [], [], collections.Counter()
    for whom in LOGINS:
        for kind, right, of, about, data in every:
            for stage in [1] if about in (GROUP, SELF) else matrix.apart(whom):
                body = data(f"W{stage}-", stage, whom)
                if not body: continue
                owner, branch = STAGES[stage]
                homes = {GROUP: [], STAGE: HOMES[stage], BRANCH: [(None, branch, None)],
                         SELF: [(whom, None, None)]}.get(about)
                if about == ALERT:
                    to = gone.get(body["alertId"])
                    homes = HOMES[stage] + [(to, None, None)] * bool(to)
                if about == PERSON:
                    row = sight.book.person(owner, sight.today)
                    homes = [(owner, row["node"], None)]
                sent.append((whom, kind, "mx", body))
                wanted.append((sight.does(whom, right, of, homes), right, of, stage))
    for (whom, kind, _, body), (may, right, of, stage), reply in zip(sent, wanted, matrix.edge.act(sent)):
        matrix.counts["acts"] += 1
        by_policy = (reply["status"] == "refused" and reply.get("reason") == "not-authorised"
                     and "policy version" in reply.get("detail", ""))
        matrix.counts["acts refused by the policy"] += by_policy
        denied[whom, kind] += by_policy
        if may == by_policy:
            matrix.faults.append(f"{whom}: {kind} ({right} {of}, stage {stage}) is {'' if may else 'not '}given by the policy: {reply}")
        elif by_policy and not reply.get("path", "").startswith("$"):
            matrix.faults.append(f"{whom}: {kind}: refused without a place: {reply}")
    refused = sum(denied.values())
    if not refused or refused == len(sent): raise SystemExit(f"of {len(sent)} acts {refused} were refused: nothing is told apart")
    for whom in WATCHED:
        audit(matrix, whom, +collections.Counter({kind: count for (who, kind), count in denied.items() if who == whom}))


# What two services read each of them decides on, and notes; the first alone answers.
READ_BY_TWO = {"consent.recorded.v1"}


def audit(matrix, whom, wanted):
    """Whether the audit has each act that was denied somebody, once for each service that reads it."""
    wanted = collections.Counter({kind: count * (2 if kind in READ_BY_TWO else 1) for kind, count in wanted.items()})
    kinds, deadline = {kind for kind, *_ in acts(matrix.world, collections.defaultdict(str))}, time.monotonic() + 30
    while True:
        found = collections.Counter()
        for told in matrix.edge.ask([(service, "audit.list", {"person": whom, "what": "denied", "limit": "2000"}, [], "auditor.group")
                                     for service in SERVICES]):
            if told.reason is not None: raise SystemExit(f"the audit is not told: {told.reason} {told.detail}")
            found.update(row["asked"] for row in told.tables["audit"].records() if row["asked"] in kinds)
        if found == wanted: break
        if time.monotonic() > deadline:
            matrix.faults.append(f"the audit of what {whom} was denied has {dict(found - wanted)} too much and lacks {dict(wanted - found)}")
            break
        time.sleep(0.3)
    matrix.counts["denied acts in the audit"] += sum(found.values())

