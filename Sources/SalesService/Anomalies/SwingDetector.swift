import Foundation

/// Finds changes of level in a series of weeks by a robust exponentially weighted moving average.
///
/// Level and scale follow Gelper, Fried and Croux, "Robust forecasting with exponential and Holt–Winters smoothing"
/// (2010): the scale is updated with a bounded loss (biweight), the level with a cleaned observation (Huber). The alarm
/// is the EWMA chart of Lucas and Saccucci (1990) over the clipped standardised residuals.
struct SwingDetector: Sendable {
    /// The weight of the newest week on the level.
    var alpha = 0.02
    /// The weight of the newest week on the scale.
    var scaleWeight = 0.05
    /// The alarm.
    var chart = ControlChart()
    /// Weeks from which level and scale are first taken.
    var warmUp = 26

    /// What one week says.
    struct Point: Sendable, Equatable {
        /// The level expected.
        let expected: Double
        /// The chart's value, in multiples of its limit: beyond ±1 is an alarm.
        let signal: Double
    }

    /// E[ρ] of the biweight under the normal distribution for k = 2, so that the scale is right for clean data.
    private static let biweightK = 2.0
    private static let biweightC = 2.52

    /// Runs over a series.
    ///
    /// - Parameter values: one a week, on a scale where the spread does not grow with the level.
    /// - Returns: one point a week after the warm-up.
    func run(_ values: [Double]) -> [Point] {
        guard values.count > warmUp else { return [] }
        let first = Array(values[..<warmUp])
        var level = Self.median(first)
        var scale = max(1.4826 * Self.median(first.map { abs($0 - level) }), 1e-6)
        var chart = chart
        return values[warmUp...].map { value in
            let residual = value - level
            let standard = residual / scale
            let scaleSquared =
                scaleWeight * Self.biweight(standard) * scale * scale + (1 - scaleWeight) * scale * scale
            scale = max(scaleSquared.squareRoot(), 1e-6)
            let expected = level
            level += alpha * chart.clipped(residual / scale) * scale
            return Point(expected: expected, signal: chart.add(standard))
        }
    }

    /// The biweight loss, bounded so that one outlier cannot blow the scale up.
    private static func biweight(_ x: Double) -> Double {
        guard abs(x) <= biweightK else { return biweightC }
        let ratio = x / biweightK
        let inner = 1 - ratio * ratio
        return biweightC * (1 - inner * inner * inner)
    }

    static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    /// Makes the spread of counts independent of their level (Anscombe's transform).
    static func stabilised(count: Double) -> Double { 2 * (count + 3.0 / 8).squareRoot() }

    /// The count that a stabilised value stands for.
    static func count(stabilised value: Double) -> Double { max(0, value * value / 4 - 3.0 / 8) }
}

/// The exponentially weighted moving average chart of Lucas and Saccucci (1990), over clipped residuals.
struct ControlChart: Sendable {
    /// The weight of the newest residual.
    var lambda = 0.2
    /// The limit in the chart's own standard deviations. With `lambda` 0.2 one alarm in 500 residuals is false; clipped
    /// at three, one in 530.
    var limit = 2.962
    /// Where residuals are clipped, so that one odd week alone is no change of level.
    var clip = 3.0
    private var value = 0.0

    /// A chart at rest.
    init(lambda: Double = 0.2, limit: Double = 2.962, clip: Double = 3) {
        self.lambda = lambda
        self.limit = limit
        self.clip = clip
    }

    func clipped(_ residual: Double) -> Double { min(max(residual, -clip), clip) }

    /// Takes a residual, in standard deviations.
    ///
    /// - Returns: the chart's value in multiples of its limit: beyond ±1 is an alarm.
    mutating func add(_ residual: Double) -> Double {
        value = (1 - lambda) * value + lambda * clipped(residual)
        return value / (limit * (lambda / (2 - lambda)).squareRoot())
    }
}

/// Tells an order that is unlike the others by the modified z-score (Iglewicz and Hoaglin, 1993).
enum OddOrderTest {
    /// How many former orders are looked at.
    static let memory = 50
    /// With fewer nothing is said.
    static let minimum = 8
    /// Beyond this an order is odd.
    static let threshold = 3.5

    /// - Parameters:
    ///   - amount: the order's amount, above nought.
    ///   - former: the amounts of former orders.
    /// - Returns: the score and the usual amount; `nil` when nothing can be said.
    static func score(_ amount: Double, former: [Double]) -> (score: Double, median: Double)? {
        guard amount > 0, former.count >= minimum else { return nil }
        let logs = former.filter { $0 > 0 }.map { log($0) }
        guard logs.count >= minimum else { return nil }
        let median = SwingDetector.median(logs)
        let spread = SwingDetector.median(logs.map { abs($0 - median) })
        // Orders that are all alike have no spread; then only a doubling is odd.
        guard spread > 1e-9 else {
            let distance = log(amount) - median
            return abs(distance) > log(2) ? (distance > 0 ? 99 : -99, exp(median)) : (0, exp(median))
        }
        return (0.6745 * (log(amount) - median) / spread, exp(median))
    }
}
