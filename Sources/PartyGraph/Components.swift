extension RelationGraph {
    /// Which nodes hang together, whichever way the edges lead.
    ///
    /// - Returns: for each node the number of its component. Components are numbered from 0, the largest first; of two of
    ///   one size the one whose first node comes first.
    public func components() -> [Int] {
        var parent = Array(0..<nodeCount)
        func root(_ node: Int) -> Int {
            var node = node
            while parent[node] != node {
                parent[node] = parent[parent[node]]
                node = parent[node]
            }
            return node
        }
        for edge in 0..<edgeCount {
            let (first, second) = (root(Int(sources[edge])), root(Int(targets[edge])))
            // The smaller number leads, so that a component is known by its first node.
            if first != second { parent[max(first, second)] = min(first, second) }
        }
        var size = [Int](repeating: 0, count: nodeCount)
        let roots = (0..<nodeCount).map(root)
        for root in roots { size[root] += 1 }
        let order = (0..<nodeCount).filter { size[$0] > 0 }.sorted { (size[$1], $0) < (size[$0], $1) }
        var number = [Int](repeating: 0, count: nodeCount)
        for (place, root) in order.enumerated() { number[root] = place }
        return roots.map { number[$0] }
    }
}
