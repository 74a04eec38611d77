public import Domain

/// How many things stand where, and what they come to, at the end of any day.
public struct FunnelLedger<Place: Hashable & Sendable>: Sendable {
    /// What stands in a place.
    public struct Standing: Sendable, Equatable {
        /// How many.
        public var count = 0
        /// How many of them without an amount.
        public var withoutAmount = 0
        /// What the others come to.
        public var amount = FixedDecimal(units: 0)

        /// Nothing.
        public init() {}

        var isNothing: Bool { count == 0 && withoutAmount == 0 && amount.units == 0 }
    }

    private var sums: [DayBuckets.Bucket: [Place: Standing]] = [:]

    /// An empty one.
    public init() {}

    /// Something stands in a place from the end of a day on, until the end of the day before another.
    ///
    /// - Parameters:
    ///   - place: where.
    ///   - amount: what it comes to; nothing when that is not known.
    ///   - from: the first day at whose end it stands there.
    ///   - until: the first day at whose end it does not any more; none for one that still does.
    public mutating func add(
        _ place: Place, amount: FixedDecimal?, from: CalendarDay, until: CalendarDay? = nil
    ) {
        add(place, amount, 1, on: from)
        if let until { add(place, amount, -1, on: until) }
    }

    private mutating func add(_ place: Place, _ amount: FixedDecimal?, _ sign: Int, on day: CalendarDay) {
        for bucket in DayBuckets.buckets(of: day) {
            var standing = sums[bucket, default: [:]][place] ?? Standing()
            standing.count += sign
            if let amount {
                standing.amount = FixedDecimal(units: standing.amount.units + Int128(sign) * amount.units)
            } else {
                standing.withoutAmount += sign
            }
            sums[bucket, default: [:]][place] = standing.isNothing ? nil : standing
        }
    }

    /// What stands where at the end of a day; places in which nothing does are not among them.
    public func standing(on day: CalendarDay) -> [Place: Standing] {
        var found: [Place: Standing] = [:]
        let spans = DayBuckets.spans(upTo: day)
        for (bucket, places) in sums {
            guard
                let span = spans.first(where: { $0.grain == bucket.grain }), bucket.first <= span.to,
                span.from.map({ $0 <= bucket.first }) ?? true
            else { continue }
            for (place, standing) in places {
                var sum = found[place] ?? Standing()
                sum.count += standing.count
                sum.withoutAmount += standing.withoutAmount
                sum.amount = FixedDecimal(units: sum.amount.units + standing.amount.units)
                found[place] = sum
            }
        }
        return found.filter { !$0.value.isNothing }
    }
}
