public import Domain

/// What is to be priced.
public struct Shipment: Sendable, Equatable {
    /// The day by whose rates it is priced.
    public let day: CalendarDay
    /// What is done.
    public let serviceItem: String
    /// Where it begins.
    public let origin: String
    /// Where it ends.
    public let destination: String
    /// How much of it.
    public let quantity: ExactDecimal
    /// The unit of the quantity.
    public let unit: String

    /// What is to be priced. See the properties.
    public init(
        day: CalendarDay, serviceItem: String, origin: String, destination: String, quantity: ExactDecimal,
        unit: String
    ) {
        self.day = day
        self.serviceItem = serviceItem
        self.origin = origin
        self.destination = destination
        self.quantity = quantity
        self.unit = unit
    }
}

/// Why something has no price. The raw value is the code that people and programs see.
public enum NoPrice: String, Sendable, CaseIterable {
    /// No rule fits the item, the places and the day.
    case noRule = "no-rule"
    /// A rule fits, but none in the unit of the quantity.
    case unknownUnit = "unknown-unit"
    /// The rule that fits has no break for the quantity.
    case outsideBreaks = "outside-breaks"
    /// The amount has more than 38 digits.
    case outOfRange = "number-out-of-range"
}

/// What became of a shipment.
public enum Pricing: Sendable, Equatable {
    /// Its price.
    case priced(Price)
    /// It has none, for a reason; the rule is named where one fitted.
    case unpriced(NoPrice, rule: String?)
}

/// A price: the exact amount, of which only the written one is rounded.
public struct Price: Sendable, Equatable {
    /// The rule that made it.
    public let rule: String
    /// The amount before rounding.
    public let exact: ExactDecimal
    /// Its currency.
    public let currency: Currency

    /// The amount in the currency's digits, rounded half up (half away from nought).
    public var amount: String { exact.text(roundedTo: currency.fractionDigits) }
}

/// Rules by which things are priced. The same card and the same shipment give the same price for ever: nothing else goes
/// in, neither the time nor a rate of exchange.
public struct RateCard: Sendable {
    private struct Lane: Hashable {
        let serviceItem: String
        let origin: String?
        let destination: String?
    }

    // The rules of a lane, the one that began last first; of those that began together, as the card has them.
    private var lanes: [Lane: [RateRule]] = [:]

    /// A card of rules. Rules may overlap: the more exact one wins, then the one that began later.
    public init(_ rules: [RateRule]) {
        for (lane, members) in Dictionary(
            grouping: rules.enumerated(),
            by: { Lane(serviceItem: $1.serviceItem, origin: $1.origin, destination: $1.destination) })
        {
            lanes[lane] = members.sorted {
                let (first, second) = ($0.element.validFrom, $1.element.validFrom)
                guard first != second else { return $0.offset < $1.offset }
                guard let first else { return false }
                return second.map { first > $0 } ?? true
            }.map(\.element)
        }
    }

    /// The price of a shipment, or why it has none.
    public func price(_ shipment: Shipment) -> Pricing {
        var ignored: [String]?
        return price(shipment, &ignored)
    }

    /// The price of a shipment with the steps that led to it, in words.
    public func explain(_ shipment: Shipment) -> (outcome: Pricing, steps: [String]) {
        var steps: [String]? = []
        let outcome = price(shipment, &steps)
        return (outcome, steps ?? [])
    }

    private func price(_ shipment: Shipment, _ steps: inout [String]?) -> Pricing {
        var fitsInAnotherUnit = false
        // Two exact places before one, an exact origin before an exact destination.
        for (origin, destination) in [
            (shipment.origin, shipment.destination), (shipment.origin, nil), (nil, shipment.destination), (nil, nil),
        ] as [(String?, String?)] {
            let lane = Lane(serviceItem: shipment.serviceItem, origin: origin, destination: destination)
            for rule in lanes[lane] ?? [] where rule.isValid(on: shipment.day) {
                guard rule.unit == shipment.unit else {
                    fitsInAnotherUnit = true
                    steps?.append("rule \(rule.id) fits, but is for \(rule.unit), not \(shipment.unit)")
                    continue
                }
                steps?.append(
                    "rule \(rule.id): \(rule.serviceItem) from \(origin ?? "any place") to \(destination ?? "any place"), "
                        + "valid from \(rule.validFrom?.description ?? "ever") until "
                        + "\(rule.validUntil?.description ?? "further notice")")
                return rule.price(shipment.quantity, &steps)
            }
        }
        if !fitsInAnotherUnit {
            steps?.append("no rule fits the item, the places and \(shipment.day)")
        }
        return .unpriced(fitsInAnotherUnit ? .unknownUnit : .noRule, rule: nil)
    }
}

extension RateRule {
    fileprivate func price(_ quantity: ExactDecimal, _ steps: inout [String]?) -> Pricing {
        let own: RateBreak
        if method.hasBreaks {
            guard let found = breaks.first(where: { $0.contains(quantity) }) else {
                steps?.append("no break of the rule contains \(quantity) \(unit)")
                return .unpriced(.outsideBreaks, rule: id)
            }
            own = found
        } else {
            own = breaks[0]
        }
        guard let made = amount(of: quantity, own, &steps) else { return .unpriced(.outOfRange, rule: id) }
        var amount = made
        if let least = own.minimum, amount < least {
            amount = least
            steps?.append("raised to the minimum \(least) \(currency)")
        }
        if let most = own.maximum, amount > most {
            amount = most
            steps?.append("lowered to the maximum \(most) \(currency)")
        }
        let price = Price(rule: id, exact: amount, currency: currency)
        steps?.append("rounded half up to \(currency.fractionDigits) digits: \(price.amount) \(currency)")
        return .priced(price)
    }

    private func amount(of quantity: ExactDecimal, _ own: RateBreak, _ steps: inout [String]?) -> ExactDecimal? {
        switch method {
        case .flat:
            steps?.append("flat: \(own.rate) \(currency)")
            return own.rate
        case .perUnit:
            let amount = own.rate.times(quantity)
            steps?.append("\(own.rate) × \(quantity) \(unit) = \(amount?.description ?? "too large")")
            return amount
        case .breakLower:
            var least: ExactDecimal?
            for part in breaks where part.from >= own.from {
                let counted = max(quantity, part.from)
                guard let amount = part.rate.times(counted) else { return nil }
                steps?.append("break from \(part.from): \(part.rate) × \(counted) \(unit) = \(amount)")
                least = least.map { min($0, amount) } ?? amount
            }
            steps?.append("the lower charge applies: \(least?.description ?? "")")
            return least
        case .breakIncremental:
            var sum = ExactDecimal.zero
            for part in breaks where part.from < quantity {
                let end = part.to.map { min($0, quantity) } ?? quantity
                guard let counted = end.minus(part.from), let amount = part.rate.times(counted),
                    let next = sum.plus(amount)
                else { return nil }
                steps?.append("break from \(part.from): \(part.rate) × \(counted) \(unit) = \(amount)")
                sum = next
            }
            return sum
        }
    }
}
