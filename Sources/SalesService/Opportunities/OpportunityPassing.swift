import Contracts
import Domain
import Postgres
import ServiceKit

/// Opportunities that are kept here go to somebody else without anybody's step: to who acts for whoever has left, and along with
/// their customers when these are handed over, and back when that is taken back. Of others the system decides that keeps them.
enum OpportunityPassing {
    /// The task that looks for what goes along with customers handed over.
    static let handOnTask = "opportunities.hand-on"
    private static let own = OpportunityHandlers.own

    /// A day begins: what people work on who have left goes to who acts for them.
    static func turn(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let due = items.last?.due else { return }
        let day = due.day().adding(days: 1)
        try OpportunityStore.lock(transaction)
        // On the last day it was still the leaver's.
        let begin = due.adding(seconds: 1)
        try handOn(on: day, at: begin, transaction, &effects)
        let passed = try PassedItem.ofLeavers({ try OpportunityStore.worked(in: own, $0) }, on: day, transaction)
        try pass(passed, at: begin, transaction, &effects)
    }

    /// What is open goes along with customers that were handed over.
    static func handOn(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try OpportunityStore.lock(transaction)
        try handOn(on: effects.now.day(), at: effects.now, transaction, &effects)
    }

    private static func handOn(
        on day: CalendarDay, at time: Timestamp, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let passed = PassedItem.along(with: try OpportunityStore.handedOver(in: own, on: day, transaction))
        try pass(passed, at: time, transaction, &effects)
        let back = try PassedItem.back(
            try OpportunityStore.takenBack(in: own, on: day, transaction), on: day, transaction)
        try pass(back, at: time, transaction, &effects)
    }

    private static func pass(
        _ passing: [String: PassedItem], at time: Timestamp, _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        guard !passing.isEmpty else { return }
        let keys = passing.keys.map { OpportunityKey(source: own, identifier: $0) }
        var book = try OpportunityBook(Set(keys), transaction)
        var passed: [(identifier: String, item: PassedItem)] = []
        for key in keys.sorted() {
            // Read behind the lock: somebody may have decided it, or given it to that one, meanwhile.
            guard let one = passing[key.identifier], let before = book.standing(key), before.state == .open,
                before.owner != one.to
            else { continue }
            passed.append((key.identifier, one))
            book.say(
                before.given(to: one.to, at: time, note: one.note), by: own, of: key, at: effects.now, causedBy: nil)
        }
        try book.write(transaction, &effects)
        try OpportunityStore.note(passed, in: own, transaction)
        effects.count("opportunities_passed_on", passed.count)
    }
}

extension OpportunityTerms {
    /// The same, of somebody else; where it is and how it stands stays as it is.
    fileprivate func given(to login: String, at time: Timestamp, note: String) -> OpportunityTerms {
        OpportunityTerms(
            opportunityId: opportunityId, revision: revision + 1, state: state, stage: stage, team: team,
            customer: customer, company: company, title: title, owner: login, branch: branch,
            businessLine: businessLine, product: product, origin: origin, leadId: leadId, amount: amount,
            margin: margin, currency: currency, closeDay: closeDay, competitors: competitors, nextStep: nextStep,
            nextStepDay: nextStepDay, lossReason: lossReason, lostTo: lostTo, createdAt: createdAt,
            changedAt: max(time, changedAt), note: note)
    }
}
