/// The price of one unit of a currency in CNY, exact to eight decimals.
public struct ExchangeRate: Sendable, Equatable, CustomStringConvertible {
    /// In hundred-millionths; more than nought.
    public let units: Int128

    /// How many units make one.
    public static let unitsPerOne: Int128 = 100_000_000
    /// CNY in CNY.
    public static let one = ExchangeRate(units: unitsPerOne)

    private init(units: Int128) {
        self.units = units
    }

    /// A rate as text: digits, and optionally a point with 1…8 digits; `nil` when it is none or is nought.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...9).contains(parts[0].count) else { return nil }
        var decimals = 0
        if parts.count == 2 {
            guard (1...8).contains(parts[1].count) else { return nil }
            decimals = parts[1].count
        }
        var units: Int128 = 0
        for byte in parts.joined() {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            units = units * 10 + Int128(byte - UInt8(ascii: "0"))
        }
        for _ in decimals..<8 { units *= 10 }
        guard units > 0 else { return nil }
        self.units = units
    }

    /// The rate as text that ``init(_:)`` reads, without noughts at the end.
    public var description: String {
        var decimals = String(Self.unitsPerOne + units % Self.unitsPerOne).dropFirst()
        while decimals.last == "0" { decimals.removeLast() }
        return "\(units / Self.unitsPerOne)\(decimals.isEmpty ? "" : ".\(decimals)")"
    }
}

/// What every currency was worth in CNY, from which day on.
public struct RateTable: Sendable, Equatable {
    /// A rate that holds from a day on.
    public struct Entry: Sendable, Equatable {
        /// The currency.
        public let currency: Currency
        /// The first day on which it holds.
        public let from: CalendarDay
        /// What one unit is worth.
        public let rate: ExchangeRate

        /// - Parameters: as the properties.
        public init(currency: Currency, from: CalendarDay, rate: ExchangeRate) {
            self.currency = currency
            self.from = from
            self.rate = rate
        }
    }

    private let byCurrency: [Currency: [Entry]]

    /// - Parameter entries: the rates, in any order; of two for one day the later in the list holds.
    public init(_ entries: [Entry]) {
        byCurrency = Dictionary(grouping: entries, by: \.currency).mapValues { entries in
            let sorted = entries.enumerated().sorted { ($0.element.from, $0.offset) < ($1.element.from, $1.offset) }
                .map(\.element)
            return sorted.indices.filter { $0 + 1 == sorted.count || sorted[$0].from != sorted[$0 + 1].from }
                .map { sorted[$0] }
        }
    }

    /// Every rate that holds on some day, by currency and day.
    public var entries: [Entry] { byCurrency.sorted { $0.key < $1.key }.flatMap(\.value) }

    /// The rate of a currency on a day; `nil` when none is known for so early a day, or at all.
    public func rate(of currency: Currency, on day: CalendarDay) -> ExchangeRate? {
        if currency == .cny { return .one }
        guard let entries = byCurrency[currency] else { return nil }
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].from <= day { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? entries[low - 1].rate : nil
    }

    /// An amount in another currency, by way of CNY, rounded once, half away from zero, to four places.
    ///
    /// - Returns: `nil` when a rate is missing. The same currency is left untouched and needs no rate.
    public func convert(
        _ amount: FixedDecimal, from: Currency, to: Currency, on day: CalendarDay
    ) -> FixedDecimal? {
        if from == to { return amount }
        guard let source = rate(of: from, on: day), let target = rate(of: to, on: day) else { return nil }
        return amount.multiplied(by: source.units, dividedBy: target.units)
    }

    /// An amount in another currency, which it names from then on: what is added up after it cannot meet another.
    ///
    /// - Returns: `nil` when a rate is missing.
    public func convert(_ money: Money, to target: Currency, on day: CalendarDay) -> Money? {
        convert(money.amount, from: money.currency, to: target, on: day).map { Money($0, target) }
    }
}
