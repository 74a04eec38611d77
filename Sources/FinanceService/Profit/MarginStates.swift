import Contracts
import Domain
import ProfitAnalysis

/// What a line costs in three states: as it was quoted, as it is expected to end, and as it was invoiced. Pure.
struct CostStates: Sendable, Equatable {
    /// What the order states, else what was estimated: what the price was made with.
    var quoted: FixedDecimal?
    /// What was invoiced; while that is open, what was accrued, stated or estimated, times what this supplier's invoices
    /// for this service item have been of it until now.
    var expected: FixedDecimal?
    /// What was invoiced.
    var actual: FixedDecimal?

    /// - Parameters:
    ///   - line: the line with the cost that counts.
    ///   - costs: all costs of the order that came by messages of their own, in its currency.
    ///   - bias: the ratio of invoices to what was told at a stage; `nil` while nothing is known.
    init(_ line: AssessedLine, _ costs: [LateCost], bias: (BiasStage) -> FixedDecimal?) {
        quoted = line.line.statedCost ?? Self.estimate(of: line.line.number, costs)
        actual = line.basis == .actual ? line.cost : nil
        guard let cost = line.cost else { return }
        let stage: BiasStage? =
            switch line.basis {
            case .accrued: .accrualToActual
            case .stated, .estimated: .estimateToActual
            case .actual, nil: nil
            }
        let ratio = stage.flatMap(bias)
        expected = ratio.map { cost.multiplied(by: $0) ?? cost } ?? cost
    }

    private static func estimate(of number: Int, _ costs: [LateCost]) -> FixedDecimal? {
        let estimates = costs.filter { $0.line == number && $0.state == .estimated }
        let amounts = estimates.compactMap(\.amount)
        guard !amounts.isEmpty, amounts.count == estimates.count else { return nil }
        return amounts.reduce(.zero) { $0 + $1 }
    }
}

/// The margins of some lines in the three states, each over the lines that have a cost in it: rates are ratios of sums.
struct MarginStates: Sendable, Equatable {
    /// Revenue and cost of the lines that have one state of cost.
    struct Sum: Sendable, Equatable {
        var revenue = FixedDecimal.zero
        var cost = FixedDecimal.zero
        var lines = 0

        var margin: FixedDecimal { revenue - cost }
        var percent: FixedDecimal? { FixedDecimal(100).multiplied(by: margin.units, dividedBy: revenue.units) }

        mutating func add(_ revenue: FixedDecimal, _ cost: FixedDecimal?) {
            guard let cost else { return }
            self.revenue = self.revenue + revenue
            self.cost = self.cost + cost
            lines += 1
        }
    }

    /// So much of the cost must be invoiced for a margin to be final, in percent.
    static let completePercent = FixedDecimal(95)
    /// A line that is older than so many days is not waited for.
    static let patienceDays: Int32 = 60

    var quoted = Sum()
    var expected = Sum()
    var actual = Sum()
    private var awaited = 0

    /// Adds a line, its amounts in one currency.
    ///
    /// - Parameter age: how many days before the end of the period it was.
    mutating func add(revenue: FixedDecimal, _ states: CostStates, age: Int32) {
        quoted.add(revenue, states.quoted)
        expected.add(revenue, states.expected)
        actual.add(revenue, states.actual)
        if states.actual == nil, age <= Self.patienceDays { awaited += 1 }
    }

    /// Moves what counts in another period: it is known in one state only, the one that was expected when it came.
    mutating func correct(revenue: FixedDecimal, cost: FixedDecimal) {
        expected.revenue = expected.revenue + revenue
        expected.cost = expected.cost + cost
    }

    /// How much of the expected cost is invoiced, in percent.
    var completeness: FixedDecimal? {
        FixedDecimal(100).multiplied(by: actual.cost.units, dividedBy: expected.cost.units)
    }

    /// Whether the margin may still change: less than 95 % of the cost is invoiced, and a line of the last 60 days is
    /// waited for.
    var isProvisional: Bool { awaited > 0 && (completeness.map { $0 < Self.completePercent } ?? true) }
}
