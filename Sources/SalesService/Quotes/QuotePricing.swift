import Contracts
import Domain
import Pricing

/// The rules of cards that lines of a quote are priced by, the nearest first.
struct QuoteCards: Sendable {
    let sell: [(audience: CardAudience, rules: [StoredRule])]
    let buy: [(audience: CardAudience, rules: [StoredRule])]
}

/// What lines come to by rate cards. Pure.
enum QuotePricing {
    /// Lines with their prices and costs, in the quote's currency.
    ///
    /// - Throws: the refusal of a quantity that is none.
    static func price(
        _ lines: [QuoteLine], in currency: Currency, on day: CalendarDay, by cards: QuoteCards
    ) throws(Refusal) -> [QuotedLine] {
        var priced: [QuotedLine] = []
        for (place, line) in lines.enumerated() {
            guard let quantity = ExactDecimal(line.quantity), !quantity.isNegative else {
                throw Refusal(
                    .notADecimal, path: "$.lines[\(place)].quantity",
                    "the quantity is a plain decimal such as 12.5, of at most 18 digits, not '\(line.quantity)'")
            }
            let shipment = Shipment(
                day: day, serviceItem: line.item, origin: line.origin ?? "", destination: line.destination ?? "",
                quantity: quantity, unit: line.unit)
            let sold = CardPricing.price(shipment, by: cards.sell)
            let (listed, rule, problem) = amount(sold.outcome, in: currency)
            let (cost, costRule, _) = amount(CardPricing.price(shipment, by: cards.buy).outcome, in: currency)
            priced.append(
                QuotedLine(
                    line, listed: listed, rule: rule, cost: cost, costRule: costRule,
                    problem: line.agreed == nil ? problem : nil,
                    steps: sold.steps.prefix(100).map { String($0.prefix(500)) }))
        }
        return priced
    }

    private static func amount(
        _ outcome: Pricing, in currency: Currency
    ) -> (amount: FixedDecimal?, rule: String?, problem: String?) {
        switch outcome {
        case .unpriced(let reason, let rule): return (nil, rule, reason.rawValue)
        case .priced(let price):
            guard price.currency == currency else { return (nil, price.rule, Reason.currencyMismatch.rawValue) }
            guard let amount = FixedDecimal(price.amount) else {
                return (nil, price.rule, NoPrice.outOfRange.rawValue)
            }
            return (amount, price.rule, nil)
        }
    }
}

extension QuotedLine {
    /// What is asked for it; nothing while it has no price.
    var amount: FixedDecimal? { line.agreed ?? listed }
}

extension QuoteTerms {
    /// What it comes to; nothing while a line has no price.
    var amount: FixedDecimal? { Self.sum(lines.map(\.amount)) }
    /// What the rate cards say; nothing while they are silent on a line.
    var listed: FixedDecimal? { Self.sum(lines.map(\.listed)) }
    /// What it costs us; nothing while that is not known of a line.
    var cost: FixedDecimal? { Self.sum(lines.map(\.cost)) }
    /// What is left of it.
    var margin: FixedDecimal? { amount.flatMap { amount in cost.map { amount - $0 } } }

    private static func sum(_ amounts: [FixedDecimal?]) -> FixedDecimal? {
        var sum = FixedDecimal.zero
        for amount in amounts {
            guard let amount else { return nil }
            sum = sum + amount
        }
        return sum
    }

    /// Whether the customer may agree no more.
    func hasExpired(by day: CalendarDay) -> Bool { validUntil < day }

    /// Whether what it comes to may be told to others than those who work on it.
    var isTold: Bool {
        switch state {
        case .approved, .sent, .accepted, .refused: true
        case .requested, .priced, .inApproval, .superseded: false
        }
    }

    /// Whether the document of it may be made.
    var mayBeShown: Bool { state == .approved || state == .sent || state == .accepted }
}
