/// How likely each end is from each place, by which way things went: an absorbing Markov chain.
///
/// With `Q` the shares that go from place to place and `R` those that end, the probability of each end is
/// `B = (I − Q)⁻¹ R` (Kemeny and Snell 1960, theorem 3.3.7). Stages that are entered again are counted again. What has not gone
/// anywhere yet says nothing here.
public struct AbsorbingChain: Sendable {
    private var places: [String] = []
    private var ends: [String] = []
    private var counts: [String: [String: Double]] = [:]
    private var ending: [String: [String: Double]] = [:]

    /// One in which nothing has gone anywhere.
    public init() {}

    /// So many went from a place to another.
    public mutating func add(_ count: Int, from place: String, to next: String) {
        for name in [place, next] where !places.contains(name) { places.append(name) }
        counts[place, default: [:]][next, default: 0] += Double(count)
    }

    /// So many ended.
    public mutating func add(_ count: Int, from place: String, endingAs end: String) {
        if !places.contains(place) { places.append(place) }
        if !ends.contains(end) { ends.append(end) }
        ending[place, default: [:]][end, default: 0] += Double(count)
    }

    /// How likely an end is from each place.
    ///
    /// - Returns: nothing for a place from which nothing has ever come to an end, by whatever way.
    public func probability(of end: String) -> [String: Double] {
        // From which places some end is reached: over the others the equations have no solution.
        var reaching = Set(places.filter { !(ending[$0] ?? [:]).filter { $0.value > 0 }.isEmpty })
        while true {
            let more = places.filter { place in
                !reaching.contains(place)
                    && (counts[place] ?? [:]).contains { $0.value > 0 && reaching.contains($0.key) }
            }
            if more.isEmpty { break }
            reaching.formUnion(more)
        }
        let known = places.filter(reaching.contains)
        guard !known.isEmpty else { return [:] }
        let place = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, $0) })
        // (I − Q) with R beside it.
        var rows = known.map { name -> [Double] in
            let all =
                (counts[name] ?? [:]).values.reduce(0, +) + (ending[name] ?? [:]).values.reduce(0, +)
            var row = [Double](repeating: 0, count: known.count + 1)
            if let own = place[name] { row[own] = 1 }
            guard all > 0 else { return row }
            for (next, count) in counts[name] ?? [:] {
                if let column = place[next] { row[column] -= count / all }
            }
            row[known.count] = (ending[name]?[end] ?? 0) / all
            return row
        }
        guard Self.solve(&rows) else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: known.enumerated().map { ($1, min(1, max(0, rows[$0][known.count]))) })
    }

    /// Gauss and Jordan's elimination, the greatest element of a column first.
    private static func solve(_ rows: inout [[Double]]) -> Bool {
        let size = rows.count
        for column in 0..<size {
            guard
                let pivot = (column..<size).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
                abs(rows[pivot][column]) > 1e-12
            else { return false }
            rows.swapAt(column, pivot)
            let divisor = rows[column][column]
            for place in column...size { rows[column][place] /= divisor }
            for row in 0..<size where row != column && rows[row][column] != 0 {
                let factor = rows[row][column]
                for place in column...size { rows[row][place] -= factor * rows[column][place] }
            }
        }
        return true
    }
}
