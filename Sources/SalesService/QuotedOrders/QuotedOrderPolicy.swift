import Contracts
import Domain

/// How an order stands against the quote that it names.
enum QuotedOrderFinding: String, Sendable, CaseIterable {
    /// It keeps to the terms.
    case kept
    /// There is no such quote.
    case unknownQuote = "unknown-quote"
    /// The quote is another customer's.
    case otherCustomer = "other-customer"
    /// Another revision has taken the place of the one that the customer had, and the customer has not agreed to it.
    case superseded
    /// The customer has not agreed to it.
    case notAccepted = "not-accepted"
    /// It is in another currency.
    case otherCurrency = "other-currency"
    /// A line is of something that was not quoted.
    case notQuoted = "not-quoted"
    /// A line is below the price of the quote.
    case belowTerms = "below-terms"
    /// A line is above it.
    case aboveTerms = "above-terms"
}

/// A line of an order beside what its quote says of as much of the same.
struct QuotedOrderLine: Sendable, Equatable {
    let line: OrderLine
    let quoted: FixedDecimal?
    let quotedCost: FixedDecimal?
    let finding: QuotedOrderFinding?
}

/// An order beside the quote that it names.
struct JudgedOrder: Sendable {
    let key: OrderKey
    let order: Order
    let quoteId: String
    let terms: QuoteTerms?
    let finding: QuotedOrderFinding
    let detail: String?
    let lines: [QuotedOrderLine]
}

/// Orders are held against the terms that their customers have agreed to. Pure.
enum QuotedOrderPolicy {
    /// What a line may be off by rounding.
    private static let tolerance = FixedDecimal(units: FixedDecimal.unitsPerOne / 100)

    /// - Parameters:
    ///   - terms: the revision of the quote that holds; none when there is no such quote.
    ///   - isTheirs: whether the order's customer is that of the quote.
    static func judge(
        _ order: Order, _ key: OrderKey, quoteId: String, _ terms: QuoteTerms?, isTheirs: Bool
    ) -> JudgedOrder {
        let sameCurrency = terms?.currency == order.currency
        let lines = order.lines.map { line in
            beside(line, sameCurrency && isTheirs ? terms?.lines ?? [] : [])
        }
        let (finding, detail) = whole(order, terms, isTheirs: isTheirs) ?? worst(lines)
        return JudgedOrder(
            key: key, order: order, quoteId: quoteId, terms: terms, finding: finding, detail: detail, lines: lines)
    }

    /// What is wrong with all of it.
    private static func whole(
        _ order: Order, _ terms: QuoteTerms?, isTheirs: Bool
    ) -> (QuotedOrderFinding, String?)? {
        guard let terms else { return (.unknownQuote, nil) }
        guard isTheirs else { return (.otherCustomer, "it is for \(terms.customer.code)") }
        guard terms.state == .accepted else {
            let stands = "revision \(terms.revision) is \(terms.state.rawValue)"
            return (terms.revision > 1 && terms.state != .refused ? .superseded : .notAccepted, stands)
        }
        guard terms.currency == order.currency else {
            return (.otherCurrency, "it is in \(terms.currency), the order in \(order.currency)")
        }
        return nil
    }

    private static func worst(_ lines: [QuotedOrderLine]) -> (QuotedOrderFinding, String?) {
        for finding in [QuotedOrderFinding.notQuoted, .belowTerms, .aboveTerms] {
            let numbers = lines.filter { $0.finding == finding }.map { "\($0.line.line)" }
            guard !numbers.isEmpty else { continue }
            return (finding, "lines \(numbers.prefix(20).joined(separator: ", "))")
        }
        return (.kept, nil)
    }

    private static func beside(_ line: OrderLine, _ quoted: [QuotedLine]) -> QuotedOrderLine {
        let fitting = quoted.filter {
            $0.line.item.hasSameBytes(as: line.serviceItem) && $0.line.unit.hasSameBytes(as: line.unit)
        }
        // The one of the same lane before one of any.
        let same = fitting.first { one in
            one.lane.flatMap { lane in line.lane.map { $0.hasSameBytes(as: lane) } } ?? false
        }
        guard let found = same ?? fitting.first(where: { $0.lane == nil || line.lane == nil }) else {
            return QuotedOrderLine(line: line, quoted: nil, quotedCost: nil, finding: .notQuoted)
        }
        func share(_ amount: FixedDecimal?) -> FixedDecimal? {
            guard let amount, let quantity = FixedDecimal(found.line.quantity), quantity > .zero else { return nil }
            return amount.multiplied(by: line.quantity.units, dividedBy: quantity.units)
        }
        let expected = share(found.amount)
        var finding: QuotedOrderFinding?
        if let expected {
            if line.revenue < expected - tolerance { finding = .belowTerms }
            if line.revenue > expected + tolerance { finding = .aboveTerms }
        }
        return QuotedOrderLine(line: line, quoted: expected, quotedCost: share(found.cost), finding: finding)
    }
}

extension QuotedLine {
    /// From where to where, as orders write it.
    fileprivate var lane: String? {
        line.origin.flatMap { origin in line.destination.map { "\(origin)-\($0)" } }
    }
}
