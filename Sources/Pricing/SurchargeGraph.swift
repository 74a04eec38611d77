public import Domain

/// What comes on top of a price: fuel, security, peak, remote area, currency.
public struct Surcharge: Sendable, Equatable {
    /// How it is worked out.
    public enum Basis: Sendable, Equatable {
        /// So many hundredths of the price and of other surcharges; of the price alone when none is named.
        case percent(ExactDecimal, of: [String])
        /// So much for each unit of the quantity.
        case perUnit(ExactDecimal)
        /// So much.
        case fixed(ExactDecimal)
    }

    /// What it is called.
    public let code: String
    /// How it is worked out.
    public let basis: Basis
    /// The least that it comes to.
    public let minimum: ExactDecimal?
    /// The most that it comes to.
    public let maximum: ExactDecimal?

    /// - Parameters: as the properties.
    public init(code: String, _ basis: Basis, minimum: ExactDecimal? = nil, maximum: ExactDecimal? = nil) {
        self.code = code
        self.basis = basis
        self.minimum = minimum
        self.maximum = maximum
    }
}

/// The surcharges of a card in an order in which each comes after those that it is a percentage of.
///
/// What is a percentage of another one is worked out from what that came to after rounding, as it stands on the invoice.
public struct SurchargeGraph: Sendable {
    /// The price itself, where surcharges name what they are a percentage of.
    public static let price = "price"

    /// Why surcharges have no order.
    public enum Fault: Error, Sendable, Equatable {
        /// Two have one code, or one is called as the price is.
        case twice(String)
        /// One is a percentage of something that is not there.
        case unknown(String, of: String)
        /// They are percentages of one another: around these, the first one once more at the end.
        case cycle([String])
    }

    /// A surcharge with what it came to.
    public struct Applied: Sendable, Equatable {
        /// What it is called.
        public let code: String
        /// What it was worked out from, of a percentage.
        public let base: ExactDecimal?
        /// What it came to, rounded to the currency.
        public let amount: ExactDecimal
    }

    /// In the order in which they are worked out.
    public let surcharges: [Surcharge]

    /// - Throws: ``Fault`` when they have no order.
    public init(_ surcharges: [Surcharge]) throws(Fault) {
        var byCode: [String: Surcharge] = [:]
        for surcharge in surcharges {
            guard surcharge.code != Self.price, byCode.updateValue(surcharge, forKey: surcharge.code) == nil else {
                throw .twice(surcharge.code)
            }
        }
        for surcharge in surcharges {
            if let missing = surcharge.named.first(where: { $0 != Self.price && byCode[$0] == nil }) {
                throw .unknown(surcharge.code, of: missing)
            }
        }
        // As they are stated, as far as that goes: the first of those for which all is there comes next.
        var ordered: [Surcharge] = []
        var done: Set<String> = [Self.price]
        var waiting = surcharges
        while !waiting.isEmpty {
            guard let place = waiting.firstIndex(where: { $0.named.allSatisfy(done.contains) }) else {
                throw .cycle(Self.circle(waiting, done))
            }
            let next = waiting.remove(at: place)
            done.insert(next.code)
            ordered.append(next)
        }
        self.surcharges = ordered
    }

    /// A way around: from the first that waits, each time to the first that it waits for.
    private static func circle(_ waiting: [Surcharge], _ done: Set<String>) -> [String] {
        let byCode = Dictionary(waiting.map { ($0.code, $0) }) { first, _ in first }
        var path: [String] = []
        var next = waiting.first
        while let surcharge = next {
            if let place = path.firstIndex(of: surcharge.code) { return Array(path[place...]) + [surcharge.code] }
            path.append(surcharge.code)
            next = surcharge.named.first { !done.contains($0) }.flatMap { byCode[$0] }
        }
        return path
    }

    /// What comes on top of a price; nil when there are more digits than fit.
    ///
    /// - Parameters:
    ///   - price: the price.
    ///   - quantity: how much it is for.
    ///   - currency: to whose digits each is rounded, half up.
    public func apply(
        to price: ExactDecimal, quantity: ExactDecimal, in currency: Currency
    ) -> (applied: [Applied], total: ExactDecimal)? {
        guard var total = price.rounded(to: currency.fractionDigits) else { return nil }
        var amounts = [Self.price: total]
        var applied: [Applied] = []
        for surcharge in surcharges {
            var base: ExactDecimal?
            let exact: ExactDecimal?
            switch surcharge.basis {
            case .fixed(let amount): exact = amount
            case .perUnit(let rate): exact = rate.times(quantity)
            case .percent(let rate, _):
                var sum = ExactDecimal.zero
                for code in surcharge.named {
                    guard let amount = amounts[code], let more = sum.plus(amount) else { return nil }
                    sum = more
                }
                base = sum
                exact = sum.times(rate).flatMap { $0.times(Self.hundredth) }
            }
            guard var amount = exact else { return nil }
            if let minimum = surcharge.minimum, amount < minimum { amount = minimum }
            if let maximum = surcharge.maximum, amount > maximum { amount = maximum }
            guard let rounded = amount.rounded(to: currency.fractionDigits), let more = total.plus(rounded) else {
                return nil
            }
            amounts[surcharge.code] = rounded
            total = more
            applied.append(Applied(code: surcharge.code, base: base, amount: rounded))
        }
        return (applied, total)
    }

    private static let hundredth = ExactDecimal("0.01") ?? .zero
}

extension Surcharge {
    /// What it is a percentage of; nothing of one that is none.
    fileprivate var named: [String] {
        guard case .percent(_, let codes) = basis else { return [] }
        return codes.isEmpty ? [SurchargeGraph.price] : codes
    }
}
