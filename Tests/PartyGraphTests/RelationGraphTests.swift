import Contracts
import PartyGraph
import Testing

@Suite("Relations in compact arrays")
struct RelationGraphTests {
    private static func chain(_ shares: [Double?]) -> RelationGraph {
        RelationGraph(
            nodes: (0...shares.count).map(String.init),
            relations: shares.enumerated().map { place, share in
                Relation(from: place, to: place + 1, kind: .parentOf, share: share)
            })
    }

    @Test("the order in which edges are given makes no difference")
    func anyOrder() {
        var random = SplitMix(seed: 7)
        let (nodes, relations) = RandomGraph.make(nodes: 60, edges: 240, &random)
        let first = RelationGraph(nodes: nodes, relations: relations)
        let second = RelationGraph(nodes: nodes, relations: relations.shuffled(using: &random))
        let same = zip(first.pageRank(), second.pageRank()).allSatisfy { abs($0 - $1) < 1e-12 }
        #expect(same)
        #expect(first.components() == second.components())
        #expect(first.degrees() == second.degrees())
        for node in 0..<60 {
            #expect(first.neighbourhood(of: node).members.sorted() == second.neighbourhood(of: node).members.sorted())
        }
    }

    @Test("what names no node or is no number is left out")
    func nonsense() {
        let graph = RelationGraph(
            nodes: ["a", "b"],
            relations: [
                Relation(from: 0, to: 2, kind: .supplies), Relation(from: -1, to: 0, kind: .supplies),
                Relation(from: 0, to: 1, kind: .supplies, weight: .nan),
                Relation(from: 0, to: 1, kind: .parentOf, share: .infinity), Relation(from: 1, to: 0, kind: .shipsTo),
            ])
        #expect(graph.edgeCount == 1 && graph.relation(0).kind == .shipsTo)
        #expect(RelationGraph(nodes: [], relations: []).pageRank().isEmpty)
        #expect(graph.neighbourhood(of: 9).members.isEmpty && graph.leads(of: -1).isEmpty && graph.group(of: 5).isEmpty)
    }

    @Test("an edge holds from its first day until the day that ends it")
    func dates() {
        let graph = RelationGraph(
            nodes: ["a", "b"],
            relations: [Relation(from: 0, to: 1, kind: .supplies, since: 100, until: 200)])
        #expect([99, 100, 199, 200].map { graph.filtered(on: $0).edgeCount } == [0, 1, 1, 0])
        #expect(graph.filtered(kinds: [.shipsTo]).edgeCount == 0)
        #expect(graph.filtered(on: 150).relation(0) == graph.relation(0))
    }

    @Test("a share is multiplied along a chain and summed over chains")
    func ultimateParent() {
        #expect(Self.chain([0.8, 0.7]).ultimateParent(of: 2) == 0)
        #expect(Self.chain([0.6, 0.6]).ultimateParent(of: 2) == 1)
        #expect(Self.chain([0.5]).ultimateParent(of: 1) == 1)
        #expect(Self.chain([nil, nil, nil]).ultimateParent(of: 3) == 0)
        // 30 % held directly and 30 % by a company that is wholly owned.
        let both = RelationGraph(
            nodes: ["top", "between", "below"],
            relations: [
                Relation(from: 0, to: 1, kind: .parentOf, share: 1),
                Relation(from: 0, to: 2, kind: .parentOf, share: 0.3),
                Relation(from: 1, to: 2, kind: .parentOf, share: 0.3),
            ])
        #expect(both.ultimateParent(of: 2) == 0)
        #expect(abs((both.owners(of: 2).first?.share ?? 0) - 0.6) < 1e-12)
        let branch = RelationGraph(
            nodes: ["branch", "company"], relations: [Relation(from: 0, to: 1, kind: .branchOf)])
        #expect(branch.ultimateParent(of: 0) == 1)
        #expect(branch.group(of: 1) == [1, 0])
    }

    @Test("companies that own one another end no walk, and a circle is known before it is closed")
    func circles() {
        let circle = RelationGraph(
            nodes: ["a", "b", "c"],
            relations: (0..<3).map { Relation(from: $0, to: ($0 + 1) % 3, kind: .parentOf, share: 0.9) })
        #expect(circle.owners(of: 0).count == 2)
        #expect((0..<3).contains(circle.ultimateParent(of: 1)))
        let open = Self.chain([nil, nil])
        #expect(open.closesCircle(owner: 2, owned: 0) && open.closesCircle(owner: 1, owned: 1))
        #expect(!open.closesCircle(owner: 0, owned: 2))
        // Every node of a mesh owns every other: the walk must end.
        let mesh = RelationGraph(
            nodes: (0..<7).map(String.init),
            relations: (0..<49).filter { $0 / 7 != $0 % 7 }
                .map { Relation(from: $0 / 7, to: $0 % 7, kind: .parentOf, share: 0.5) })
        #expect(mesh.owners(of: 0).count == 6)
    }

    @Test("a circle is said to close exactly when a walk along the owners would come back")
    func circleProperty() {
        var random = SplitMix(seed: 42)
        for _ in 0..<200 {
            let count = 12
            var accepted: [(Int, Int)] = []
            for _ in 0..<20 {
                let (owner, owned) = (
                    Int.random(in: 0..<count, using: &random), Int.random(in: 0..<count, using: &random)
                )
                let graph = RelationGraph(
                    nodes: (0..<count).map(String.init),
                    relations: accepted.map { Relation(from: $0.0, to: $0.1, kind: .parentOf) })
                if !graph.closesCircle(owner: owner, owned: owned) { accepted.append((owner, owned)) }
            }
            // What was let in can be taken away from the top until nothing is left.
            var rest = accepted
            var isShrinking = true
            while isShrinking {
                let owned = Set(rest.map(\.1))
                let after = rest.filter { owned.contains($0.0) }
                isShrinking = after.count < rest.count
                rest = after
            }
            #expect(rest.isEmpty)
        }
    }

    @Test("a node with too many neighbours gives its strongest, and says how many it left out")
    func fanOut() {
        let graph = RelationGraph(
            nodes: (0...10).map(String.init),
            relations: (1...10).map { Relation(from: 0, to: $0, kind: .shipsTo, weight: Double($0)) })
        let near = graph.neighbourhood(of: 0, fanOut: 3)
        #expect(near.rings == [[0], [10, 9, 8]])
        #expect(near.omitted == [0: 7])
        #expect(graph.neighbourhood(of: 0, limit: 5).members.count == 5)
        #expect(graph.neighbourhood(of: 1).rings == [[1], [0], [10, 9, 8, 7, 6, 5, 4, 3, 2]])
    }
}

/// Random numbers that are the same on every machine.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

enum RandomGraph {
    static func make(nodes: Int, edges: Int, _ random: inout SplitMix) -> (nodes: [String], relations: [Relation]) {
        let relations = (0..<edges).map { _ in
            Relation(
                from: Int.random(in: 0..<nodes, using: &random), to: Int.random(in: 0..<nodes, using: &random),
                kind: RelationKind.allCases.randomElement(using: &random) ?? .supplies,
                weight: Double(Int.random(in: 1...1_000, using: &random)) / 8)
        }
        return ((0..<nodes).map { "n\($0)" }, relations)
    }
}
