import Contracts
import Foundation

/// A picture of one party and what lies around it, with the same as a table beside it, as SVG.
///
/// The same input gives the same picture, byte for byte: nothing is thrown, nothing is moved until it fits. Rings lie
/// around the middle by how many edges away a party is; in the first ring those of one group stand together, in the
/// others a party stands near the one by which it came in.
public struct EgoPicture: Sendable {
    /// A party in the picture.
    public struct Party: Sendable {
        /// What is written beside it.
        public let label: String
        /// What kind of party it is; those of one kind stand together.
        public let group: String
        /// How it stands, by which it is coloured: `ok`, `watch`, `hold`, `stop`, or anything else for not known.
        public let standing: String

        /// - Parameters: as the properties.
        public init(label: String, group: String, standing: String) {
            self.label = label
            self.group = group
            self.standing = standing
        }
    }

    /// The most parties that are drawn; what is more becomes one node, *others*.
    public static let maximumParties = 150
    private static let radius = 420.0
    private static let rowHeight = 18

    private let title: String
    private let graph: RelationGraph
    private let parties: [Party]
    private let shown: [[Int]]
    private let others: Int
    private var points: [Int: (x: Double, y: Double)] = [:]

    /// - Parameters:
    ///   - title: what stands above.
    ///   - graph: the graph.
    ///   - parties: what is known of its nodes, in their order; a missing one shows its name.
    ///   - neighbourhood: what lies around the party in the middle.
    ///   - others: how many more there are than the neighbourhood has.
    public init(
        title: String, graph: RelationGraph, parties: [Party], neighbourhood: Neighbourhood, others: Int = 0
    ) {
        self.title = title
        self.graph = graph
        self.parties = parties
        var room = Self.maximumParties
        var rings: [[Int]] = []
        var dropped = 0
        for ring in neighbourhood.rings {
            rings.append(Array(ring.prefix(room)))
            dropped += max(0, ring.count - room)
            room = max(0, room - ring.count)
        }
        self.others = others + dropped + neighbourhood.omitted.values.reduce(0, +)
        shown = rings.filter { !$0.isEmpty }
        layOut()
    }

