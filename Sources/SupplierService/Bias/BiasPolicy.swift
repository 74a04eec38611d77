import Contracts
import Foundation

/// How far a supplier's invoices are from what was expected. Pure.
///
/// An exponentially weighted mean of log(actual / expected) with weight 0.1 on the newest, in the order of the day of
/// service, shrunk towards exactness by five observations of none: with little evidence there is little bias.
enum BiasPolicy {
    /// One pair of an expected and an actual amount.
    struct Pair: Sendable {
        let expected: Double
        let actual: Double
    }

    static let weight = 0.1
    static let shrinkage = 5.0
    /// A ratio that has moved less than this is not told again.
    static let tolerance = 0.005

    /// The ratio of actual to expected; pairs in the order of time.
    static func ratio(_ pairs: [Pair]) -> (ratio: Double, observations: Int)? {
        var mean = 0.0
        var count = 0
        for pair in pairs where pair.expected > 0 && pair.actual > 0 {
            let error = log(pair.actual / pair.expected)
            mean = count == 0 ? error : mean + weight * (error - mean)
            count += 1
        }
        guard count > 0 else { return nil }
        return (exp(mean * Double(count) / (Double(count) + shrinkage)), count)
    }

    /// Whether a ratio is worth telling.
    static func isNews(_ ratio: Double, _ observations: Int, before: (ratio: Double, observations: Int)?) -> Bool {
        guard let before else { return abs(ratio - 1) >= tolerance }
        return abs(ratio - before.ratio) >= tolerance * before.ratio
            || (before.observations < 5 && observations >= 5)
    }
}
