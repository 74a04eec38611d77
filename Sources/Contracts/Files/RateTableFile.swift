public import Domain

extension RateTable {
    /// Reads rates from JSON: `{"rates": [{"currency", "from", "cny"}]}`, a decimal of up to eight places for one unit
    /// in CNY, from a day on.
    ///
    /// - Throws: ``Refusal`` with the path of what is wrong.
    public init(json: [UInt8]) throws(Refusal) {
        let root = try JSONDocument(parsing: json).root
        try Self.allow(["rates"], in: root, "$")
        var entries: [Entry] = []
        for (index, node) in (root["rates"]?.elements ?? []).enumerated() {
            let path = "$.rates[\(index)]"
            try Self.allow(["currency", "from", "cny"], in: node, path)
            guard let currency = node["currency"]?.string.flatMap({ Currency($0) }) else {
                throw Refusal(.unknownCurrency, path: "\(path).currency", "a currency is written as 'USD'")
            }
            guard let rate = node["cny"]?.string.flatMap({ ExchangeRate($0) }) else {
                throw Refusal(.notADecimal, path: "\(path).cny", "a rate is written as \"7.10\", above nought")
            }
            guard let from = node["from"]?.string.flatMap({ CalendarDay($0) }) else {
                throw Refusal(.badTime, path: "\(path).from", "'from' is required, a day as 2026-01-05")
            }
            entries.append(Entry(currency: currency, from: from, rate: rate))
        }
        guard !entries.isEmpty else {
            throw Refusal(.missingField, path: "$.rates", "a table has at least one rate")
        }
        self.init(entries)
    }

    /// A misspelt key must not be passed over in silence.
    private static func allow(_ names: Set<String>, in node: JSONNode, _ path: String) throws(Refusal) {
        for (name, _) in node.members where !names.contains(name) {
            throw Refusal(
                .valueNotAllowed, path: "\(path).\(name)",
                "there is no '\(name)' here, only \(names.sorted().joined(separator: ", "))")
        }
    }
}