    /// The picture.
    public func svg() -> String {
        let centre = Self.radius + 60
        let nodes = shown.flatMap(\.self)
        let height = max(Int(centre * 2), 90 + (nodes.count + 2) * Self.rowHeight)
        let tableX = Int(centre * 2) + 20
        let width = tableX + 640
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
            viewBox="0 0 \(width) \(height)" font-family="sans-serif" font-size="11">
            <title>\(XMLText.escaped(title))</title>
            <rect width="100%" height="100%" fill="#ffffff"/>
            <defs><marker id="to" viewBox="0 0 8 8" refX="16" refY="4" markerWidth="8" markerHeight="8" \
            markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="#666666"/></marker></defs>
            <text x="20" y="28" font-size="16">\(XMLText.escaped(title))</text>

            """
        text += "<g transform=\"translate(\(number(centre)) \(number(centre + 20)))\">\n"
        let edges = drawnEdges(Set(nodes))
        let heaviest = edges.map(\.weight).max() ?? 1
        for edge in edges { text += line(edge, heaviest) }
        for (place, node) in nodes.enumerated() { text += circle(node, place) }
        if others > 0 {
            let y = Self.radius + 24
            text += "<circle class=\"others\" cx=\"0\" cy=\"\(number(y))\" r=\"9\" fill=\"none\" stroke=\"#888888\" "
            text += "stroke-dasharray=\"3 2\"/><text x=\"14\" y=\"\(number(y + 4))\">others: \(others)</text>\n"
        }
        text += "</g>\n" + table(nodes, x: tableX) + "</svg>\n"
        return text
    }

    // MARK: Where they stand

    private mutating func layOut() {
        guard let centre = shown.first?.first else { return }
        points[centre] = (0, 0)
        var angles: [Int: Double] = [centre: 0]
        for (distance, ring) in shown.enumerated().dropFirst() {
            let inner = Set(shown[..<distance].flatMap(\.self))
            let ordered = ring.map { node -> (node: Int, near: Double, group: String, label: String) in
                let host = graph.neighbours(of: node).first { inner.contains($0.node) }?.node ?? centre
                let party = party(node)
                return (node, distance == 1 ? 0 : angles[host] ?? 0, party.group, party.label)
            }.sorted { ($0.near, $0.group, $0.label, $0.node) < ($1.near, $1.group, $1.label, $1.node) }
            let radius = Self.radius * Double(distance) / Double(max(2, shown.count - 1))
            for (place, entry) in ordered.enumerated() {
                let angle = 2 * Double.pi * (Double(place) + 0.5) / Double(ordered.count)
                angles[entry.node] = angle
                points[entry.node] = (radius * sin(angle), -radius * cos(angle))
            }
        }
    }

    // MARK: What is drawn

    private func drawnEdges(_ nodes: Set<Int>) -> [Relation] {
        nodes.sorted().flatMap { node in
            graph.edges(leaving: node).map(graph.relation).filter { nodes.contains($0.to) && $0.to != node }
        }
    }

    private func line(_ edge: Relation, _ heaviest: Double) -> String {
        guard let from = points[edge.from], let to = points[edge.to] else { return "" }
        let width = 0.8 + (heaviest > 0 ? 4 * (max(0, edge.weight) / heaviest).squareRoot() : 0)
        let colour = edge.kind.isOwnership ? "#1f4e9c" : edge.kind == .competesWith ? "#b02a2a" : "#888888"
        return "<line x1=\"\(number(from.x))\" y1=\"\(number(from.y))\" x2=\"\(number(to.x))\" y2=\"\(number(to.y))\" "
            + "stroke=\"\(colour)\" stroke-opacity=\"0.6\" stroke-width=\"\(number(width))\" marker-end=\"url(#to)\">"
            + "<title>\(XMLText.escaped("\(party(edge.from).label) \(edge.kind.rawValue) \(party(edge.to).label)"))"
            + "</title></line>\n"
    }

    private func circle(_ node: Int, _ place: Int) -> String {
        guard let point = points[node] else { return "" }
        let party = party(node)
        let radius = place == 0 ? 14 : 9
        return "<circle cx=\"\(number(point.x))\" cy=\"\(number(point.y))\" r=\"\(radius)\" "
            + "fill=\"\(Self.colour(party.standing))\" stroke=\"#333333\"><title>\(XMLText.escaped(party.label))"
            + "</title></circle><text x=\"\(number(point.x))\" y=\"\(number(point.y + 4))\" text-anchor=\"middle\">"
            + "\(place + 1)</text>\n"
    }

    private func table(_ nodes: [Int], x: Int) -> String {
        let columns = [0, 34, 280, 370, 560]
        var text = ""
        func row(_ cells: [String], _ y: Int, _ style: String = "") {
            for (cell, column) in zip(cells, columns) {
                text += "<text x=\"\(x + column)\" y=\"\(y)\"\(style)>\(XMLText.escaped(cell))</text>"
            }
            text += "\n"
        }
        row(["no.", "party", "kind", "tied to the middle by", "standing"], 60, " font-weight=\"bold\"")
        for (place, node) in nodes.enumerated() {
            let party = party(node)
            let label = party.label.count > 22 ? "\(party.label.prefix(21))…" : party.label
            row(
                ["\(place + 1)", label, party.group, ties(node), party.standing],
                60 + (place + 1) * Self.rowHeight)
        }
        if others > 0 { row(["", "others: \(others)"], 60 + (nodes.count + 1) * Self.rowHeight) }
        return text
    }

    /// What ties a node to the one in the middle directly.
    private func ties(_ node: Int) -> String {
        guard let centre = shown.first?.first, node != centre else { return "" }
        let out = graph.edges(leaving: centre).map(graph.relation).filter { $0.to == node }.map {
            "\($0.kind.rawValue) →"
        }
        let back = graph.edges(leaving: node).map(graph.relation).filter { $0.to == centre }
            .map { "← \($0.kind.rawValue)" }
        var seen: Set<String> = []
        return (out + back).filter { seen.insert($0).inserted }.joined(separator: ", ")
    }

    private func party(_ node: Int) -> Party {
        node < parties.count ? parties[node] : Party(label: graph.nodes[node], group: "", standing: "")
    }

    private static func colour(_ standing: String) -> String {
        switch standing {
        case "ok": "#bfe3c0"
        case "watch": "#ffe49a"
        case "hold": "#ffc08a"
        case "stop": "#f2a0a0"
        default: "#dddddd"
        }
    }

    /// A length with one decimal, the same on every machine.
    private func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}
