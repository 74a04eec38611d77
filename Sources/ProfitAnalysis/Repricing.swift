import Contracts
public import Domain

/// What lines come to.
public struct ProfitSum: Sendable, Equatable {
    /// What customers pay.
    public var revenue = FixedDecimal.zero
    /// What it costs.
    public var cost = FixedDecimal.zero

    /// Nothing.
    public init() {}

    /// - Parameters: as the properties.
    public init(revenue: FixedDecimal, cost: FixedDecimal) {
        self.revenue = revenue
        self.cost = cost
    }

    /// Revenue less cost.
    public var margin: FixedDecimal { revenue - cost }
    /// The margin in percent of the revenue, to four places; `nil` without revenue.
    public var percent: FixedDecimal? {
        FixedDecimal(100).multiplied(by: margin.units, dividedBy: revenue.units)
    }

    static func += (sum: inout ProfitSum, other: ProfitSum) {
        sum.revenue = sum.revenue + other.revenue
        sum.cost = sum.cost + other.cost
    }
}

/// Order lines repriced by a scenario, exact.
///
/// For each line: base = amount × rate; then the mix; then in one product
///
///     revenue = base × (1 + volume) × (1 + price) × (1 + currency)
///     cost    = base × (1 + volume) × (1 + supplier rate) × (1 + fuel × share) × (1 + currency)
///
/// each of the three steps rounded to four places, half away from zero. A mix of p percent multiplies the lines that it
/// takes from by 1 − p and those that it gives to by 1 + p·Q/Q′ with the sums of their quantities after the volume; the
/// quantity as a whole is kept. Payment later by d days costs revenue × capital × d / 365, shown beside the margin.
public struct Repricing: Sendable {
    /// Lines that are told apart by nothing that matters to a draw.
    struct Cell: Hashable, Sendable {
        let supplier: String
        let currency: Currency
        let businessLine: String
    }

    /// What each line comes to, in their order; `nil` for those without a known cost.
    public private(set) var lines: [ProfitSum?] = []
    /// What all lines with a known cost come to as they are.
    public private(set) var base = ProfitSum()
    /// What they come to by the scenario.
    public private(set) var result = ProfitSum()
    /// What later payment costs.
    public private(set) var financing = FixedDecimal.zero
    /// How many lines are left out because their cost is not known.
    public private(set) var unknown = 0
    private(set) var cells: [Cell: ProfitSum] = [:]

    /// How many lines are repriced between two looks at whether it is still wanted.
    private static let chunk = 20_000

    /// What the levers do to lines of one kind.
    private struct Factors {
        var rate: FixedDecimal
        var mix: (Int128, Int128)?
        var revenue: Int128
        var cost: Int128
        var days: Int
        var cell: Cell
    }

    /// What the levers can tell lines apart by.
    private struct Kind: Hashable {
        let values: [String]
        let unit: String
        let currency: Currency
    }

    /// - Parameters:
    ///   - all: the lines.
    ///   - scenario: what is otherwise.
    ///   - progress: told how many lines are done.
    /// - Throws: `CancellationError` when the task is cancelled; ``Refusal`` with `no-rate` for a currency without one,
    ///   `contradictory-levers` for a mix between nothing or between units, `amount-too-large`.
    public init(
        _ all: [ProfitLine], _ scenario: Scenario, progress: (Int) -> Void = { _ in }
    ) throws {
        lines.reserveCapacity(all.count)
        let mixes = try Self.mixes(all, scenario)
        // Levers rarely name an order: then lines of one kind are many, and what is done to them is worked out once.
        let dimensions = ProfitDimension.allCases.filter { dimension in
            dimension == .supplier || dimension == .line
                || scenario.levers.contains { $0.names(dimension) }
        }
        var kinds: [Kind: Factors] = [:]
        for (place, line) in all.enumerated() {
            if place % Self.chunk == 0 {
                try Task.checkCancellation()
                progress(place)
            }
            guard let cost = line.cost else {
                unknown += 1
                lines.append(nil)
                continue
            }
            let kind = Kind(
                values: dimensions.map { $0.value(of: line) }, unit: line.unit, currency: line.currency)
            let factors = try kinds[kind] ?? Self.factors(line, scenario, mixes)
            kinds[kind] = factors
            let before = ProfitSum(
                revenue: try Self.product(line.revenue, factors.rate.units, FixedDecimal.unitsPerOne),
                cost: try Self.product(cost, factors.rate.units, FixedDecimal.unitsPerOne))
            var after = before
            if let mix = factors.mix {
                after = ProfitSum(
                    revenue: try Self.product(after.revenue, mix.0, mix.1),
                    cost: try Self.product(after.cost, mix.0, mix.1))
            }
            after = ProfitSum(
                revenue: try Self.product(after.revenue, factors.revenue, Self.revenueUnits),
                cost: try Self.product(after.cost, factors.cost, Self.costUnits))
            lines.append(after)
            base += before
            result += after
            cells[factors.cell, default: ProfitSum()] += after
            if factors.days != 0 {
                let price = scenario.costOfCapital.units * Int128(factors.days)
                financing = financing + (try Self.product(after.revenue, price, 365 * Self.percentUnits))
            }
        }
        progress(all.count)
    }

