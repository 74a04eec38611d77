import Foundation

/// What becomes of things that are watched for different times: some go on, some end otherwise, some are still there.
///
/// The probability of going on within a time is that of Aalen and Johansen (1978): what is still open counts for as long as it
/// was watched, and what has ended otherwise can go on no more. Without anything open it is the plain share.
public struct CumulativeIncidence: Sendable {
    /// What became of some.
    public enum Outcome: String, Sendable, CaseIterable {
        /// It went on.
        case advanced
        /// It ended otherwise.
        case ended
        /// Neither: it was watched until then.
        case open
    }

    private struct Step: Sendable {
        let days: Int
        var counts = [0, 0, 0]
        var total: Int { counts[0] + counts[1] + counts[2] }
    }

    private var steps: [Int: Step] = [:]

    /// Nothing that is watched.
    public init() {}

    /// Adds what was watched for so many days.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - outcome: what became of them.
    ///   - days: after how many days; below nought counts as nought.
    public mutating func add(_ count: Int, _ outcome: Outcome, after days: Int) {
        let days = max(0, days)
        var step = steps[days] ?? Step(days: days)
        switch outcome {
        case .advanced: step.counts[0] += count
        case .ended: step.counts[1] += count
        case .open: step.counts[2] += count
        }
        steps[days] = step
    }

    /// How many there are of an outcome.
    public func count(_ outcome: Outcome) -> Int {
        let place = outcome == .advanced ? 0 : outcome == .ended ? 1 : 2
        return steps.values.reduce(0) { $0 + $1.counts[place] }
    }

    /// How many there are.
    public var count: Int { steps.values.reduce(0) { $0 + $1.total } }

    /// What is known of a share.
    public struct Estimate: Sendable, Equatable {
        /// The probability.
        public let share: Double
        /// The lower bound of its 95 % interval.
        public let low: Double
        /// The upper one.
        public let high: Double
    }

    /// The probability of an outcome within so many days.
    ///
    /// - Parameters:
    ///   - outcome: that it went on, or that it ended otherwise.
    ///   - days: within how many.
    /// - Returns: nothing for nothing. The interval is that of the log(−log) transform of the share (Kalbfleisch and Prentice
    ///   1980) with the variance of the product-integral by Gaynor et al. (1993); for a share of nought or one, that of Wilson
    ///   (1927) over all.
    public func probability(_ outcome: Outcome, within days: Int) -> Estimate? {
        guard count > 0, outcome != .open else { return nil }
        let place = outcome == .advanced ? 0 : 1
        let sorted = steps.values.filter { $0.days <= days }.sorted { $0.days < $1.days }
        var (atRisk, survival, share) = (count, 1.0, 0.0)
        // Of each day: those at risk, its events, those of the outcome, the share after it, survival before it.
        var rows: [(risk: Double, events: Double, own: Double, share: Double, before: Double)] = []
        for step in sorted {
            let (risk, events) = (Double(atRisk), Double(step.counts[0] + step.counts[1]))
            let own = Double(step.counts[place])
            if events > 0, risk > 0 {
                share += survival * own / risk
                rows.append((risk, events, own, share, survival))
                survival *= 1 - events / risk
            }
            atRisk -= step.total
        }
        var variance = 0.0
        for row in rows {
            let rest = share - row.share
            if row.risk > row.events {
                variance += rest * rest * row.events / (row.risk * (row.risk - row.events))
            }
            variance +=
                row.before * row.before * (row.risk - row.own) / row.risk * row.own / (row.risk * row.risk)
            variance -= 2 * rest * row.before * row.own / (row.risk * row.risk)
        }
        guard share > 1e-12, share < 1 - 1e-12, variance > 0 else {
            let bounds = Self.wilson(share, of: Double(count))
            return Estimate(share: share, low: bounds.low, high: bounds.high)
        }
        let power = 1.96 * variance.squareRoot() / (share * log(share))
        let ends = [pow(share, exp(power)), pow(share, exp(-power))].sorted()
        return Estimate(share: share, low: ends[0], high: ends[1])
    }

    private static func wilson(_ share: Double, of count: Double) -> (low: Double, high: Double) {
        let square = 3.8416 / count
        let middle = (share + square / 2) / (1 + square)
        let half = 1.96 * (share * (1 - share) / count + square / (4 * count)).squareRoot() / (1 + square)
        return (max(0, middle - half), min(1, middle + half))
    }

    /// After how many days a share of all has gone, whichever way: the quantile of Kaplan and Meier (1958).
    ///
    /// - Parameter share: such as 0.5 for the median.
    /// - Returns: nothing while fewer have gone.
    public func days(untilGone share: Double) -> Int? {
        var (atRisk, survival) = (count, 1.0)
        for step in steps.values.sorted(by: { $0.days < $1.days }) {
            let events = step.counts[0] + step.counts[1]
            if events > 0, atRisk > 0 {
                survival *= 1 - Double(events) / Double(atRisk)
                // As much as a share is, but for what a sum of binary fractions misses.
                if 1 - survival >= share - 1e-12 { return step.days }
            }
            atRisk -= step.total
        }
        return nil
    }
}
