import Contracts

/// Writes tables piece by piece: their beginning, the rows of each page as it comes, their end.
///
/// What there is more of is told in each format: in JSON by a member `more` that holds, for each table that was cut, where
/// its next rows begin (or null when they cannot be asked for); as text by a last line; beside CSV, whose lines are rows
/// and nothing else, by ``more(_:)`` for the standard error.
struct TableWriter {
    /// Wider values are shown shortened in a terminal.
    private static let widest = 48

    private let format: TableFormat
    /// Whether something has been written: what separates tables comes before the second.
    private var hasBegun = false
    private var hasRows = false
    private var widths: [Int] = []
    private var more: [(table: String, next: String?)] = []

    init(_ format: TableFormat) {
        self.format = format
    }

    /// What stands before a table's rows.
    mutating func begin(_ table: QueryTable) -> String {
        hasRows = false
        let names = table.columns.map(\.name)
        switch format {
        case .json:
            var bytes = [UInt8(ascii: hasBegun ? "," : "{")]
            hasBegun = true
            ObjectWriter.append(table.name, to: &bytes)
            return String(decoding: bytes, as: UTF8.self) + ":["
        case .csv: return Self.csv(names, names.map { _ in .text })
        case .text:
            // A table without rows is left out.
            guard !table.rows.isEmpty else { return "" }
            widths = names.map(TableRenderer.width)
            fit(table)
            let head = line(names, table) + line(widths.map { String(repeating: "-", count: $0) }, table)
            defer { hasBegun = true }
            return (hasBegun ? "\n" : "") + table.name + "\n" + head
        }
    }

    /// A page of its rows.
    mutating func rows(of table: QueryTable) -> String {
        switch format {
        case .json:
            var bytes: [UInt8] = []
            for row in table.rows {
                if hasRows { bytes.append(UInt8(ascii: ",")) }
                hasRows = true
                Self.json(row, table.columns, to: &bytes)
            }
            return String(decoding: bytes, as: UTF8.self)
        case .csv:
            let kinds = table.columns.map(\.kind)
            return table.rows.map { Self.csv($0.values.map { $0 ?? "" }, kinds) }.joined()
        case .text:
            fit(table)
            return table.rows.map { line(Self.shown($0), table) }.joined()
        }
    }

    /// What stands after its rows.
    ///
    /// - Parameter table: the last page that was written of it.
    mutating func end(_ table: QueryTable) -> String {
        if table.isCut { more.append((table.name, table.next)) }
        switch format {
        case .json: return "]"
        case .csv: return ""
        case .text:
            guard let text = Self.more(table) else { return "" }
            return text + "\n"
        }
    }

    /// What stands after all tables.
    func finish() -> String {
        guard format == .json else { return "" }
        var bytes = Array((hasBegun ? "" : "{").utf8)
        if !more.isEmpty {
            bytes += Array(#","more":"#.utf8)
            for (place, (table, next)) in more.enumerated() {
                bytes.append(UInt8(ascii: place == 0 ? "{" : ","))
                ObjectWriter.append(table, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                if let next { ObjectWriter.append(next, to: &bytes) } else { bytes += Array("null".utf8) }
            }
            bytes.append(UInt8(ascii: "}"))
        }
        return String(decoding: bytes, as: UTF8.self) + "}\n"
    }

    /// That a table has more rows than these, in words; nothing when it has not.
    static func more(_ table: QueryTable) -> String? {
        guard table.isCut else { return nil }
        return table.next.map { "… more: --all or --after \($0)" } ?? "… more than these \(table.rows.count) rows"
    }

    // MARK: Text

    private static func shown(_ row: QueryRow) -> [String] {
        row.values.map { ($0 ?? "").replacing("\n", with: " ") }
    }

    /// Makes the columns as wide as the rows of a page need them. A later page makes them wider, never narrower.
    private mutating func fit(_ table: QueryTable) {
        for row in table.rows {
            for (index, value) in Self.shown(row).enumerated() where index < widths.count {
                widths[index] = max(widths[index], min(TableRenderer.width(value), Self.widest))
            }
        }
    }

    private func line(_ values: [String], _ table: QueryTable) -> String {
        var parts: [String] = []
        for (index, value) in values.enumerated() where index < widths.count {
            let shown = TableRenderer.clipped(value, Self.widest)
            let padding = String(repeating: " ", count: max(0, widths[index] - TableRenderer.width(shown)))
            let isNumber = [.integer, .decimal].contains(table.columns[index].kind)
            parts.append(isNumber ? padding + shown : shown + padding)
        }
        var text = parts.joined(separator: "  ")
        while text.hasSuffix(" ") { text.removeLast() }
        return text + "\n"
    }

    // MARK: CSV and JSON

    private static func csv(_ values: [String], _ kinds: [ColumnKind]) -> String {
        zip(values, kinds).map { TableRenderer.cell($0, $1) }.joined(separator: ",") + "\r\n"
    }

    private static func json(_ row: QueryRow, _ columns: [QueryColumn], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        for (place, (column, value)) in zip(columns, row.values).enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            ObjectWriter.append(column.name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            switch (column.kind, value) {
            case (_, nil): bytes += Array("null".utf8)
            case (.integer, let text?) where Int(text) != nil: bytes += Array(text.utf8)
            case (.boolean, let text?): bytes += Array((text == "t" || text == "true" ? "true" : "false").utf8)
            case (_, let text?): ObjectWriter.append(text, to: &bytes)
            }
        }
        bytes.append(UInt8(ascii: "}"))
    }
}
