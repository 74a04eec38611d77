public import Contracts
public import Domain
import Foundation

/// A line of an order as a scenario leaves it.
public struct ScenarioLine: Part {
    /// The system that sent the order.
    public let source: String
    /// The order.
    public let orderId: String
    /// The number of the line.
    public let line: Int
    /// What the customer pays.
    public let revenue: FixedDecimal
    /// What it costs.
    public let cost: FixedDecimal

    init(_ line: ProfitLine, _ sum: ProfitSum) {
        source = line.source
        orderId = line.orderId
        self.line = line.line
        revenue = sum.revenue
        cost = sum.cost
    }

    /// Reads it.
    public init(fields: inout FieldReader) throws(Refusal) {
        source = try fields.text("source")
        orderId = try fields.identifier("orderId")
        line = try fields.integer("line")
        revenue = try fields.decimal("revenue")
        cost = try fields.decimal("cost")
    }

    /// Writes it.
    public func write(to object: inout ObjectWriter) {
        object.text("source", source)
        object.text("orderId", orderId)
        object.integer("line", line)
        object.amount("revenue", revenue)
        object.amount("cost", cost)
    }
}

/// What a simulation came to, as it is printed and saved.
public struct ScenarioReport: Sendable {
    let scenario: Scenario
    let repricing: Repricing
    let draws: MonteCarlo?
    let seed: UInt64
    let runs: Int
    let held: [ScenarioApart]
    let withoutRate: [ScenarioApart]

    /// - Parameters:
    ///   - scenario: what was asked.
    ///   - repricing: what the lines come to.
    ///   - draws: how it may come out; `nil` when no runs were wanted.
    ///   - seed: of the draws.
    ///   - runs: how many there were.
    ///   - held: the lines of orders that are refused or wait for approval, which were left out.
    ///   - withoutRate: the lines in currencies without a rate, which were left out.
    public init(
        _ scenario: Scenario, _ repricing: Repricing, _ draws: MonteCarlo?, seed: UInt64, runs: Int,
        held: [ScenarioApart] = [], withoutRate: [ScenarioApart] = []
    ) {
        self.held = held
        self.withoutRate = withoutRate
        self.scenario = scenario
        self.repricing = repricing
        self.draws = draws
        self.seed = seed
        self.runs = runs
    }

    /// The report as JSON; with the lines, when they are given, to be compared line by line.
    public func json(_ lines: [ProfitLine]? = nil) -> [UInt8] {
        var object = ObjectWriter()
        object.object("scenario", scenario)
        object.integer("lines", repricing.lines.count)
        object.integer("unknown", repricing.unknown)
        object.json("base", Self.json(repricing.base))
        object.json("result", Self.json(repricing.result))
        object.amount("change", repricing.result.margin - repricing.base.margin)
        object.amount("financing", repricing.financing)
        object.amount("marginAfterFinancing", repricing.result.margin - repricing.financing)
        if let draws {
            var part = ObjectWriter()
            part.text("seed", String(seed))
            part.integer("runs", runs)
            part.json("margin", Self.json(draws.margin, decimals: 2))
            part.json("marginPercent", Self.json(draws.percent, decimals: 4))
            part.text("belowFloor", String(format: "%.4f", draws.belowFloor))
            object.json("monteCarlo", part.finished())
        }
        object.array("held", held)
        object.array("withoutRate", withoutRate)
        if let lines {
            object.array(
                "orderLines", zip(lines, repricing.lines).compactMap { line, sum in sum.map { ScenarioLine(line, $0) } }
            )
        }
        return object.finished()
    }

    private static func json(_ sum: ProfitSum) -> [UInt8] {
        var object = ObjectWriter()
        object.amount("revenue", sum.revenue)
        object.amount("cost", sum.cost)
        object.amount("margin", sum.margin)
        object.decimal("marginPercent", sum.percent)
        return object.finished()
    }

