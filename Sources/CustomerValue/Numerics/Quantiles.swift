/// Cut points of a distribution, and the scores that follow from them.
public enum Quantiles {
    /// The values below or at which the shares 1/n, 2/n … of the values lie, as `percentile_disc` of SQL takes them.
    ///
    /// - Returns: n − 1 values that do not descend; none when there are no values.
    public static func cuts(of values: [Double], into parts: Int) -> [Double] {
        guard !values.isEmpty, parts > 1 else { return [] }
        let sorted = values.sorted()
        return (1..<parts).map { part in
            let rank = (part * sorted.count + parts - 1) / parts
            return sorted[max(0, min(sorted.count - 1, rank - 1))]
        }
    }

    /// The part in which a value lies: 1 up to the first cut, and one more for each cut that it exceeds.
    public static func score(_ value: Double, cuts: [Double]) -> Int {
        1 + cuts.reduce(0) { $0 + (value > $1 ? 1 : 0) }
    }

    /// The middle value, the lower of two; 0 of none.
    public static func median(_ values: [Int]) -> Int { percentile(values, 50) }

    /// The smallest value that so many percent of the values do not exceed; 0 of none.
    public static func percentile(_ values: [Int], _ percent: Int) -> Int {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        return sorted[max(0, min(sorted.count - 1, (percent * sorted.count + 99) / 100 - 1))]
    }
}
