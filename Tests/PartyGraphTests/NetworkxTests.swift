import Contracts
import Foundation
import PartyGraph
import Testing

/// Asks networkx, the reference that everybody can install.
enum Networkx {
    /// Whether a Python with networkx is here; `deploy/local/setup.sh` sees to it where it can.
    static let isAvailable = (try? run("print(networkx.__version__)", input: "")) != nil

    static let howToEnable: Comment = "needs a python3 that has networkx: pip install networkx"

    /// Runs a program with networkx imported; what it prints.
    static func run(_ program: String, input: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "networkx-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (source, target) = (folder.appending(path: "in"), folder.appending(path: "out"))
        try input.write(to: source, atomically: true, encoding: .utf8)
        try Data().write(to: target)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "import sys, json, networkx\n" + program]
        process.standardInput = try FileHandle(forReadingFrom: source)
        process.standardOutput = try FileHandle(forWritingTo: target)
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return try String(contentsOf: target, encoding: .utf8)
    }
}

@Suite("As networkx reckons", .enabled(if: Networkx.isAvailable, Networkx.howToEnable))
struct NetworkxTests {
    private struct Answer: Decodable {
        let ranks: [String: Double]
        let components: [[String]]
        let adamic: [String: Double]
        let near: [String: [String]]
        let nodes: Int
        let edges: Int
    }

    /// Reads the exported graph, so that the export is tested with it.
    private static let program = """
        g = networkx.parse_graphml(sys.stdin.read(), force_multigraph=True)
        u = networkx.Graph(g.to_undirected())
        u.remove_edges_from(list(networkx.selfloop_edges(u)))
        pairs = [(a, b) for a in u for b in u if a < b and not u.has_edge(a, b)
                 and any(True for _ in networkx.common_neighbors(u, a, b))]
        print(json.dumps({
            "ranks": networkx.pagerank(g, tol=1e-14, max_iter=10000),
            "components": [sorted(c) for c in networkx.weakly_connected_components(g)],
            "adamic": {a + "|" + b: s for a, b, s in networkx.adamic_adar_index(u, pairs)},
            "near": {n: sorted(networkx.ego_graph(u, n, radius=2)) for n in u},
            "nodes": g.number_of_nodes(), "edges": g.number_of_edges()}))
        """

    private func compare(_ graph: RelationGraph) throws {
        var document = ""
        GraphML.write(graph) { document += $0 }
        let text = try Networkx.run(Self.program, input: document)
        let answer = try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
        #expect(answer.nodes == graph.nodeCount && answer.edges == graph.edgeCount)
        let ranks = graph.pageRank()
        for (node, name) in graph.nodes.enumerated() {
            #expect(abs(ranks[node] - (answer.ranks[name] ?? -1)) < 1e-6, "the rank of \(name)")
            #expect(
                graph.neighbourhood(of: node, fanOut: .max).members.map { graph.nodes[$0] }.sorted()
                    == answer.near[name])
        }
        let components = graph.components()
        let mine = Dictionary(grouping: graph.nodes.indices, by: { components[$0] }).values
            .map { $0.map { graph.nodes[$0] }.sorted() }
        #expect(Set(mine) == Set(answer.components))
        var pairs = 0
        for (node, name) in graph.nodes.enumerated() {
            for lead in graph.leads(of: node, limit: .max) where name < graph.nodes[lead.node] {
                let expected = answer.adamic["\(name)|\(graph.nodes[lead.node])"] ?? -1
                #expect(abs(lead.score - expected) < 1e-6, "\(name) and \(graph.nodes[lead.node])")
                pairs += 1
            }
        }
        #expect(pairs == answer.adamic.count)
    }

    @Test("Zachary's karate club")
    func karate() throws {
        let text = try Networkx.run(
            "print(json.dumps([[a, b] for a, b in networkx.karate_club_graph().edges()]))", input: "")
        let edges = try JSONDecoder().decode([[Int]].self, from: Data(text.utf8))
        // Undirected there: an edge each way here.
        let graph = RelationGraph(
            nodes: (0..<34).map(String.init),
            relations: edges.flatMap {
                [
                    Relation(from: $0[0], to: $0[1], kind: .sameContact),
                    Relation(from: $0[1], to: $0[0], kind: .sameContact),
                ]
            })
        #expect(graph.edgeCount == 156)
        try compare(graph)
        let ranks = graph.pageRank()
        let order = ranks.indices.sorted { ranks[$0] > ranks[$1] }
        // The administrator and the instructor, about whom the club fell apart.
        #expect(Set(order.prefix(2)) == [0, 33])
    }

    @Test("random graphs with several edges between two nodes, loops and dead ends", arguments: [1, 2, 3])
    func random(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let (nodes, relations) = RandomGraph.make(nodes: 80, edges: Int(seed) * 60, &random)
        try compare(RelationGraph(nodes: nodes, relations: relations))
    }
}