    private static func json(_ percentiles: MonteCarlo.Percentiles, decimals: Int) -> [UInt8] {
        var object = ObjectWriter()
        object.text("p5", String(format: "%.\(decimals)f", percentiles.p5))
        object.text("p50", String(format: "%.\(decimals)f", percentiles.p50))
        object.text("p95", String(format: "%.\(decimals)f", percentiles.p95))
        return object.finished()
    }
}

extension ScenarioLine {
    /// What names a line.
    fileprivate struct Key: Hashable, Comparable {
        let order: OrderKey
        let line: Int

        static func < (first: Key, second: Key) -> Bool {
            first.order == second.order ? first.line < second.line : first.order < second.order
        }
    }

    fileprivate var key: Key { Key(order: OrderKey(source: source, orderId: orderId), line: line) }
}

/// Two saved simulations beside one another.
public struct ScenarioComparison: Sendable {
    /// A line that one scenario leaves otherwise than the other; `nil` where it does not have it.
    public struct Difference: Sendable {
        /// In the first.
        public let first: ScenarioLine?
        /// In the second.
        public let second: ScenarioLine?
        /// By how much the second's margin is higher.
        public let margin: FixedDecimal
    }

    /// The lines that differ, the greatest difference first.
    public let differences: [Difference]
    /// What the first comes to.
    public let first: ProfitSum
    /// What the second comes to.
    public let second: ProfitSum
    /// The currency of both.
    public let currency: Currency

    /// - Parameters:
    ///   - first: what `ScenarioReport` saved with its lines.
    ///   - second: another.
    /// - Throws: ``Refusal`` when one of them is no saved simulation, or they are in different currencies.
    public init(_ first: [UInt8], _ second: [UInt8]) throws(Refusal) {
        let (one, other) = (try Self.read(first), try Self.read(second))
        guard one.currency == other.currency else {
            throw Refusal(
                .currencyMismatch, path: "$.scenario.currency",
                "one simulation is in \(one.currency), the other in \(other.currency)")
        }
        currency = one.currency
        var (sums, rest) = ((ProfitSum(), ProfitSum()), [ScenarioLine.Key: ScenarioLine]())
        for line in other.lines {
            rest[line.key] = line
            sums.1 += ProfitSum(revenue: line.revenue, cost: line.cost)
        }
        var found: [(key: ScenarioLine.Key, difference: Difference)] = []
        for line in one.lines {
            sums.0 += ProfitSum(revenue: line.revenue, cost: line.cost)
            let match = rest.removeValue(forKey: line.key)
            guard match?.revenue != line.revenue || match?.cost != line.cost else { continue }
            let margin = (match.map { $0.revenue - $0.cost } ?? .zero) - (line.revenue - line.cost)
            found.append((line.key, Difference(first: line, second: match, margin: margin)))
        }
        found += rest.map { key, line in
            (key, Difference(first: nil, second: line, margin: line.revenue - line.cost))
        }
        differences = found.sorted { one, other in
            let (first, second) = (one.difference.margin.magnitude, other.difference.margin.magnitude)
            return first != second ? first > second : one.key < other.key
        }.map(\.difference)
        self.first = sums.0
        self.second = sums.1
    }

    private struct Saved: Part {
        let scenario: Scenario
        let lines: [ScenarioLine]
        var currency: Currency { scenario.currency }

        init(fields: inout FieldReader) throws(Refusal) {
            scenario = try fields.object("scenario", Scenario.self)
            lines = try fields.array("orderLines", ScenarioLine.self, 0...50_000_000)
        }

        func write(to object: inout ObjectWriter) {
            object.object("scenario", scenario)
            object.array("orderLines", lines)
        }
    }

    private static func read(_ bytes: [UInt8]) throws(Refusal) -> Saved {
        var limits = JSONLimits.standard
        limits.bodyBytes = .max
        limits.elements = 50_000_000
        return try Saved(json: bytes, limits: limits)
    }
}
