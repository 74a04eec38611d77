import Contracts
import Foundation
import PartyGraph
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("Graphs for others' eyes")
struct PictureTests {
    private static func elements(_ text: String) throws -> [String: Int] {
        final class Counter: NSObject, XMLParserDelegate {
            var counts: [String: Int] = [:]
            func parser(
                _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
                attributes: [String: String]
            ) {
                counts[name, default: 0] += 1
            }
        }
        let counter = Counter()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = counter
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
        return counter.counts
    }

    @Test("a picture is the same each time, is well-formed whatever the names, and draws 150 parties at most")
    func picture() throws {
        let count = 400
        var random = SplitMix(seed: 3)
        let relations = (1..<count).map { node in
            Relation(
                from: node % 3 == 0 ? Int.random(in: 0..<node, using: &random) : 0, to: node, kind: .shipsTo,
                weight: Double(count - node))
        }
        let graph = RelationGraph(nodes: (0..<count).map { "<\($0)>&\u{1}" }, relations: relations)
        let parties = graph.nodes.map { EgoPicture.Party(label: $0 + "\"昆山", group: "customer", standing: "watch") }
        func draw() -> String {
            EgoPicture(
                title: "a & b", graph: graph, parties: parties, neighbourhood: graph.neighbourhood(of: 0, fanOut: 90)
            ).svg()
        }
        let text = draw()
        #expect(text == draw())
        let counts = try Self.elements(text)
        let near = graph.neighbourhood(of: 0, fanOut: 90)
        #expect(counts["circle"] == min(150, near.members.count) + 1)
        #expect(counts["line"] == min(150, near.members.count) - 1)
        #expect(text.contains("others: "))
    }

    @Test("GraphML is well-formed and names days as people do")
    func graphML() throws {
        let graph = RelationGraph(
            nodes: ["a\"&", "b"],
            relations: [Relation(from: 0, to: 1, kind: .parentOf, weight: 2, share: 0.51, since: 20_454, until: 20_512)]
        )
        var text = ""
        GraphML.write(graph, attributes: [.init(name: "name", values: ["甲 <1>", nil])]) { text += $0 }
        let counts = try Self.elements(text)
        #expect(counts["node"] == 2 && counts["edge"] == 1 && counts["data"] == 6)
        #expect(text.contains(">2026-01-01<") && text.contains(">2026-02-28<"))
    }
}
