public import Domain

extension RateTable {
    /// Reads rates from JSON: `{"rates": [{"currency", "from", "cny"}]}`, a decimal of up to eight places for one unit
    /// in CNY, from a day on.
    ///
    /// - Throws: ``Refusal`` with the path of what is wrong.
    public init(json: [UInt8]) throws(Refusal) {
        let root = try SettingsFile.root(json)
        try SettingsFile.allow(["rates"], in: root, "$")
        var entries: [Entry] = []
        for (index, node) in (root["rates"]?.elements ?? []).enumerated() {
            let path = "$.rates[\(index)]"
            try SettingsFile.allow(["currency", "from", "cny"], in: node, path)
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

    /// The rates as the file that ``init(json:)`` reads, one a line.
    public var json: String {
        let lines = entries.map { entry in
            var object = ObjectWriter()
            object.text("currency", entry.currency.code)
            object.text("from", entry.from.description)
            object.text("cny", entry.rate.description)
            return object.finished()
        }
        var object = ObjectWriter()
        object.json("rates", SettingsFile.lines(lines, indent: 1))
        return String(decoding: object.finished(), as: UTF8.self) + "\n"
    }
}
