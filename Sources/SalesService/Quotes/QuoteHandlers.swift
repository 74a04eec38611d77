import Contracts
import Domain
import Postgres
import ServiceKit

/// What people do about quotes → their revisions, and what is told of them.
enum QuoteHandlers {
    /// More than anything comes to: what only somebody may do whose amount has no bound.
    private static let whatever = FixedDecimal(units: 999_999_999_999_999 * FixedDecimal.unitsPerOne)

    private static let atOnce = 500
    private static let continuation = "quotes.ending-on"

    static let tasks: [ScheduledTask] = [
        .daily("quotes.ending") { items, transaction, effects in try ending(items, transaction, &effects) },
        .onDemand(continuation) { items, transaction, effects in try ending(items, transaction, &effects) },
    ]

    /// Runs at the end of a day: says of quotes that customers have for how long they may still agree.
    private static func ending(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for item in items {
            let found = try QuoteStore.ending(
                at: item.due.day(), after: item.payload, limit: atOnce, transaction)
            let ids = found.map(\.quoteId)
            try QuoteStore.lock(Set(ids), transaction)
            // Read behind the lock: one that was answered meanwhile has been taken back before it is said, and would stay.
            let days = RaisedQuotes.ending(at: item.due.day())
            let quotes = try QuoteStore.sent(ids, transaction).filter { days.contains($0.validUntil) }
            try RaisedQuotes.end(quotes, transaction, &effects)
            effects.count("quotes_ending", quotes.count)
            // One transaction holds only so many messages.
            guard found.count == atOnce, let last = found.last else { continue }
            effects.schedule(continuation, key: "", at: item.due, payload: last.quoteId)
        }
    }

    static func stepTaken(
        _ messages: [Received<TakeQuoteStep>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try QuoteStore.lock(Set(messages.map(\.body.quoteId)), transaction)
        for message in messages {
            let body = message.body
            let before = try QuoteStore.quote(body.quoteId, transaction)
            do {
                try effects.checkHasCome(body.at, at: "$.at")
                var (after, superseded) = try QuotePolicy.take(body, before, from: message.envelope.source) {
                    lines, currency, day, customer in
                    try QuotePricing.price(
                        lines, in: currency, on: day,
                        by: try QuoteStore.cards(for: customer, items: Set(lines.map(\.item)), on: day, transaction))
                }
                try QuotePolicy.checkTime(body, of: after, now: effects.now)
                var principal = message.onBehalfOf
                switch body.step {
                case .approved:
                    let workers = try QuoteStore.workers(body.quoteId, transaction)
                    let way = try approve(message, after, workers, &effects)
                    principal = message.onBehalfOf(by: way)
                    after = after.with(.approved, at: body.at, approvedBy: body.by, authority: way?.authority)
                case .sent:
                    let day = max(body.at, effects.now).day()
                    let lines = after.lines.map(\.line)
                    let cards = try QuoteStore.cards(
                        for: after.customer, items: Set(lines.map(\.item)), on: day, transaction)
                    try QuotePolicy.checkCost(
                        of: after, now: try QuotePricing.price(lines, in: after.currency, on: day, by: cards))
                default: break
                }
                if let superseded { try QuoteStore.put(superseded, transaction) }
                try QuoteStore.put(after, transaction)
                try QuoteStore.note(body, for: principal, after, transaction)
                tell(after, body.step.rawValue, by: body.by, at: body.at, causedBy: message.envelope, &effects)
                try RaisedQuotes.tell(
                    after, before: before, body, workers: { try QuoteStore.workers(body.quoteId, transaction) },
                    causedBy: message.envelope, transaction, &effects)
                effects.count("quote_steps")
            } catch let refusal as Refusal {
                effects.refuse(message, refusal)
            }
        }
    }

    /// By which way a quote is approved; nothing while no policy says up to what.
    private static func approve(
        _ message: Received<TakeQuoteStep>, _ terms: QuoteTerms, _ workers: [QuoteWorker], _ effects: inout Effects
    ) throws(Refusal) -> ActWayTaken? {
        let days = [effects.now.day(), message.body.at.day()] + workers.map(\.day)
        let permit = message.permit
        // Asking, pricing and submitting are of agreements; who stands for somebody there has done it for them.
        try QuotePolicy.checkApprover(message.body.by, workers) {
            permit.areOne($0, $1, on: days, also: [.agreement])
        }
        guard let permit, permit.hasAmounts, let amount = terms.amount else { return nil }
        let isEarning = terms.margin.map { !$0.isNegative } ?? false
        do throws(Refusal) {
            let way = try permit.way(
                PermissionMeasure(amount: Money(isEarning ? amount : Self.whatever, terms.currency)), RateTable([]),
                on: message.body.at.day(), at: "$.quoteId")
            effects.take(way, for: message)
            return way
        } catch {
            guard !isEarning, error.reason == .aboveAuthority else { throw error }
            throw Refusal(
                .aboveAuthority, path: "$.quoteId",
                "it is below its cost, or its cost is not known: only who may approve whatever it comes to approves it")
        }
    }

    /// Tells how a quote stands, and by what it came to.
    static func tell(
        _ terms: QuoteTerms, _ what: String, by login: String, at time: Timestamp, causedBy cause: Envelope?,
        _ effects: inout Effects
    ) {
        effects.publish(
            QuoteChanged(
                quoteId: terms.quoteId, revision: terms.revision, state: terms.state, customer: terms.customer,
                owner: terms.owner, branch: terms.branch, businessLine: terms.businessLine,
                opportunityId: terms.opportunityId, amount: terms.isTold ? terms.amount : nil,
                currency: terms.isTold ? terms.currency : nil, validUntil: terms.validUntil, what: what,
                by: login, at: time), causedBy: cause, key: terms.quoteId)
    }
}
