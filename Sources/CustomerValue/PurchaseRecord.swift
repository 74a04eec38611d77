import Foundation

/// What the models of buying need of a customer's past. Times are in one unit throughout, such as days or weeks.
public struct PurchaseRecord: Sendable, Hashable {
    /// How often the customer bought again, the first time not counted.
    public let repeats: Int
    /// The time from the first purchase to the last.
    public let recency: Double
    /// The time from the first purchase to the day of looking.
    public let age: Double
    /// The sum of the logarithms of the gaps between purchases; only models with regularity above 1 use it.
    public let logGaps: Double

    /// - Parameters: as the properties.
    public init(repeats: Int, recency: Double, age: Double, logGaps: Double = 0) {
        self.repeats = repeats
        self.recency = recency
        self.age = age
        self.logGaps = logGaps
    }

    /// The record of purchases on some days, looked at on a day.
    ///
    /// - Parameters:
    ///   - days: the days with purchases, ascending and each once; at least one.
    ///   - day: the day of looking, not before the last of them.
    /// - Returns: `nil` when there was no purchase.
    public init?(days: some RandomAccessCollection<Int>, on day: Int) {
        guard let first = days.first, let last = days.last else { return nil }
        var sum = 0.0
        for (earlier, later) in zip(days, days.dropFirst()) { sum += log(Double(max(1, later - earlier))) }
        self.init(
            repeats: days.count - 1, recency: Double(last - first), age: Double(max(day, last) - first), logGaps: sum)
    }
}

/// How regularly customers buy.
public enum Regularity {
    /// Erlang's k from pairs of successive gaps: the share M of the first gap in its pair has the variance
    /// 1 / (4 (2k + 1)), whatever the customer's rate (Wheat and Morrison, Journal of Marketing Research 27, 1990).
    ///
    /// - Parameter gaps: the gaps of each customer, in order; those with fewer than two say nothing.
    /// - Returns: k, not rounded and at least 1; 1 when there are fewer than ten pairs. One pair of each customer is
    ///   taken, its last, so that heavy buyers do not speak for all.
    public static func erlang(gaps: [[Double]]) -> Double {
        let shares = gaps.compactMap { gaps -> Double? in
            guard let last = gaps.last, let before = gaps.dropLast().last, last + before > 0 else { return nil }
            return before / (last + before)
        }
        guard shares.count >= 10 else { return 1 }
        let mean = shares.reduce(0, +) / Double(shares.count)
        let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(shares.count - 1)
        guard variance > 0 else { return 1 }
        return max(1, (1 - 4 * variance) / (8 * variance))
    }
}
