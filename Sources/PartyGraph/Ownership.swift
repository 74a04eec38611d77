import Contracts

/// A party that owns another, directly or through others.
public struct Owner: Sendable, Equatable {
    /// The node.
    public let node: Int
    /// The share of the whole, 0…1: multiplied along each chain, summed over the chains.
    public let share: Double
    /// How many steps away by the longest chain.
    public let depth: Int
}

extension RelationGraph {
    /// How many steps a chain of owners may have.
    public static let maximumOwnershipDepth = 16

    /// Who owns a node, directly or through others. A chain that comes back to itself is followed once around and no
    /// further, so that companies that own one another do no harm.
    ///
    /// - Returns: the owners, the highest first: by depth, then share, then place.
    public func owners(of node: Int) -> [Owner] {
        var shares: [Int: Double] = [:]
        var depths: [Int: Int] = [:]
        var path: Set<Int> = [node]
        // Chains multiply where companies own one another in a mesh; what is below a ten-thousandth is nobody's control.
        func climb(_ node: Int, _ share: Double, _ depth: Int) {
            guard depth <= Self.maximumOwnershipDepth, share >= 1e-4 else { return }
            for (owner, part) in directOwners(of: node) where !path.contains(owner) {
                shares[owner, default: 0] += share * part
                depths[owner] = max(depths[owner] ?? 0, depth)
                path.insert(owner)
                climb(owner, share * part, depth + 1)
                path.remove(owner)
            }
        }
        if (0..<nodeCount).contains(node) { climb(node, 1, 1) }
        return shares.map { Owner(node: $0.key, share: min(1, $0.value), depth: depths[$0.key] ?? 1) }
            .sorted { ($1.depth, $1.share, $0.node) < ($0.depth, $0.share, $1.node) }
    }

    /// The highest party that owns more than half of a node, counting what it owns through others; the node itself when
    /// nobody does.
    public func ultimateParent(of node: Int) -> Int {
        owners(of: node).first { $0.share > 0.5 }?.node ?? node
    }

    /// Whether an edge of ownership from `owner` to `owned` would close a circle.
    public func closesCircle(owner: Int, owned: Int) -> Bool {
        guard owner != owned else { return true }
        var seen: Set<Int> = [owner]
        var next = [owner]
        while let node = next.popLast() {
            for (above, _) in directOwners(of: node) where seen.insert(above).inserted {
                if above == owned { return true }
                next.append(above)
            }
        }
        return false
    }

    /// Everything that has a node as its ultimate parent, the node first.
    public func group(of top: Int) -> [Int] {
        guard (0..<nodeCount).contains(top) else { return [] }
        var seen: Set<Int> = [top]
        var order = [top]
        var place = 0
        while place < order.count {
            for owned in directlyOwned(by: order[place]).sorted() where seen.insert(owned).inserted {
                order.append(owned)
            }
            place += 1
        }
        return order.filter { $0 == top || ultimateParent(of: $0) == top }
    }

    private func directOwners(of node: Int) -> [(node: Int, share: Double)] {
        var owners: [Int: Double] = [:]
        for edge in edges(reaching: node).map(Int.init) where kinds[edge] == RelationKind.parentOf.index {
            owners[Int(sources[edge]), default: 0] += shares[edge] < 0 ? 1 : shares[edge]
        }
        for edge in edges(leaving: node) where kinds[edge] == RelationKind.branchOf.index {
            owners[Int(targets[edge])] = 1
        }
        return owners.filter { $0.key != node }.map { (node: $0.key, share: min(1, $0.value)) }
            .sorted { $0.node < $1.node }
    }

    private func directlyOwned(by node: Int) -> Set<Int> {
        var owned: Set<Int> = []
        for edge in edges(leaving: node) where kinds[edge] == RelationKind.parentOf.index {
            owned.insert(Int(targets[edge]))
        }
        for edge in edges(reaching: node).map(Int.init) where kinds[edge] == RelationKind.branchOf.index {
            owned.insert(Int(sources[edge]))
        }
        return owned
    }
}
