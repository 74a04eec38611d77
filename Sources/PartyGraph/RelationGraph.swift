package import Contracts

extension RelationKind {
    /// Its place among all kinds, as it stands in compact arrays.
    var index: UInt8 { UInt8(Self.allCases.firstIndex(of: self) ?? 0) }
}

/// An edge as it is put into a graph.
public struct Relation: Sendable, Equatable {
    /// The party that the sentence is about, by its place among the nodes.
    public var from: Int
    /// The other party, by its place among the nodes.
    public var to: Int
    /// What ties them.
    package var kind: RelationKind
    /// How strong it is, in the unit of whoever made the graph; 1 when nobody has measured it.
    public var weight: Double
    /// The share that `from` has of `to`, 0…1, for ownership.
    public var share: Double?
    /// The first day on which it holds, as days since 1970; `nil` for always.
    public var since: Int32?
    /// The first day on which it holds no more; `nil` while it has no end.
    public var until: Int32?

    /// - Parameters: as the properties.
    package init(
        from: Int, to: Int, kind: RelationKind, weight: Double = 1, share: Double? = nil, since: Int32? = nil,
        until: Int32? = nil
    ) {
        self.from = from
        self.to = to
        self.kind = kind
        self.weight = weight
        self.share = share
        self.since = since
        self.until = until
    }
}

/// Parties and what ties them: typed, dated, directed edges in compact arrays.
///
/// Built once, then read. Edges lie one after the other, ordered by the node they leave; a second order lists them by
/// the node they reach. A million edges take about 37 MB.
public struct RelationGraph: Sendable {
    /// The names of the nodes; a node is known by its place here.
    public let nodes: [String]
    /// For each edge, the node it leaves; ascending.
    let sources: [Int32]
    /// For each edge, the node it reaches.
    let targets: [Int32]
    let kinds: [UInt8]
    let weights: [Double]
    /// Shares, −1 where none is known.
    let shares: [Double]
    let since: [Int32]
    let until: [Int32]
    /// Where the edges of a node begin in ``targets``; one more than there are nodes.
    let leaving: [Int32]
    /// The edges ordered by the node they reach, and where those of a node begin.
    let reaching: [Int32]
    let reachingStart: [Int32]

    /// How many nodes there are.
    public var nodeCount: Int { nodes.count }
    /// How many edges there are.
    public var edgeCount: Int { targets.count }

    /// Makes a graph. Edges that name a node that is not there, or a weight or share that is no number, are left out.
    ///
    /// - Parameters:
    ///   - nodes: the names of the nodes.
    ///   - relations: the edges, in any order; several between the same two nodes may stand beside one another.
    public init(nodes: [String], relations: [Relation]) {
        let range = 0..<nodes.count
        let kept = relations.filter {
            range.contains($0.from) && range.contains($0.to) && $0.weight.isFinite && $0.share?.isFinite ?? true
        }
        self.nodes = nodes
        let (order, start) = Self.order(kept.map { Int32($0.from) }, nodes: nodes.count)
        leaving = start
        sources = order.map { Int32(kept[Int($0)].from) }
        targets = order.map { Int32(kept[Int($0)].to) }
        kinds = order.map { kept[Int($0)].kind.index }
        weights = order.map { kept[Int($0)].weight }
        shares = order.map { kept[Int($0)].share ?? -1 }
        since = order.map { kept[Int($0)].since ?? .min }
        until = order.map { kept[Int($0)].until ?? .max }
        (reaching, reachingStart) = Self.order(targets, nodes: nodes.count)
    }

    /// An edge by its place, 0…``edgeCount`` − 1.
    public func relation(_ edge: Int) -> Relation {
        Relation(
            from: Int(sources[edge]), to: Int(targets[edge]), kind: RelationKind.allCases[Int(kinds[edge])],
            weight: weights[edge], share: shares[edge] < 0 ? nil : shares[edge],
            since: since[edge] == .min ? nil : since[edge], until: until[edge] == .max ? nil : until[edge])
    }

    /// The graph as it stood on a day, of some kinds of edges only. All nodes stay.
    ///
    /// - Parameters:
    ///   - day: days since 1970; `nil` for edges of any time.
    ///   - wanted: the kinds to keep.
    package func filtered(on day: Int32? = nil, kinds wanted: Set<RelationKind> = Set(RelationKind.allCases))
        -> RelationGraph
    {
        let mask = Set(wanted.map(\.index))
        let kept = (0..<edgeCount).filter { edge in
            mask.contains(kinds[edge]) && (day.map { since[edge] <= $0 && $0 < until[edge] } ?? true)
        }
        return RelationGraph(nodes: nodes, relations: kept.map(relation))
    }

    /// The edges that leave a node.
    func edges(leaving node: Int) -> Range<Int> { Int(leaving[node])..<Int(leaving[node + 1]) }

    /// The edges that reach a node.
    func edges(reaching node: Int) -> ArraySlice<Int32> {
        reaching[Int(reachingStart[node])..<Int(reachingStart[node + 1])]
    }

    /// Orders places by their key, keeping the order of equal ones, and says where each key begins.
    private static func order(_ keys: [Int32], nodes: Int) -> (order: [Int32], start: [Int32]) {
        var start = [Int32](repeating: 0, count: nodes + 1)
        for key in keys { start[Int(key) + 1] += 1 }
        for node in 0..<nodes { start[node + 1] += start[node] }
        var next = start
        var order = [Int32](repeating: 0, count: keys.count)
        for (place, key) in keys.enumerated() {
            order[Int(next[Int(key)])] = Int32(place)
            next[Int(key)] += 1
        }
        return (order, start)
    }
}
