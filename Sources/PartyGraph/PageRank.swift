extension RelationGraph {
    /// How much of a random walk along the edges is spent at each node: who matters because those who matter lead there.
    ///
    /// At each step the walk follows an edge, chosen in proportion to weights above nought, or with probability
    /// 1 − `damping` starts anew at any node; from a node that no edge leaves it starts anew always. The ranks sum to 1.
    ///
    /// - Parameters:
    ///   - damping: how likely the walk goes on, 0…1.
    ///   - tolerance: the ranks are done when a step changes them by less than this, for each node on average.
    ///   - maximumSteps: after so many steps they are taken as they are.
    public func pageRank(damping: Double = 0.85, tolerance: Double = 1e-12, maximumSteps: Int = 1_000) -> [Double] {
        guard nodeCount > 0 else { return [] }
        let count = Double(nodeCount)
        var strength = [Double](repeating: 0, count: nodeCount)
        for edge in 0..<edgeCount where weights[edge] > 0 { strength[Int(sources[edge])] += weights[edge] }
        var ranks = [Double](repeating: 1 / count, count: nodeCount)
        var next = ranks
        for _ in 0..<maximumSteps {
            var lost = 0.0
            for node in 0..<nodeCount where strength[node] == 0 { lost += ranks[node] }
            let base = (damping * lost + 1 - damping) / count
            for node in 0..<nodeCount { next[node] = base }
            for edge in 0..<edgeCount where weights[edge] > 0 {
                let source = Int(sources[edge])
                next[Int(targets[edge])] += damping * ranks[source] * weights[edge] / strength[source]
            }
            var change = 0.0
            for node in 0..<nodeCount { change += abs(next[node] - ranks[node]) }
            swap(&ranks, &next)
            if change < count * tolerance { break }
        }
        return ranks
    }

    /// In how many edges each node takes part, whichever way they lead.
    public func degrees() -> [Int] {
        var degrees = [Int](repeating: 0, count: nodeCount)
        for edge in 0..<edgeCount {
            degrees[Int(sources[edge])] += 1
            degrees[Int(targets[edge])] += 1
        }
        return degrees
    }
}
