import Contracts
import Domain
import Pipelines

/// What is to be added to the buckets of the funnel so that opportunities count as they stood.
struct FunnelDelta: Sendable {
    /// A row of the buckets.
    struct Place: Hashable, Sendable {
        let grain: String
        let first: CalendarDay
        let branch: String
        let owner: String
        let team: String
        let state: String
        let stage: String
        let currency: String

        /// By the order of the rows' key.
        static func precedes(_ one: Place, _ other: Place) -> Bool {
            if one.grain != other.grain { return one.grain < other.grain }
            if one.first != other.first { return one.first < other.first }
            for (mine, theirs) in [
                (one.branch, other.branch), (one.owner, other.owner), (one.team, other.team), (one.state, other.state),
                (one.stage, other.stage), (one.currency, other.currency),
            ] {
                let order = mine.compareBytes(with: theirs)
                if order != 0 { return order < 0 }
            }
            return false
        }
    }

    /// How much.
    struct Sum: Sendable, Equatable {
        var deals = 0
        var withoutAmount = 0
        var amount = FixedDecimal(units: 0)
        var margin = FixedDecimal(units: 0)

        var isNothing: Bool { self == Sum() }
    }

    private var sums: [Place: Sum] = [:]

    /// The rows with what is added to each, in the order of their keys.
    var rows: [(place: Place, sum: Sum)] {
        sums.filter { !$0.value.isNothing }.map { ($0.key, $0.value) }.sorted { Place.precedes($0.0, $1.0) }
    }

    /// What stood before stands no more, and this instead.
    mutating func replace(_ before: [OpportunitySpan], by after: [OpportunitySpan]) {
        guard before != after else { return }
        for span in before { add(span, -1) }
        for span in after { add(span, 1) }
    }

    private mutating func add(_ span: OpportunitySpan, _ sign: Int) {
        add(span, sign, on: span.from)
        if let until = span.until { add(span, -sign, on: until) }
    }

    private mutating func add(_ span: OpportunitySpan, _ sign: Int, on day: CalendarDay) {
        for bucket in DayBuckets.buckets(of: day) {
            let place = Place(
                grain: bucket.grain.rawValue, first: bucket.first, branch: span.branch ?? "", owner: span.owner ?? "",
                team: span.team, state: span.state.rawValue, stage: span.stage, currency: span.currency?.code ?? "")
            var sum = sums[place] ?? Sum()
            sum.deals += sign
            if span.amount == nil { sum.withoutAmount += sign }
            if let amount = span.amount { sum.amount = sum.amount + amount.times(sign) }
            if let margin = span.margin { sum.margin = sum.margin + margin.times(sign) }
            sums[place] = sum
        }
    }
}

extension FixedDecimal {
    fileprivate func times(_ sign: Int) -> FixedDecimal { FixedDecimal(units: units * Int128(sign)) }
}
