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
        var writer = TableWriter(format)
        return tables.map { writer.begin($0) + writer.rows(of: $0) + writer.end($0) }.joined() + writer.finish()
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

    static func clipped(_ text: String, _ limit: Int) -> String {
        guard width(text) > limit else { return text }
        var result = ""
        for character in text {
            if width(result) + width(String(character)) > limit - 1 { break }
            result.append(character)
        }
        return result + "…"
    }

    /// A cell of CSV. What a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers.
    static func cell(_ value: String, _ kind: ColumnKind) -> String {
        var value = value
        let isNumber = kind == .integer || kind == .decimal
        if !isNumber, let first = value.first, "=+-@\t\r".contains(first) { value = "'" + value }
        guard value.contains(where: { ",\"\r\n".contains($0) }) else { return value }
        return "\"" + value.replacing("\"", with: "\"\"") + "\""
    }
}
