public import Contracts
public import Domain

/// Which lines a lever is for: those that have every value that is given.
public struct LineSelector: Part, Hashable {
    private let values: [ProfitDimension: String]

    /// - Parameter values: what a line must have; nothing selects every line.
    public init(_ values: [ProfitDimension: String] = [:]) {
        self.values = values
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        var values: [ProfitDimension: String] = [:]
        for dimension in ProfitDimension.allCases {
            values[dimension] = try fields.optionalIdentifier(dimension.rawValue)
        }
        self.values = values
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("branch", values[.branch])
        object.text("line", values[.line])
        object.text("customer", values[.customer])
        object.text("item", values[.item])
        object.text("supplier", values[.supplier])
        object.text("lane", values[.lane])
        object.text("owner", values[.owner])
        object.text("order", values[.order])
    }

    /// Whether a line is meant.
    public func selects(_ line: ProfitLine) -> Bool {
        values.allSatisfy { $0.value(of: line) == $1 }
    }

    /// Whether it tells lines apart by something.
    func names(_ dimension: ProfitDimension) -> Bool { values[dimension] != nil }

    /// Whether there can be a line that both select.
    func overlaps(_ other: LineSelector) -> Bool {
        values.allSatisfy { other.values[$0] == nil || other.values[$0] == $1 }
    }
}

/// What a lever moves.
public enum LeverKind: String, Sendable, CaseIterable {
    /// What customers pay for a unit.
    case price
    /// What suppliers are paid for a unit.
    case supplierRate = "supplier-rate"
    /// How much is done.
    case volume
    /// A share of what is done of one thing is done of another, in the same unit.
    case mix
    /// The price of fuel, of which only a share of the cost consists.
    case fuel
    /// What a foreign currency is worth.
    case currency
    /// How many days later customers pay, at the cost of capital.
    case paymentDays = "payment-days"
}

/// One thing that is to be otherwise.
public struct Lever: Part {
    /// What it moves.
    public let kind: LeverKind
    /// By how many percent; the share of the quantity for a mix.
    public let percent: FixedDecimal?
    /// Which share of the cost is fuel, in percent.
    public let share: FixedDecimal?
    /// The currency that changes its value.
    public let currency: Currency?
    /// By how many days later payment comes; negative is sooner.
    public let days: Int?
    /// The lines it is for; those from which a mix takes.
    public let selector: LineSelector
    /// The lines to which a mix gives.
    public let target: LineSelector?

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        kind = try fields.choice("kind", LeverKind.self)
        percent = try fields.optionalDecimal("percent")
        share = try fields.optionalDecimal("share")
        currency = try fields.optionalIdentifier("currency").flatMap { Currency($0) }
        days = try fields.optionalDecimal("days").map { Int(clamping: $0.units / FixedDecimal.unitsPerOne) }
        selector = try fields.optionalObject("where", LineSelector.self) ?? LineSelector()
        target = try fields.optionalObject("to", LineSelector.self)
        let (hundred, most) = (FixedDecimal(100), FixedDecimal(1_000))
        if kind == .paymentDays {
            try fields.require((days ?? 9_999).magnitude <= 365, .valueNotAllowed, "days", "give -365…365 days")
            return
        }
        let percent = self.percent ?? most + most
        try fields.require(
            -hundred <= percent && percent <= most, .valueNotAllowed, "percent", "give -100…1000 percent")
        switch kind {
        case .mix:
            try fields.require(
                .zero <= percent && percent <= hundred, .valueNotAllowed, "percent", "a mix moves 0…100 percent")
            try fields.require(target != nil, .missingField, "to", "a mix needs the lines that it gives to")
        case .fuel:
            let share = self.share ?? most
            try fields.require(
                .zero <= share && share <= hundred, .valueNotAllowed, "share", "fuel is 0…100 percent of the cost")
        case .currency:
            try fields.require(currency != nil, .unknownCurrency, "currency", "name an active currency of ISO 4217")
        case .price, .supplierRate, .volume, .paymentDays: break
        }
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.choice("kind", kind)
        object.decimal("percent", percent)
        object.decimal("share", share)
        object.text("currency", currency?.code)
        object.decimal("days", days.map { FixedDecimal($0) })
        object.object("where", selector)
        object.object("to", target)
    }
}

/// What one unit of a currency is worth in the scenario's.
public struct ScenarioRate: Part {
    /// The currency.
    public let currency: Currency
    /// Its worth.
    public let rate: FixedDecimal

    /// - Parameters: as the properties.
    public init(currency: Currency, rate: FixedDecimal) {
        self.currency = currency
        self.rate = rate
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        currency = try fields.currency("currency")
        rate = try fields.decimal("rate")
        try fields.require(rate > .zero, .valueNotAllowed, "rate", "a rate is above nought")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("currency", currency.code)
        object.decimal("rate", rate)
    }
}