    /// A hundred percent, in units.
    private static let percentUnits = FixedDecimal.unitsPerOne * 100
    private static let revenueUnits = percentUnits * percentUnits * percentUnits
    private static let costUnits = revenueUnits * percentUnits

    private static func product(
        _ value: FixedDecimal, _ numerator: Int128, _ divisor: Int128
    ) throws(Refusal) -> FixedDecimal {
        guard let product = value.multiplied(by: numerator, dividedBy: divisor) else {
            throw Refusal(.amountTooLarge, path: "$", "an amount becomes too large by these levers")
        }
        return product
    }

    private static func factors(
        _ line: ProfitLine, _ scenario: Scenario, _ mixes: [Mix]
    ) throws(Refusal) -> Factors {
        func factor(_ kind: LeverKind) -> Int128 {
            for lever in scenario.levers where lever.kind == kind && lever.selector.selects(line) {
                if kind == .currency, lever.currency != line.currency { continue }
                let percent = lever.percent ?? .zero
                if kind == .fuel {
                    let share = lever.share ?? .zero
                    return percentUnits + percent.units * share.units / percentUnits
                }
                return percentUnits + percent.units
            }
            return percentUnits
        }
        var rate = FixedDecimal(1)
        if line.currency != scenario.currency {
            guard let known = scenario.rates.first(where: { $0.currency == line.currency }) else {
                throw Refusal(
                    .noRate, path: "$.rates", "the scenario has no rate of \(line.currency) in \(scenario.currency)")
            }
            rate = known.rate
        }
        let common = factor(.volume) * factor(.currency)
        return Factors(
            rate: rate, mix: mixes.lazy.compactMap { $0.factor(line) }.first, revenue: common * factor(.price),
            cost: common * factor(.supplierRate) * factor(.fuel),
            days: scenario.levers.first { $0.kind == .paymentDays && $0.selector.selects(line) }?.days ?? 0,
            cell: Cell(supplier: line.supplier ?? "-", currency: line.currency, businessLine: line.businessLine))
    }

    // MARK: The mix

    /// A lever of the mix, with the quantities it moves.
    private struct Mix {
        let lever: Lever
        let taken: (Int128, Int128)
        let given: (Int128, Int128)

        func factor(_ line: ProfitLine) -> (Int128, Int128)? {
            if lever.selector.selects(line) { return taken }
            return lever.target?.selects(line) == true ? given : nil
        }
    }

    private static func mixes(_ lines: [ProfitLine], _ scenario: Scenario) throws -> [Mix] {
        let volumes = scenario.levers.filter { $0.kind == .volume }
        return try scenario.levers.enumerated().filter { $0.element.kind == .mix }.map { place, lever in
            var (from, to): (Int128, Int128) = (0, 0)
            var units: Set<String> = []
            for line in lines where line.cost != nil {
                let isFrom = lever.selector.selects(line)
                guard isFrom || lever.target?.selects(line) == true else { continue }
                units.insert(line.unit)
                let percent = volumes.first { $0.selector.selects(line) }?.percent ?? .zero
                let quantity = line.quantity.units * (percentUnits + percent.units)
                if isFrom { from += quantity } else { to += quantity }
            }
            guard units.count < 2, from > 0, to > 0 else {
                throw Refusal(
                    .contradictoryLevers, path: "$.levers[\(place)]",
                    "a mix moves quantities of one unit between lines that there are, on both sides")
            }
            let percent = (lever.percent ?? .zero).units
            // Shortened to twelve digits of the quantities, so that nothing can overflow.
            var (whole, part) = (to, from)
            while max(whole, part) > 1_000_000_000_000_000_000_000_000_000 {
                whole /= 10
                part /= 10
            }
            return Mix(
                lever: lever, taken: (percentUnits - percent, percentUnits),
                given: (whole * percentUnits + part * percent, whole * percentUnits))
        }
    }
}

extension Lever {
    /// Whether it tells lines apart by something.
    func names(_ dimension: ProfitDimension) -> Bool {
        selector.names(dimension) || target?.names(dimension) == true
    }
}
