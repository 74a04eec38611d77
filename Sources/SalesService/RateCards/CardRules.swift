import Contracts
import Domain
import Pricing

/// For whom a card is.
enum CardAudience: Hashable, Sendable {
    /// One customer, by one of its codes.
    case customer(AccountKey)
    /// A group of customers.
    case group(String)
    /// Everybody.
    case everybody

    /// As a table has it. A source and a code may have any sign between them: how long the source is, tells where it ends.
    var key: String {
        switch self {
        case .customer(let account):
            "customer/\(account.source.utf8.count):\(account.source)/\(account.code)"
        case .group(let group): "group/\(group)"
        case .everybody: "*"
        }
    }

    /// What it is, in a word.
    var level: String {
        switch self {
        case .customer: "customer"
        case .group: "group"
        case .everybody: "public"
        }
    }
}

extension ImportRateCard {
    /// For whom the card is.
    ///
    /// - Parameter source: whose code of a customer it names where it does not say.
    func audience(from source: String) -> CardAudience {
        if let customer { return .customer(AccountKey(source: customer.source ?? source, code: customer.code)) }
        return group.map { .group($0) } ?? .everybody
    }
}

/// A rule of a card as it is kept.
struct StoredRule: Sendable {
    let card: String
    let rule: CardRule
    /// Its last day, when it was given an end after it was imported.
    var endsOn: CalendarDay?

    /// The last day on which it holds; without end when there is none.
    var lastDay: CalendarDay? { [rule.validUntil, endsOn].compactMap(\.self).min() }

    /// Whether it is the same rule of the same card, whenever it ends.
    func isSame(as other: StoredRule) -> Bool {
        card.hasSameBytes(as: other.card) && rule.rule.hasSameBytes(as: other.rule.rule)
    }

    /// Whether it holds on some day.
    func holds(from first: CalendarDay?, until last: CalendarDay?) -> Bool {
        let (begins, ends) = (rule.validFrom, lastDay)
        let isOver = first.flatMap { first in ends.map { $0 < first } } ?? false
        let isYetToCome = last.flatMap { last in begins.map { last < $0 } } ?? false
        // One that was ended before it began holds on no day.
        let isNone = begins.flatMap { begins in ends.map { $0 < begins } } ?? false
        return !isOver && !isYetToCome && !isNone
    }

    /// As the library prices by it, named by its card and itself.
    func rateRule() throws(RateFault) -> RateRule { try rule.rateRule(named: "\(card)/\(rule.rule)", until: lastDay) }
}

extension CardRule {
    /// What it is for, within a card's side and audience: of two rules for the same one holds at a time.
    var lane: String {
        [serviceItem, origin ?? "*", destination ?? "*", unit].joined(separator: "\u{1}")
    }

    /// As the library prices by it.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - last: its last day.
    func rateRule(named name: String, until last: CalendarDay?) throws(RateFault) -> RateRule {
        guard let method = RateMethod(rawValue: method) else {
            let known = RateMethod.allCases.map(\.rawValue).joined(separator: ", ")
            throw RateFault("value-not-allowed", "the method is one of \(known), not '\(method)'")
        }
        var parts: [RateBreak] = []
        for part in breaks { parts.append(try part.rateBreak(method.hasBreaks)) }
        return try RateRule(
            id: name, serviceItem: serviceItem, origin: origin, destination: destination, unit: unit, method: method,
            breaks: parts, currency: currency, validFrom: validFrom, validUntil: last)
    }
}

extension CardBreak {
    /// As the library has it.
    fileprivate func rateBreak(_ hasBreaks: Bool) throws(RateFault) -> RateBreak {
        guard let rate = try Self.decimal(rate, "rate") else { throw RateFault("missing-field", "'rate' is required") }
        return RateBreak(
            from: hasBreaks ? try Self.decimal(from, "from") ?? .zero : .zero,
            to: hasBreaks ? try Self.decimal(to, "to") : nil, rate: rate,
            minimum: try Self.decimal(minimum, "minimum"), maximum: try Self.decimal(maximum, "maximum"))
    }

    private static func decimal(_ text: String?, _ name: String) throws(RateFault) -> ExactDecimal? {
        guard let text, !text.isEmpty else { return nil }
        guard let value = ExactDecimal(text) else {
            throw RateFault(
                "not-a-decimal", "'\(name)' is a plain decimal such as 12.345, of at most 18 digits, not '\(text)'")
        }
        return value
    }
}
