import Foundation

/// A figure with the interval of 95 % that it lies in.
struct Estimate: Sendable, Equatable {
    var value: Double
    var low: Double
    var high: Double
}

/// Shares, scores and means of answers with their intervals, and whether two of them differ. Pure.
enum Proportions {
    /// The quantile of the normal distribution for 95 %, both sides.
    static let normal = 1.959_963_984_540_054

    /// A share with the interval by Wilson (1927).
    ///
    /// - Returns: nothing of nothing.
    static func share(_ count: Int, of total: Int) -> Estimate? {
        guard total > 0 else { return nil }
        let (share, total) = (Double(count) / Double(total), Double(total))
        let square = normal * normal / total
        let middle = (share + square / 2) / (1 + square)
        let half = normal * (share * (1 - share) / total + square / (4 * total)).squareRoot() / (1 + square)
        return Estimate(value: share, low: max(0, middle - half), high: min(1, middle + half))
    }

    /// The share of those who recommend us less that of those who speak against us, with the adjusted interval by Wald: three
    /// answers more, of which three quarters stand at each end.
    static func promoterScore(promoters: Int, detractors: Int, of total: Int) -> Estimate? {
        guard let adjusted = adjusted(promoters: promoters, detractors: detractors, of: total) else { return nil }
        let half = normal * adjusted.variance.squareRoot()
        return Estimate(
            value: Double(promoters - detractors) / Double(total), low: max(-1, adjusted.score - half),
            high: min(1, adjusted.score + half))
    }

    /// The score with three answers more, and its variance.
    private static func adjusted(
        promoters: Int, detractors: Int, of total: Int
    ) -> (score: Double, variance: Double)? {
        guard total > 0 else { return nil }
        let more = Double(total) + 3
        let (favour, against) = ((Double(promoters) + 0.75) / more, (Double(detractors) + 0.75) / more)
        let score = favour - against
        return (score, (favour + against - score * score) / more)
    }

    /// A mean with the interval by Student's distribution, from the sums of the values and of their squares.
    ///
    /// - Returns: nothing of fewer than two.
    static func mean(sum: Int, squares: Int, of total: Int) -> Estimate? {
        guard total > 1 else { return nil }
        let mean = Double(sum) / Double(total)
        // Exact as long as it is whole: of nothing but equal values nought comes out, not what rounding leaves.
        let spread = Double(total * squares - sum * sum) / Double(total) / Double(total - 1)
        let half =
            StudentDistribution.critical(freedom: Double(total - 1)) * (max(0, spread) / Double(total)).squareRoot()
        return Estimate(value: mean, low: mean - half, high: mean + half)
    }

    /// A share of a whole whose parts were asked in different measure: each part's share counts as much as the part has of
    /// the whole (Cochran 1977, §5.3), with each part's variance by Agresti and Coull (1998).
    ///
    /// - Parameter parts: how many each part has in all, how many of it answered, and how many of those count.
    /// - Returns: nothing while of some part nobody answered.
    static func weighted(_ parts: [(population: Int, count: Int, total: Int)]) -> Estimate? {
        let parts = parts.filter { $0.population > 0 }
        let whole = Double(parts.reduce(0) { $0 + $1.population })
        guard whole > 0, parts.allSatisfy({ $0.total > 0 }) else { return nil }
        var (share, variance) = (0.0, 0.0)
        for part in parts {
            let weight = Double(part.population) / whole
            share += weight * Double(part.count) / Double(part.total)
            let more = Double(part.total) + 4
            let adjusted = (Double(part.count) + 2) / more
            variance += weight * weight * adjusted * (1 - adjusted) / more
        }
        let half = normal * variance.squareRoot()
        return Estimate(value: share, low: max(0, share - half), high: min(1, share + half))
    }

    /// How far two shares are apart.
    struct Difference: Sendable, Equatable {
        /// The later less the earlier, with its interval.
        var change: Estimate
        /// How likely as much is by chance, when there is no difference.
        var probability: Double
    }

    /// How far two shares are apart: the interval by Newcombe (1998, method 10), the probability of the pooled normal test.
    static func difference(
        _ before: (count: Int, total: Int), _ after: (count: Int, total: Int)
    ) -> Difference? {
        guard let first = share(before.count, of: before.total), let second = share(after.count, of: after.total)
        else { return nil }
        let change = second.value - first.value
        func span(_ one: Double, _ other: Double) -> Double { (one * one + other * other).squareRoot() }
        let pooled = Double(before.count + after.count) / Double(before.total + after.total)
        let error = (pooled * (1 - pooled) * (1 / Double(before.total) + 1 / Double(after.total))).squareRoot()
        return Difference(
            change: Estimate(
                value: change, low: change - span(second.value - second.low, first.high - first.value),
                high: change + span(second.high - second.value, first.value - first.low)),
            probability: bothSides(change, error))
    }

    /// How far two promoter scores are apart, both as the adjusted interval has them.
    static func difference(
        _ before: (promoters: Int, detractors: Int, total: Int),
        _ after: (promoters: Int, detractors: Int, total: Int)
    ) -> Difference? {
        guard
            let first = adjusted(promoters: before.promoters, detractors: before.detractors, of: before.total),
            let second = adjusted(promoters: after.promoters, detractors: after.detractors, of: after.total)
        else { return nil }
        let change = second.score - first.score
        let error = (first.variance + second.variance).squareRoot()
        return Difference(
            change: Estimate(value: change, low: change - normal * error, high: change + normal * error),
            probability: bothSides(change, error))
    }

    /// How likely the normal distribution is as far from its middle.
    private static func bothSides(_ change: Double, _ error: Double) -> Double {
        guard error > 0 else { return change == 0 ? 1 : 0 }
        return erfc(abs(change / error) / 2.0.squareRoot())
    }

    /// Probabilities of several tests, each raised so that of all that lie below five per cent one in twenty times one does by
    /// chance (Holm 1979).
    static func holm(_ probabilities: [Double]) -> [Double] {
        var (adjusted, highest) = (probabilities, 0.0)
        let order = probabilities.indices.sorted { (probabilities[$0], $0) < (probabilities[$1], $1) }
        for (rank, place) in order.enumerated() {
            highest = max(highest, min(1, Double(probabilities.count - rank) * probabilities[place]))
            adjusted[place] = highest
        }
        return adjusted
    }
}