/// How unsure the future is, as standard deviations in percent.
public struct Uncertainty: Part {
    /// Of each supplier's cost, lognormal with mean one.
    public let cost: FixedDecimal
    /// Of each foreign currency, lognormal with mean one.
    public let currency: FixedDecimal
    /// Of each line of business's volume, normal, never below nought.
    public let volume: FixedDecimal

    /// None at all.
    public static let none = Uncertainty()

    private init() {
        cost = .zero
        currency = .zero
        volume = .zero
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        cost = try fields.optionalDecimal("cost") ?? .zero
        currency = try fields.optionalDecimal("currency") ?? .zero
        volume = try fields.optionalDecimal("volume") ?? .zero
        for (name, value) in [("cost", cost), ("currency", currency), ("volume", volume)] {
            try fields.require(
                .zero <= value && value <= FixedDecimal(100), .valueNotAllowed, name, "give 0…100 percent")
        }
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.decimal("cost", cost)
        object.decimal("currency", currency)
        object.decimal("volume", volume)
    }
}

/// What is asked of a simulation: levers on real order lines, and how unsure it all is. Demand does not answer to price:
/// whoever expects it to adds a lever of volume.
public struct Scenario: Part {
    /// Its name.
    public let name: String
    /// The currency of its figures.
    public let currency: Currency
    /// The margin rate in percent that must not be undercut.
    public let floor: FixedDecimal
    /// What capital costs a year, in percent.
    public let costOfCapital: FixedDecimal
    /// What other currencies are worth.
    public private(set) var rates: [ScenarioRate]
    /// What is to be otherwise.
    public let levers: [Lever]
    /// How unsure it is.
    public let uncertainty: Uncertainty

    /// The currencies of some lines that it has no rate of.
    public func unrated(_ lines: [ProfitLine]) -> Set<Currency> {
        Set(lines.lazy.map(\.currency)).subtracting(rates.map(\.currency)).subtracting([currency])
    }

    /// The same, with rates of currencies that it has none of.
    public func adding(_ others: [ScenarioRate]) -> Scenario {
        var copy = self
        copy.rates += others.filter { other in !rates.contains { $0.currency == other.currency } }
        return copy
    }

    /// Reads it; refuses levers that contradict one another with `contradictory-levers`.
    public init(fields: inout FieldReader) throws(Refusal) {
        name = try fields.identifier("name")
        currency = try fields.currency("currency")
        floor = try fields.optionalDecimal("floor") ?? FixedDecimal(5)
        costOfCapital = try fields.optionalDecimal("costOfCapital") ?? .zero
        rates = try fields.optionalArray("rates", ScenarioRate.self, 0...200) ?? []
        levers = try fields.array("levers", Lever.self, 0...200)
        uncertainty = try fields.optionalObject("uncertainty", Uncertainty.self) ?? .none
        try fields.require(
            .zero <= costOfCapital && costOfCapital <= FixedDecimal(100), .valueNotAllowed, "costOfCapital",
            "give 0…100 percent a year")
        for (place, lever) in levers.enumerated() {
            try fields.require(
                lever.kind != .currency || lever.currency != currency, .contradictoryLevers, "levers[\(place)]",
                "\(currency) is what the figures are in: it cannot change its value against itself")
            try fields.require(
                lever.kind != .mix || !(lever.target?.overlaps(lever.selector) ?? false), .contradictoryLevers,
                "levers[\(place)]", "a mix takes from and gives to the same lines")
            for (other, former) in levers[..<place].enumerated() {
                try fields.require(
                    !lever.contradicts(former), .contradictoryLevers, "levers[\(place)]",
                    "levers \(other) and \(place) both move the \(lever.kind.rawValue) of the same lines")
            }
        }
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("name", name)
        object.text("currency", currency.code)
        object.decimal("floor", floor)
        object.decimal("costOfCapital", costOfCapital)
        object.array("rates", rates.isEmpty ? nil : rates)
        object.array("levers", levers)
        object.object("uncertainty", uncertainty)
    }
}

extension Lever {
    /// Whether both move the same thing of the same lines, so that which of them holds would be a guess.
    func contradicts(_ other: Lever) -> Bool {
        guard kind == other.kind else { return false }
        if kind == .currency { return currency == other.currency && selector.overlaps(other.selector) }
        guard kind == .mix else { return selector.overlaps(other.selector) }
        let mine = [selector, target].compactMap { $0 }
        let theirs = [other.selector, other.target].compactMap { $0 }
        return mine.contains { one in theirs.contains { one.overlaps($0) } }
    }
}
