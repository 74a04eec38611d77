/// Keeps the names of groups from one fit to the next.
public enum LabelMatching {
    /// Which of the old centres each new one goes on from, so that the sum of squared distances is least.
    ///
    /// - Returns: for each new centre the index of its old one; `nil` for one that has none because there were fewer.
    public static func match(new: [[Double]], old: [[Double]]) -> [Int?] {
        let size = max(new.count, old.count)
        guard size > 0 else { return [] }
        let costs = (0..<size).map { row in
            (0..<size).map { column -> Double in
                guard row < new.count, column < old.count else { return 0 }
                return zip(new[row], old[column]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            }
        }
        let assigned = assignment(costs)
        return new.indices.map { assigned[$0] < old.count ? assigned[$0] : nil }
    }

    /// The column for each row of a square matrix that together cost least: the Hungarian method by shortest augmenting
    /// paths (Kuhn 1955; Jonker and Volgenant 1987), in the cube of its size.
    public static func assignment(_ costs: [[Double]]) -> [Int] {
        let size = costs.count
        var rowPrices = [Double](repeating: 0, count: size + 1)
        var columnPrices = [Double](repeating: 0, count: size + 1)
        // Rows and columns count from 1 here; 0 stands for none.
        var rowOf = [Int](repeating: 0, count: size + 1)
        var before = [Int](repeating: 0, count: size + 1)
        for row in 0..<size {
            rowOf[0] = row + 1
            var column = 0
            var slack = [Double](repeating: .infinity, count: size + 1)
            var isDone = [Bool](repeating: false, count: size + 1)
            repeat {
                isDone[column] = true
                let current = rowOf[column]
                var next = 0
                var least = Double.infinity
                for candidate in 1...size where !isDone[candidate] {
                    let reduced = costs[current - 1][candidate - 1] - rowPrices[current] - columnPrices[candidate]
                    if reduced < slack[candidate] {
                        slack[candidate] = reduced
                        before[candidate] = column
                    }
                    if slack[candidate] < least {
                        least = slack[candidate]
                        next = candidate
                    }
                }
                guard next > 0 else { break }
                for candidate in 0...size {
                    if isDone[candidate] {
                        rowPrices[rowOf[candidate]] += least
                        columnPrices[candidate] -= least
                    } else {
                        slack[candidate] -= least
                    }
                }
                column = next
            } while rowOf[column] != 0
            while column != 0 {
                rowOf[column] = rowOf[before[column]]
                column = before[column]
            }
        }
        var columns = [Int](repeating: 0, count: size)
        for column in 1..<(size + 1) where rowOf[column] > 0 { columns[rowOf[column] - 1] = column - 1 }
        return columns
    }

    /// A group in words: what stands out in its centre against all customers, half a standard deviation or more.
    ///
    /// - Parameters:
    ///   - centre: the centre on the common scale.
    ///   - words: for each feature the word for little and the word for much of it.
    public static func description(of centre: [Double], words: [(low: String, high: String)]) -> String {
        let striking: [(value: Double, word: (low: String, high: String))] = zip(centre, words)
            .map { (value: $0.0, word: $0.1) }.filter { abs($0.value) >= 0.5 }
            .sorted { abs($0.value) > abs($1.value) }
        let said = striking.prefix(3).map { feature -> String in
            let word = feature.value < 0 ? feature.word.low : feature.word.high
            return abs(feature.value) >= 1.5 ? "very \(word)" : word
        }
        return said.isEmpty ? "average" : said.joined(separator: ", ")
    }
}
