public import Domain

/// How a rule makes an amount of a quantity.
public enum RateMethod: String, Sendable, CaseIterable {
    /// Rate × quantity.
    case perUnit = "per-unit"
    /// The rate, whatever the quantity.
    case flat
    /// The least of rate × max(quantity, from) over the quantity's own break and all higher ones, so that nobody pays
    /// more for less.
    case breakLower = "break-lower"
    /// Each rate for the part of the quantity within its break.
    case breakIncremental = "break-incremental"

    /// Whether its rules have breaks.
    public var hasBreaks: Bool { self == .breakLower || self == .breakIncremental }
}

/// One rate of a rule, for the quantities within its break.
public struct RateBreak: Sendable, Equatable {
    /// The least quantity; nought for a rule without breaks.
    public let from: ExactDecimal
    /// The quantity at which it ends, itself not included; nil for no end.
    public let to: ExactDecimal?
    /// The rate.
    public let rate: ExactDecimal
    /// The least amount.
    public let minimum: ExactDecimal?
    /// The greatest amount.
    public let maximum: ExactDecimal?

    /// One rate. See the properties.
    public init(
        from: ExactDecimal = .zero, to: ExactDecimal? = nil, rate: ExactDecimal, minimum: ExactDecimal? = nil,
        maximum: ExactDecimal? = nil
    ) {
        self.from = from
        self.to = to
        self.rate = rate
        self.minimum = minimum
        self.maximum = maximum
    }

    func contains(_ quantity: ExactDecimal) -> Bool { from <= quantity && to.map { quantity < $0 } ?? true }
}

/// What a service item costs from one place to another, between two days.
public struct RateRule: Sendable, Equatable {
    /// Its name.
    public let id: String
    /// What is priced.
    public let serviceItem: String
    /// Where it begins; nil for any place.
    public let origin: String?
    /// Where it ends; nil for any place.
    public let destination: String?
    /// The unit of the quantity.
    public let unit: String
    /// How the amount is made.
    public let method: RateMethod
    /// The rates, the lowest break first.
    public let breaks: [RateBreak]
    /// The currency of rates, minimum and maximum.
    public let currency: Currency
    /// The first day; nil for no beginning.
    public let validFrom: CalendarDay?
    /// The last day, itself included; nil for no end.
    public let validUntil: CalendarDay?

    /// A rule. See the properties.
    ///
    /// - Throws: ``RateFault`` when it has no rate, several without being a rule of breaks, a break that ends before it
    ///   begins, or ends itself before it begins.
    public init(
        id: String, serviceItem: String, origin: String?, destination: String?, unit: String, method: RateMethod,
        breaks: [RateBreak], currency: Currency, validFrom: CalendarDay?, validUntil: CalendarDay?
    ) throws(RateFault) {
        let sorted = breaks.enumerated().sorted {
            ($0.element.from, $0.offset) < ($1.element.from, $1.offset)
        }.map(\.element)
        guard !sorted.isEmpty else { throw RateFault("missing-field", "the rule has no rate") }
        guard method.hasBreaks || sorted.count == 1 else {
            throw RateFault("duplicate-element", "a rule '\(method.rawValue)' has one row")
        }
        if let from = validFrom, let until = validUntil, until < from {
            throw RateFault("value-not-allowed", "the rule ends on \(until), before it begins on \(from)")
        }
        for part in sorted {
            if part.from.isNegative { throw RateFault("value-not-allowed", "a break begins below nought") }
            if let to = part.to, to <= part.from {
                throw RateFault(
                    "value-not-allowed", "the break from \(part.from) ends at \(to), where it begins or before")
            }
            if let least = part.minimum, let most = part.maximum, most < least {
                throw RateFault("value-not-allowed", "the maximum \(most) is below the minimum \(least)")
            }
        }
        self.id = id
        self.serviceItem = serviceItem
        self.origin = origin
        self.destination = destination
        self.unit = unit
        self.method = method
        self.breaks = sorted
        self.currency = currency
        self.validFrom = validFrom
        self.validUntil = validUntil
    }

    /// Where a break begins within the one before, so that two contain a quantity: the one that begins first is then its
    /// own. Nil when the breaks are apart.
    public var overlap: ExactDecimal? {
        zip(breaks, breaks.dropFirst()).first { before, part in before.to.map { part.from < $0 } ?? true }?.1.from
    }

    func isValid(on day: CalendarDay) -> Bool {
        (validFrom.map { $0 <= day } ?? true) && (validUntil.map { day <= $0 } ?? true)
    }
}

/// What is wrong with a rule: a code for machines and words for people.
public struct RateFault: Error, Sendable, Equatable {
    /// The code.
    public let reason: String
    /// What is wrong.
    public let detail: String

    /// A fault.
    public init(_ reason: String, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }
}
