import Contracts

/// Text as it may stand in XML.
enum XMLText {
    /// The text with what XML means otherwise escaped; what XML cannot hold at all becomes U+FFFD.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\t", "\n", "\r": escaped += "&#\(scalar.value);"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

/// Writes graphs as GraphML, which networkx, Gephi, yEd and igraph read.
public enum GraphML {
    /// A value of every node that goes with the graph.
    public struct Attribute: Sendable {
        /// Its name.
        public let name: String
        /// The values in the order of the nodes; what is missing is not written.
        public let values: [String?]

        /// - Parameters: as the properties.
        public init(name: String, values: [String?]) {
            self.name = name
            self.values = values
        }
    }

    /// The document. Edges carry kind, weight, share, and the days from and until which they hold, as 2026-01-05.
    ///
    /// - Parameters:
    ///   - graph: the graph; the names of its nodes are their identifiers and must differ.
    ///   - attributes: what is known of the nodes.
    ///   - write: takes the document piece by piece, so that a large one need not be held.
    public static func write(
        _ graph: RelationGraph, attributes: [Attribute] = [], to write: (String) throws -> Void
    ) rethrows {
        var head = """
            <?xml version="1.0" encoding="UTF-8"?>
            <graphml xmlns="http://graphml.graphdrawing.org/xmlns">

            """
        for (index, attribute) in attributes.enumerated() {
            head += key("n\(index)", "node", attribute.name, "string")
        }
        for (id, name, type) in [
            ("kind", "kind", "string"), ("weight", "weight", "double"), ("share", "share", "double"),
            ("since", "since", "string"), ("until", "until", "string"),
        ] {
            head += key(id, "edge", name, type)
        }
        try write(head + "  <graph edgedefault=\"directed\">\n")
        for (node, name) in graph.nodes.enumerated() {
            var text = "    <node id=\"\(XMLText.escaped(name))\">"
            for (index, attribute) in attributes.enumerated() where node < attribute.values.count {
                text += data("n\(index)", attribute.values[node])
            }
            try write(text + "</node>\n")
        }
        for edge in 0..<graph.edgeCount {
            let relation = graph.relation(edge)
            let ends =
                "source=\"\(XMLText.escaped(graph.nodes[relation.from]))\" "
                + "target=\"\(XMLText.escaped(graph.nodes[relation.to]))\""
            try write(
                "    <edge id=\"e\(edge)\" \(ends)>" + data("kind", relation.kind.rawValue)
                    + data("weight", "\(relation.weight)") + data("share", relation.share.map { "\($0)" })
                    + data("since", relation.since.map(day)) + data("until", relation.until.map(day)) + "</edge>\n")
        }
        try write("  </graph>\n</graphml>\n")
    }

    private static func key(_ id: String, _ side: String, _ name: String, _ type: String) -> String {
        "  <key id=\"\(id)\" for=\"\(side)\" attr.name=\"\(XMLText.escaped(name))\" attr.type=\"\(type)\"/>\n"
    }

    private static func data(_ key: String, _ value: String?) -> String {
        value.map { "<data key=\"\(key)\">\(XMLText.escaped($0))</data>" } ?? ""
    }

    /// A day as text, by the proleptic Gregorian calendar (days from civil, in reverse).
    private static func day(_ daysSinceEpoch: Int32) -> String {
        let shifted = Int(daysSinceEpoch) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1))"
    }
}
