import Contracts

/// How tables are shown.
enum TableFormat {
    /// Aligned, for people.
    case text
    /// One array of objects, for programs.
    case json
    /// Comma-separated (RFC 4180), safe to open in a spreadsheet.
    case csv
}

/// Shows tables.
enum TableRenderer {
    static func render(_ tables: [QueryTable], as format: TableFormat) -> String {
        switch format {
        case .text: tables.filter { !$0.rows.isEmpty }.map(text).joined(separator: "\n")
        case .csv: tables.map(csv).joined()
        case .json: json(tables)
        }
    }

    private static func text(_ table: QueryTable) -> String {
        let names = table.columns.map(\.name)
        let rows = table.rows.map { $0.values.map { ($0 ?? "").replacing("\n", with: " ") } }
        var widths = names.map(width)
        for row in rows {
            for (index, value) in row.enumerated() where index < widths.count {
                widths[index] = max(widths[index], min(width(value), 48))
            }
        }
        func line(_ values: [String]) -> String {
            var parts: [String] = []
            for (index, value) in values.enumerated() where index < widths.count {
                let shown = clipped(value, 48)
                let padding = String(repeating: " ", count: max(0, widths[index] - width(shown)))
                let isNumber = [.integer, .decimal].contains(table.columns[index].kind)
                parts.append(isNumber ? padding + shown : shown + padding)
            }
            var text = parts.joined(separator: "  ")
            while text.hasSuffix(" ") { text.removeLast() }
            return text + "\n"
        }
        return table.name + "\n" + line(names) + line(widths.map { String(repeating: "-", count: $0) })
            + rows.map(line).joined()
    }

    /// How many columns of a terminal a text takes: Chinese, Japanese and Korean characters take two.
    static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { total, scalar in
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60,
                0xFFE0...0xFFE6, 0x20000...0x3FFFD:
                total + 2
            case 0x0300...0x036F: total
            default: total + 1
            }
        }
    }

    private static func clipped(_ text: String, _ limit: Int) -> String {
        guard width(text) > limit else { return text }
        var result = ""
        for character in text {
            if width(result) + width(String(character)) > limit - 1 { break }
            result.append(character)
        }
        return result + "…"
    }

    private static func csv(_ table: QueryTable) -> String {
        func line(_ values: [String], _ kinds: [ColumnKind]) -> String {
            zip(values, kinds).map { cell($0, $1) }.joined(separator: ",") + "\r\n"
        }
        let names = table.columns.map(\.name)
        return line(names, names.map { _ in .text })
            + table.rows.map { line($0.values.map { $0 ?? "" }, table.columns.map(\.kind)) }.joined()
    }

    /// A cell of CSV. What a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers.
    static func cell(_ value: String, _ kind: ColumnKind) -> String {
        var value = value
        let isNumber = kind == .integer || kind == .decimal
        if !isNumber, let first = value.first, "=+-@\t\r".contains(first) { value = "'" + value }
        guard value.contains(where: { ",\"\r\n".contains($0) }) else { return value }
        return "\"" + value.replacing("\"", with: "\"\"") + "\""
    }

    private static func json(_ tables: [QueryTable]) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        for (index, table) in tables.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            ObjectWriter.append(table.name, to: &bytes)
            bytes += Array(":[".utf8)
            for (place, row) in table.rows.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(UInt8(ascii: "{"))
                for (column, value) in zip(table.columns, row.values).enumerated() {
                    if column > 0 { bytes.append(UInt8(ascii: ",")) }
                    ObjectWriter.append(value.0.name, to: &bytes)
                    bytes.append(UInt8(ascii: ":"))
                    switch (value.0.kind, value.1) {
                    case (_, nil): bytes += Array("null".utf8)
                    case (.integer, let text?) where Int(text) != nil: bytes += Array(text.utf8)
                    case (.boolean, let text?): bytes += Array((text == "t" || text == "true" ? "true" : "false").utf8)
                    case (_, let text?): ObjectWriter.append(text, to: &bytes)
                    }
                }
                bytes.append(UInt8(ascii: "}"))
            }
            bytes.append(UInt8(ascii: "]"))
        }
        bytes += Array("}\n".utf8)
        return String(decoding: bytes, as: UTF8.self)
    }
}
