import Foundation

/// A party that is near another one and not tied to it yet.
public struct Lead: Sendable, Equatable {
    /// The node.
    public let node: Int
    /// How likely the tie, by Adamic and Adar: the more neighbours both have, and the fewer others these have, the more.
    public let score: Double
    /// The neighbours that both have, in order.
    public let through: [Int]
}

extension RelationGraph {
    /// Who is two edges away from a node and not tied to it yet, the likeliest first.
    ///
    /// Every edge counts, whichever way it leads, and several between two nodes count once. The score of a pair is
    /// Σ 1 ⁄ ln(degree) over the neighbours that both have.
    ///
    /// - Parameters:
    ///   - node: the node.
    ///   - fanOut: neighbours with more neighbours than this are not followed: they tie everybody to everybody.
    ///   - limit: how many at most.
    public func leads(of node: Int, fanOut: Int = .max, limit: Int = 20) -> [Lead] {
        guard (0..<nodeCount).contains(node) else { return [] }
        let own = Set(neighbours(of: node).map(\.node))
        var scores: [Int: (score: Double, through: [Int])] = [:]
        for middle in own.sorted() {
            let others = neighbours(of: middle).map(\.node)
            guard others.count > 1, others.count <= fanOut else { continue }
            let share = 1 / log(Double(others.count))
            for other in others where other != node && !own.contains(other) {
                scores[other, default: (0, [])].score += share
                scores[other]?.through.append(middle)
            }
        }
        return scores.map { Lead(node: $0.key, score: $0.value.score, through: $0.value.through) }
            .sorted { ($1.score, $0.node) < ($0.score, $1.node) }.prefix(max(0, limit)).map(\.self)
    }
}
