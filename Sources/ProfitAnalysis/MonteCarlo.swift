import Contracts
import Domain
import Foundation

/// Draws that follow from a seed, the run and the place alone, so that they are the same in whatever order they are made
/// (the finaliser of SplitMix64; Steele, Lea and Flood, 2014).
struct CountedDraws {
    private let start: UInt64

    init(seed: UInt64, run: Int) {
        start = Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15 &* UInt64(truncatingIfNeeded: run + 1))
    }

    /// A normally distributed number (Box and Muller, 1958).
    func normal(_ place: Int) -> Double {
        let radius = max(fraction(2 * place), 0x1p-53)
        return (-2 * log(radius)).squareRoot() * cos(2 * .pi * fraction(2 * place + 1))
    }

    private func fraction(_ place: Int) -> Double {
        let word = Self.mixed(start &+ 0x9E37_79B9_7F4A_7C15 &* UInt64(truncatingIfNeeded: place + 1))
        return Double(word >> 11) * 0x1p-53
    }

    private static func mixed(_ word: UInt64) -> UInt64 {
        var mixed = word
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// How a scenario may come out when costs, currencies and volumes are not as expected.
///
/// In each run every supplier's cost and every foreign currency is multiplied by exp(s·z − s²/2), which has the mean one,
/// and every line of business's volume by max(0, 1 + s·z), with z drawn from the normal distribution and s as the scenario
/// says. Unlike the repricing this is a matter of floating point, rounded when it is shown.
public struct MonteCarlo: Sendable, Equatable {
    /// Percentiles, by nearest rank.
    public struct Percentiles: Sendable, Equatable {
        /// One in twenty is lower.
        public let p5: Double
        /// Half are lower.
        public let p50: Double
        /// One in twenty is higher.
        public let p95: Double

        init(_ values: [Double]) {
            let sorted = values.sorted()
            func rank(_ percent: Double) -> Double {
                sorted[min(sorted.count - 1, max(0, Int((percent * Double(sorted.count)).rounded(.up)) - 1))]
            }
            (p5, p50, p95) = sorted.isEmpty ? (0, 0, 0) : (rank(0.05), rank(0.5), rank(0.95))
        }
    }

    /// The margin in the scenario's currency.
    public let margin: Percentiles
    /// The margin in percent of the revenue.
    public let percent: Percentiles
    /// How probable a margin rate below the floor is.
    public let belowFloor: Double

    /// - Parameters:
    ///   - repricing: the scenario as it is expected.
    ///   - scenario: how unsure it is.
    ///   - seed: the same seed gives the same draws.
    ///   - runs: how many; at least one.
    ///   - progress: told how many runs are done.
    /// - Throws: `CancellationError` when the task is cancelled.
    public init(
        _ repricing: Repricing, _ scenario: Scenario, seed: UInt64, runs: Int, progress: (Int) -> Void = { _ in }
    ) throws {
        let cells = repricing.cells.map { (cell: $0, sum: $1) }.sorted { first, second in
            (first.cell.supplier, first.cell.currency, first.cell.businessLine) < (
                second.cell.supplier, second.cell.currency, second.cell.businessLine
            )
        }
        let suppliers = Self.places(cells.map(\.cell.supplier), from: 0)
        let currencies = Self.places(
            cells.map(\.cell.currency.code).filter { $0 != scenario.currency.code }, from: suppliers.count)
        let lines = Self.places(cells.map(\.cell.businessLine), from: suppliers.count + currencies.count)
        struct Amounts {
            let supplier: Int
            let currency: Int?
            let line: Int
            let revenue: Double
            let cost: Double
        }
        let amounts = cells.map { cell, sum in
            Amounts(
                supplier: suppliers[cell.supplier] ?? 0, currency: currencies[cell.currency.code],
                line: lines[cell.businessLine] ?? 0, revenue: Self.number(sum.revenue), cost: Self.number(sum.cost))
        }
        let spread = (
            cost: Self.number(scenario.uncertainty.cost) / 100,
            currency: Self.number(scenario.uncertainty.currency) / 100,
            volume: Self.number(scenario.uncertainty.volume) / 100
        )
        let floor = Self.number(scenario.floor)
        var factors = [Double](repeating: 1, count: suppliers.count + currencies.count + lines.count)
        var (margins, percents): ([Double], [Double]) = ([], [])
        var below = 0
        for run in 0..<max(1, runs) {
            if run % 256 == 0 {
                try Task.checkCancellation()
                progress(run)
            }
            let draws = CountedDraws(seed: seed, run: run)
            for place in factors.indices {
                let draw = draws.normal(place)
                if place < suppliers.count {
                    factors[place] = exp(spread.cost * draw - spread.cost * spread.cost / 2)
                } else if place < suppliers.count + currencies.count {
                    factors[place] = exp(spread.currency * draw - spread.currency * spread.currency / 2)
                } else {
                    factors[place] = max(0, 1 + spread.volume * draw)
                }
            }
            var (revenue, cost) = (0.0, 0.0)
            for amount in amounts {
                let common = factors[amount.line] * (amount.currency.map { factors[$0] } ?? 1)
                revenue += amount.revenue * common
                cost += amount.cost * common * factors[amount.supplier]
            }
            let percent = revenue > 0 ? 100 * (revenue - cost) / revenue : 0
            margins.append(revenue - cost)
            percents.append(percent)
            if percent < floor { below += 1 }
        }
        margin = Percentiles(margins)
        percent = Percentiles(percents)
        belowFloor = Double(below) / Double(max(1, runs))
    }

    private static func places(_ names: [String], from start: Int) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: Set(names).sorted().enumerated().map { ($1, start + $0) })
    }

    private static func number(_ value: FixedDecimal) -> Double {
        Double(value.units) / Double(FixedDecimal.unitsPerOne)
    }
}
