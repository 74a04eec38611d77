/// What lies around a node.
public struct Neighbourhood: Sendable, Equatable {
    /// The node in the middle.
    public let centre: Int
    /// The nodes by how many edges away they are: first the centre alone, then its neighbours, strongest first, and so
    /// on. A node stands in the nearest ring only.
    public let rings: [[Int]]
    /// How many neighbours of each node were left out because it has too many; only nodes where some were.
    public let omitted: [Int: Int]

    /// All nodes, the centre first.
    public var members: [Int] { rings.flatMap(\.self) }
}

extension RelationGraph {
    /// What lies around a node, whichever way the edges lead.
    ///
    /// - Parameters:
    ///   - centre: the node.
    ///   - hops: how many edges away at most.
    ///   - fanOut: how many neighbours of one node are followed at most: the strongest by the sum of weights, of equally
    ///     strong ones those that come first. A forwarder with ten thousand consignees does not swamp the rest.
    ///   - limit: how many nodes in all at most.
    public func neighbourhood(of centre: Int, hops: Int = 2, fanOut: Int = 200, limit: Int = .max) -> Neighbourhood {
        guard (0..<nodeCount).contains(centre) else {
            return Neighbourhood(centre: centre, rings: [], omitted: [:])
        }
        var seen: Set<Int> = [centre]
        var rings = [[centre]]
        var omitted: [Int: Int] = [:]
        for _ in 0..<max(0, hops) {
            var ring: [Int] = []
            for node in rings[rings.count - 1] {
                let fresh = neighbours(of: node).map(\.node).filter { !seen.contains($0) }
                let taken = fresh.prefix(max(0, min(fanOut, limit - seen.count)))
                if taken.count < fresh.count { omitted[node] = fresh.count - taken.count }
                seen.formUnion(taken)
                ring += taken
            }
            if ring.isEmpty { break }
            rings.append(ring)
        }
        // What one node left out may have come in by another.
        for node in omitted.keys {
            let missing = neighbours(of: node).count { !seen.contains($0.node) }
            omitted[node] = missing == 0 ? nil : missing
        }
        return Neighbourhood(centre: centre, rings: rings, omitted: omitted)
    }

    /// The other nodes that edges tie to a node, each once, the strongest first.
    ///
    /// - Returns: the nodes with the sums of their weights; of equally strong ones the first comes first.
    public func neighbours(of node: Int) -> [(node: Int, weight: Double)] {
        var strength: [Int: Double] = [:]
        for edge in edges(leaving: node) where Int(targets[edge]) != node {
            strength[Int(targets[edge]), default: 0] += weights[edge]
        }
        for edge in edges(reaching: node) where Int(sources[Int(edge)]) != node {
            strength[Int(sources[Int(edge)]), default: 0] += weights[Int(edge)]
        }
        return strength.map { (node: $0.key, weight: $0.value) }
            .sorted { ($1.weight, $0.node) < ($0.weight, $1.node) }
    }

    /// A graph of some nodes and the edges between them.
    ///
    /// - Parameter members: the nodes, in the order in which they are to stand; each counts once.
    public func subgraph(_ members: [Int]) -> RelationGraph {
        var place: [Int: Int] = [:]
        var kept: [Int] = []
        for node in members where (0..<nodeCount).contains(node) && place[node] == nil {
            place[node] = kept.count
            kept.append(node)
        }
        var relations: [Relation] = []
        for node in kept {
            for edge in edges(leaving: node) {
                guard let from = place[node], let to = place[Int(targets[edge])] else { continue }
                var relation = relation(edge)
                (relation.from, relation.to) = (from, to)
                relations.append(relation)
            }
        }
        return RelationGraph(nodes: kept.map { nodes[$0] }, relations: relations)
    }
}
