import Contracts
import Domain
import Postgres
import ServiceKit

/// Quotes go to somebody else without anybody's step: to who acts for whoever has left, and along with their customers when these
/// are handed over, and back when that is taken back. Who has worked on what one comes to stays as it was, and still approves nothing of it.
enum QuotePassing {
    /// The task that looks for what goes along with customers handed over.
    static let handOnTask = "quotes.hand-on"
    /// What stands in a quote's history.
    static let word = "passed-on"

    /// A day begins: what people work on who have left goes to who acts for them.
    static func turn(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let due = items.last?.due else { return }
        let day = due.day().adding(days: 1)
        // On the last day it was still the leaver's.
        let begin = due.adding(seconds: 1)
        try handOn(on: day, at: begin, transaction, &effects)
        let passed = try PassedItem.ofLeavers({ try QuoteStore.worked(on: day, $0) }, on: day, transaction)
        try pass(passed, on: day, at: begin, transaction, &effects)
    }

    /// What is open goes along with customers that were handed over.
    static func handOn(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try handOn(on: effects.now.day(), at: effects.now, transaction, &effects)
    }

    private static func handOn(
        on day: CalendarDay, at time: Timestamp, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let passed = PassedItem.along(with: try QuoteStore.handedOver(on: day, transaction))
        try pass(passed, on: day, at: time, transaction, &effects)
        let back = try PassedItem.back(try QuoteStore.takenBack(on: day, transaction), on: day, transaction)
        try pass(back, on: day, at: time, transaction, &effects)
    }

    /// Gives quotes to somebody, as far as they are still open on a day and that one has not got them yet.
    static func pass(
        _ passing: [String: PassedItem], on day: CalendarDay, at time: Timestamp, _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        guard !passing.isEmpty else { return }
        try QuoteStore.lock(Set(passing.keys), transaction)
        var passed: [(id: String, item: PassedItem)] = []
        for (id, one) in passing.sorted(by: { $0.key.compareBytes(with: $1.key) < 0 }) {
            // Read behind the lock: somebody may have taken a step meanwhile.
            guard let before = try QuoteStore.quote(id, transaction), before.isOpen(on: day), before.owner != one.to
            else { continue }
            let after = before.given(to: one.to, at: time)
            try QuoteStore.put(after, transaction)
            try QuoteStore.note(after, word, by: ServiceName.sales.source, at: time, one.note, transaction)
            QuoteHandlers.tell(
                after, word, by: ServiceName.sales.source, at: after.changedAt, causedBy: nil, &effects)
            try RaisedQuotes.pass(after, transaction, &effects)
            passed.append((id, one))
        }
        try QuoteStore.note(passed, transaction)
        if !passed.isEmpty { effects.count("quotes_passed_on", passed.count) }
    }
}

extension QuoteTerms {
    /// Whether something is still to be done about it on a day.
    fileprivate func isOpen(on day: CalendarDay) -> Bool {
        switch state {
        case .requested, .priced, .inApproval, .approved: true
        case .sent: validUntil >= day
        default: false
        }
    }

    /// The same, of somebody else; where it is and how it stands stays as it is.
    fileprivate func given(to login: String, at time: Timestamp) -> QuoteTerms {
        QuoteTerms(
            quoteId: quoteId, revision: revision, state: state, customer: customer, title: title, owner: login,
            branch: branch, businessLine: businessLine, opportunityId: opportunityId, currency: currency, lines: lines,
            pricedOn: pricedOn, validUntil: validUntil, paymentDays: paymentDays, requestedBy: requestedBy,
            requestedAt: requestedAt, pricedBy: pricedBy, submittedBy: submittedBy, approvedBy: approvedBy,
            approvedAt: approvedAt,
            authority: authority, sentAt: sentAt, lossReason: lossReason, lostTo: lostTo,
            changedAt: max(time, changedAt))
    }
}
