import Contracts
import Domain

/// How long it took others from a milestone until they were done.
struct SegmentQuantiles: Sendable, Equatable {
    /// How many others.
    let observations: Int
    /// The quantiles of 5, 10 … 95 %, in seconds.
    let seconds: [Double]

    /// How many quantiles there are.
    static let count = 19
    /// Between two of them, in per cent.
    static let step = 5

    /// Half of them took no longer.
    var median: Double? { seconds.count == Self.count ? seconds[Self.count / 2] : nil }
}

/// What is expected of an order on its way.
struct LatenessForecast: Sendable, Equatable {
    /// When half of the others were done.
    let expectedAt: Timestamp
    /// At least so many in a hundred of the others would have been too late.
    let likelihood: Int
    let observations: Int
}

/// Whether an order will be late, by how long it took others from the same milestone. Pure.
///
/// Nothing is fitted: of a hundred orders that were so far before, so many took longer than there is time left.
struct LatenessPolicy: Sendable {
    /// From so many in a hundred on it is said.
    var percent = 50
    /// Of fewer others nothing is foretold.
    var minimum = 20
    /// Of the last so many days others are looked at.
    static let days: Int64 = 180

    /// What is expected of an order; `nil` where too few others are known.
    ///
    /// - Parameters:
    ///   - quantiles: by how others went, the nearest first: the same route, then the same line of business.
    ///   - reachedAt: when the order's last milestone was reached.
    ///   - promisedAt: what was promised when it was booked.
    func forecast(
        by quantiles: [SegmentQuantiles?], reachedAt: Timestamp, promisedAt: Timestamp
    ) -> LatenessForecast? {
        guard
            let known = quantiles.compactMap(\.self).first(where: {
                $0.observations >= max(1, minimum) && $0.median != nil
            }), let median = known.median
        else { return nil }
        let left = Double(promisedAt.microsecondsSinceEpoch - reachedAt.microsecondsSinceEpoch) / 1_000_000
        let longer = known.seconds.count { $0 > left }
        return LatenessForecast(
            expectedAt: reachedAt.adding(seconds: Int64(median.rounded())), likelihood: SegmentQuantiles.step * longer,
            observations: known.observations)
    }

    /// Whether it is said that the order will be late.
    func isLate(_ forecast: LatenessForecast) -> Bool { forecast.likelihood >= percent }
}
