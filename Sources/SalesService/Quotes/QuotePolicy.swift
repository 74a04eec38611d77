import Contracts
import Domain

/// Somebody who has worked on what a quote comes to, and on which day.
struct QuoteWorker: Sendable, Equatable {
    let login: String
    let day: CalendarDay
}

/// What becomes of quotes by what people do. Pure.
enum QuotePolicy {
    /// By how many hundredths the cost may have risen since the quote was priced, until it is approved no more, where no matrix
    /// says so: five.
    static let mostRise = FixedDecimal(5)

    /// A quote after a step, and the revision that it takes the place of.
    ///
    /// - Parameters:
    ///   - body: the step.
    ///   - before: the quote as it stands; none when there is none.
    ///   - source: whose code of the customer is meant where it does not say.
    ///   - priced: prices lines in a currency by the cards of a day.
    /// - Throws: a refusal that says why it cannot be.
    static func take(
        _ body: TakeQuoteStep, _ before: QuoteTerms?, from source: String,
        _ price: ([QuoteLine], Currency, CalendarDay, CustomerCode) throws -> [QuotedLine]
    ) throws -> (after: QuoteTerms, superseded: QuoteTerms?) {
        guard let before else { return (try request(body, from: source, price), nil) }
        try look(at: body, before)
        switch body.step {
        case .requested, .priced: return (try anew(body, before, before.revision, price), nil)
        case .revised:
            var former = before
            former = former.with(.superseded, at: body.at)
            return (try anew(body, before, before.revision + 1, price), former)
        case .submitted: return (before.with(.inApproval, at: body.at, submittedBy: body.by), nil)
        case .approved: return (before.with(.approved, at: body.at), nil)
        case .returned: return (before.with(.priced, at: body.at), nil)
        case .sent: return (before.with(.sent, at: body.at, sentAt: body.at), nil)
        case .accepted: return (before.with(.accepted, at: body.at), nil)
        case .refused:
            return (
                before.with(.refused, at: body.at, lossReason: body.lossReason, lostTo: body.lostTo), nil
            )
        }
    }

    private static func request(
        _ body: TakeQuoteStep, from source: String,
        _ price: ([QuoteLine], Currency, CalendarDay, CustomerCode) throws -> [QuotedLine]
    ) throws -> QuoteTerms {
        guard body.step == .requested, let customer = body.customer, let currency = body.currency,
            let until = body.validUntil
        else {
            throw Refusal(
                .notFound, path: "$.quoteId",
                "there is no quote '\(body.quoteId)': 'waybill quotes list' shows those there are")
        }
        let meant = CustomerCode(code: customer.code, source: customer.source ?? source)
        let day = body.pricedOn ?? body.at.day()
        try check(until, body)
        let lines = try price(body.lines, currency, day, meant)
        return try checked(
            QuoteTerms(
                quoteId: body.quoteId, revision: 1, state: state(of: lines), customer: meant, title: body.title,
                owner: body.owner ?? body.by, branch: body.branch, businessLine: body.businessLine,
                opportunityId: body.opportunityId, currency: currency, lines: lines, pricedOn: day, validUntil: until,
                paymentDays: body.paymentDays, requestedBy: body.by, requestedAt: body.at, pricedBy: body.by,
                changedAt: body.at))
    }

    /// Priced anew: whatever was approved of it is not any more.
    private static func anew(
        _ body: TakeQuoteStep, _ before: QuoteTerms, _ revision: Int,
        _ price: ([QuoteLine], Currency, CalendarDay, CustomerCode) throws -> [QuotedLine]
    ) throws -> QuoteTerms {
        let (currency, day) = (body.currency ?? before.currency, body.pricedOn ?? body.at.day())
        let until = body.validUntil ?? before.validUntil
        try check(until, body)
        let isNew = revision > before.revision
        let asked = body.lines.isEmpty ? before.lines.map(\.line) : body.lines
        if currency != before.currency, let place = asked.firstIndex(where: { $0.agreed != nil }), body.lines.isEmpty {
            throw Refusal(
                .currencyMismatch, path: "$.currency",
                "what is asked for line \(place + 1) is in \(before.currency): say the lines anew in another currency")
        }
        let lines = try price(asked, currency, day, before.customer)
        return try checked(
            QuoteTerms(
                quoteId: before.quoteId, revision: revision, state: state(of: lines), customer: before.customer,
                title: body.title ?? before.title, owner: body.owner ?? before.owner,
                branch: body.branch ?? before.branch,
                businessLine: body.businessLine ?? before.businessLine,
                opportunityId: body.opportunityId ?? before.opportunityId, currency: currency, lines: lines,
                pricedOn: day,
                validUntil: until, paymentDays: body.paymentDays ?? before.paymentDays,
                requestedBy: isNew ? body.by : before.requestedBy,
                requestedAt: isNew ? body.at : before.requestedAt, pricedBy: body.by, changedAt: body.at))
    }

    /// Refuses what comes to more than an amount may be.
    private static func checked(_ terms: QuoteTerms) throws(Refusal) -> QuoteTerms {
        let most = FixedDecimal(units: 1_000_000_000_000_000 * FixedDecimal.unitsPerOne)
        for sum in [terms.amount, terms.listed, terms.cost].compactMap(\.self) where sum >= most {
            throw Refusal(.amountTooLarge, path: "$.lines", "all lines together come to more than an amount may be")
        }
        return terms
    }

