import Contracts
import Domain

/// What the margin of an order is made of: one line of one revision.
struct MarginLine: Sendable, Equatable {
    let number: Int
    let serviceItem: String
    let revenue: FixedDecimal
    /// The cost that the order itself states.
    let statedCost: FixedDecimal?
    let supplierCode: String?
    /// Whether it is only paid on the customer's behalf: billed, but no part of the margin.
    let isPassThrough: Bool

    init(
        number: Int, serviceItem: String, revenue: FixedDecimal, statedCost: FixedDecimal?, supplierCode: String? = nil,
        isPassThrough: Bool = false
    ) {
        self.number = number
        self.serviceItem = serviceItem
        self.revenue = revenue
        self.statedCost = statedCost
        self.supplierCode = supplierCode
        self.isPassThrough = isPassThrough
    }
}

/// A cost that came by a message of its own, in the order's currency.
struct LateCost: Sendable, Equatable {
    let line: Int
    let state: CostState
    /// `nil` when there is no rate from ``currency`` to the order's.
    let amount: FixedDecimal?
    let currency: Currency
}

/// What a line's cost rests on, from the weakest to the strongest.
enum CostBasis: String, Sendable {
    case estimated
    case stated
    case accrued
    case actual
}

/// A line with the cost that counts.
struct AssessedLine: Sendable, Equatable {
    let line: MarginLine
    /// `nil` while nothing is known of it.
    let cost: FixedDecimal?
    let basis: CostBasis?
    /// The currency whose missing rate keeps the cost unknown.
    let missingRate: Currency?

    /// Whether the verdict on the order may still change by this line.
    var isProvisional: Bool { cost == nil || basis == .estimated }
}

/// What is earned by an order, over the lines whose cost is known.
struct OrderMargin: Sendable, Equatable {
    /// The revenue of all lines, with what is paid on the customer's behalf: what it will be billed.
    var revenue = FixedDecimal.zero
    /// The revenue of all lines without those: what is ours.
    var earned = FixedDecimal.zero
    /// The revenue of the lines whose cost is known.
    var knownRevenue = FixedDecimal.zero
    /// The cost of those lines.
    var cost = FixedDecimal.zero
    /// How many lines have a known cost.
    var knownLines = 0
    /// Whether some line's cost is unknown or only estimated.
    var isProvisional = false

    /// Revenue less cost, over the lines whose cost is known.
    var margin: FixedDecimal { knownRevenue - cost }

    /// Adds up lines.
    ///
    /// - Parameter credited: what credit notes take from what is earned; it counts once a cost is known, as revenue does.
    init(_ lines: [AssessedLine], credited: FixedDecimal = .zero) {
        for line in lines {
            revenue = revenue + line.line.revenue
            if line.line.isPassThrough { continue }
            earned = earned + line.line.revenue
            if line.isProvisional { isProvisional = true }
            guard let known = line.cost else { continue }
            knownLines += 1
            knownRevenue = knownRevenue + line.line.revenue
            cost = cost + known
        }
        earned = earned - credited
        if knownLines > 0 { knownRevenue = knownRevenue - credited }
    }

    /// Nothing yet.
    init() {}

    /// Whether the order earns too little, or costs us money.
    func severity(_ rules: MarginRules) -> MarginSeverity? {
        guard knownLines > 0 else { return nil }
        if margin.isNegative { return .negative }
        guard knownRevenue > .zero else { return nil }
        return MarginRules.isBelow(rules.orderFloor, margin: margin, revenue: knownRevenue) ? .low : nil
    }
}

/// Which cost of a line counts, and why an order's margin is what it is. Pure.
enum OrderMarginPolicy {
    /// The most causes that an alert names.
    static let maximumCauses = 20

    /// The lines with the cost that counts: what was invoiced, else what was accrued, else what the order states,
    /// else what was estimated.
    static func assess(_ lines: [MarginLine], _ costs: [LateCost]) -> [AssessedLine] {
        if costs.isEmpty {
            return lines.map {
                AssessedLine(
                    line: $0, cost: $0.statedCost, basis: $0.statedCost == nil ? nil : .stated, missingRate: nil)
            }
        }
        let byLine = Dictionary(grouping: costs, by: \.line)
        return lines.map { line in
            let late = byLine[line.number] ?? []
            for (state, basis) in [(CostState.actual, CostBasis.actual), (.accrued, .accrued)] {
                if let found = sum(late, of: state, as: basis, line) { return found }
            }
            if let stated = line.statedCost {
                return AssessedLine(line: line, cost: stated, basis: .stated, missingRate: nil)
            }
            return sum(late, of: .estimated, as: .estimated, line)
                ?? AssessedLine(line: line, cost: nil, basis: nil, missingRate: nil)
        }
    }

    /// The sum of the costs of one state; a cost without a rate leaves the whole line unknown, for a part of a cost
    /// would look like a margin.
    private static func sum(
        _ costs: [LateCost], of state: CostState, as basis: CostBasis, _ line: MarginLine
    ) -> AssessedLine? {
        var total = FixedDecimal.zero
        var isFound = false
        for cost in costs where cost.state == state {
            guard let amount = cost.amount else {
                return AssessedLine(line: line, cost: nil, basis: nil, missingRate: cost.currency)
            }
            total = total + amount
            isFound = true
        }
        return isFound ? AssessedLine(line: line, cost: total, basis: basis, missingRate: nil) : nil
    }

    /// What an alert names as its causes: what is wrong with the whole, then the lines, the worst first.
    static func causes(
        _ severity: MarginSeverity, _ lines: [AssessedLine], _ rules: MarginRules, credited: FixedDecimal = .zero
    ) -> [String] {
        var causes = [severity == .negative ? "cost-above-revenue" : "rate-below-threshold"]
        if credited != .zero { causes.append("credit-notes") }
        causes += Set(lines.compactMap(\.missingRate)).sorted().map { "no-rate:\($0.code)" }
        var blamed: [(number: Int, margin: FixedDecimal)] = []
        for line in lines {
            guard let cost = line.cost, !line.line.isPassThrough else { continue }
            let margin = line.line.revenue - cost
            let isLow =
                severity == .low && line.line.revenue > .zero
                && MarginRules.isBelow(rules.orderFloor, margin: margin, revenue: line.line.revenue)
            if margin.isNegative || isLow { blamed.append((line.line.number, margin)) }
        }
        blamed.sort { ($0.margin, $0.number) < ($1.margin, $1.number) }
        causes += blamed.map { "line:\($0.number)" }
        return Array(causes.prefix(maximumCauses))
    }
}
