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
                var what = body.step.rawValue
                var asked: [String] = []
                switch body.step {
                case .submitted: asked = try AuthorityHandlers.begin(after, transaction, &effects).asked
                case .approved:
                    try checkApprover(message, try QuoteStore.workers(body.quoteId, transaction), &effects)
                    let signed = try AuthorityHandlers.sign(after, by: body.by, at: body.at, transaction, effects.now)
                    if let before, let signed, signed.waiting != nil {
                        (after, what, asked) = (before.with(.inApproval, at: body.at), "signed", signed.asked)
                    } else {
                        // Amounts bound whoever approves it: of several who sign, the last one.
                        let way = try approve(message, after, &effects)
                        principal = message.onBehalfOf(by: way)
                        after = after.with(.approved, at: body.at, approvedBy: body.by, authority: way?.authority)
                    }
                    if let signed { try AuthorityHandlers.keep(signed, of: after, transaction, &effects) }
                case .sent:
                    let day = max(body.at, effects.now).day()
                    let lines = after.lines.map(\.line)
                    let cards = try QuoteStore.cards(
                        for: after.customer, items: Set(lines.map(\.item)), on: day, transaction)
                    let signing = try AuthorityStore.signing(of: body.quoteId, revision: after.revision, transaction)
                    try QuotePolicy.checkCost(
                        of: after, now: try QuotePricing.price(lines, in: after.currency, on: day, by: cards),
                        mostRise: signing?.mostRise ?? QuotePolicy.mostRise)
                default: break
                }
                if let superseded { try QuoteStore.put(superseded, transaction) }
                try QuoteStore.put(after, transaction)
                try QuoteStore.note(after, what, by: body.by, for: principal, at: body.at, body.note, transaction)
                tell(after, what, by: body.by, at: body.at, causedBy: message.envelope, &effects)
                try RaisedQuotes.tell(
                    after, before: before, body, asked: asked, causedBy: message.envelope, transaction, &effects)
                effects.count("quote_steps")
            } catch let refusal as Refusal {
                effects.refuse(message, refusal)
            }
        }
    }

    /// Refuses whoever has worked on a quote as one of those who approve it.
    private static func checkApprover(
        _ message: Received<TakeQuoteStep>, _ workers: [QuoteWorker], _ effects: inout Effects
    ) throws(Refusal) {
        let days = [effects.now.day(), message.body.at.day()] + workers.map(\.day)
        let permit = message.permit
        // Asking, pricing and submitting are of agreements; who stands for somebody there has done it for them.
        try QuotePolicy.checkApprover(message.body.by, workers) {
            permit.areOne($0, $1, on: days, also: [.agreement])
        }
    }

    /// By which way a quote is approved; nothing while no policy says up to what.
    private static func approve(
        _ message: Received<TakeQuoteStep>, _ terms: QuoteTerms, _ effects: inout Effects
    ) throws(Refusal) -> ActWayTaken? {
        let permit = message.permit
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