    private static func check(_ until: CalendarDay, _ body: TakeQuoteStep) throws(Refusal) {
        guard until >= body.at.day() else {
            throw Refusal(.contradictoryTimes, path: "$.validUntil", "that day is over: nobody could agree any more")
        }
    }

    private static func state(of lines: [QuotedLine]) -> QuoteState {
        lines.allSatisfy { $0.amount != nil } ? .priced : .requested
    }

    /// Refuses what cannot be done with a quote that stands so.
    private static func look(at body: TakeQuoteStep, _ before: QuoteTerms) throws(Refusal) {
        func need(_ isSo: Bool, _ detail: String) throws(Refusal) {
            if !isSo { throw Refusal(.wrongState, path: "$.step", detail) }
        }
        let stands = "revision \(before.revision) is \(before.state.rawValue)"
        if let revision = body.revision, revision != before.revision {
            throw Refusal(
                .wrongState, path: "$.revision",
                "revision \(before.revision) holds: \(revision) has been superseded, or is yet to come")
        }
        try need(body.step != .requested, "it was requested at \(before.requestedAt)")
        guard body.at >= before.changedAt else {
            throw Refusal(.contradictoryTimes, path: "$.at", "it has changed at \(before.changedAt) already")
        }
        let hasExpired = before.hasExpired(by: body.at.day())
        switch body.step {
        case .requested: break
        case .priced:
            try need(
                before.state == .requested || before.state == .priced || before.state == .approved,
                "\(stands): revise it")
        case .submitted:
            try need(before.state != .requested, "a line of it has no price: say what is asked for it")
            try need(before.state == .priced, stands)
            try need(!hasExpired, "it could be agreed to until \(before.validUntil): price it anew")
        case .approved:
            try need(before.state == .inApproval, "\(stands): nobody waits for approval")
            try need(!hasExpired, "it could be agreed to until \(before.validUntil)")
        case .returned: try need(before.state == .inApproval, stands)
        case .sent:
            try need(before.state == .approved, "\(stands): only what is approved is sent")
            try need(!hasExpired, "it could be agreed to until \(before.validUntil): price it anew")
        case .accepted:
            try need(before.state == .sent, stands)
            try need(!hasExpired, "it has expired on \(before.validUntil): revise it")
        case .refused: try need(before.state == .sent, stands)
        case .revised:
            try need(before.state != .accepted, "the customer has agreed to it")
            try need(before.state != .inApproval, "\(stands): it has to be decided, or sent back, first")
        }
    }

    /// Refuses whoever has worked on a quote as its approver: also on a revision, or a price, that was overtaken since, for what
    /// was asked for a line goes on with it.
    static func checkApprover(
        _ login: String, _ workers: [QuoteWorker], _ areOne: (String, String) -> Bool
    ) throws(Refusal) {
        for worker in workers where areOne(worker.login, login) {
            throw Refusal(
                .samePerson, path: "$.by",
                "'\(worker.login)' has asked for it, priced or submitted it; another person is to approve, and no deputy of the same"
            )
        }
    }

    /// Refuses a step that comes when the quote has expired by our own clock, whatever day it says of itself.
    ///
    /// - Parameter now: the time as the service sees it.
    static func checkTime(_ body: TakeQuoteStep, of terms: QuoteTerms, now: Timestamp) throws(Refusal) {
        guard [.submitted, .approved, .sent].contains(body.step), terms.hasExpired(by: now.day()) else { return }
        throw Refusal(.wrongState, path: "$.step", "it could be agreed to until \(terms.validUntil)")
    }

    /// Refuses to send what has come to cost more by so many hundredths since it was priced.
    static func checkCost(of terms: QuoteTerms, now: [QuotedLine], mostRise: FixedDecimal) throws(Refusal) {
        guard let before = terms.cost else { return }
        var sum = FixedDecimal.zero
        for line in now {
            guard let cost = line.cost else {
                throw Refusal(.wrongState, path: "$.step", "what it costs is not known any more: price it anew")
            }
            sum = sum + cost
        }
        guard (sum.units - before.units) * 100 * FixedDecimal.unitsPerOne <= before.units * mostRise.units else {
            throw Refusal(
                .wrongState, path: "$.step",
                "it has come to cost more than \(mostRise) % more since it was approved: price it anew")
        }
    }
}

extension QuoteTerms {
    /// The same, standing otherwise.
    func with(
        _ state: QuoteState, at time: Timestamp, submittedBy: String? = nil, approvedBy: String? = nil,
        authority: String? = nil, sentAt: Timestamp? = nil, lossReason: QuoteLossReason? = nil, lostTo: String? = nil
    ) -> QuoteTerms {
        QuoteTerms(
            quoteId: quoteId, revision: revision, state: state, customer: customer, title: title, owner: owner,
            branch: branch, businessLine: businessLine, opportunityId: opportunityId, currency: currency, lines: lines,
            pricedOn: pricedOn, validUntil: validUntil, paymentDays: paymentDays, requestedBy: requestedBy,
            requestedAt: requestedAt, pricedBy: pricedBy, submittedBy: submittedBy ?? self.submittedBy,
            approvedBy: approvedBy ?? self.approvedBy,
            approvedAt: approvedBy == nil ? approvedAt : time, authority: authority ?? self.authority,
            sentAt: sentAt ?? self.sentAt, lossReason: lossReason ?? self.lossReason, lostTo: lostTo ?? self.lostTo,
            changedAt: time)
    }
}
