import Contracts
import Domain

/// How tables are shown.
enum TableFormat {
    /// Aligned, for people.
    case text
    /// One object, for programs.
    case json
    /// Comma-separated (RFC 4180), safe to open in a spreadsheet.
    case csv
}

/// Shows tables that are there as a whole.
enum TableRenderer {
    static func render(
        _ tables: [QueryTable], as format: TableFormat, layout: TableLayout = .standard,
        style: OutputStyle = .standard, zone: OrganisationZone = .current,
        described: (QueryTable) -> TableDescription? = { _ in nil }
    ) -> String {
        var writer = TableWriter(format, layout, style: style, zone: zone)
        return tables.map { table in
            writer.begin(table, described(table)) + writer.rows(of: table) + writer.end(table)
        }.joined() + writer.finish()
    }

    /// A cell of CSV. What a spreadsheet would take for a formula, at the beginning of the value or of one of its lines,
    /// gets an apostrophe before it; numbers stay numbers.
    static func cell(_ value: String, _ kind: ColumnKind) -> String {
        var text = String.UnicodeScalarView()
        let isNumber = kind == .integer || kind == .decimal
        var (isBeginning, isQuoted) = (true, false)
        for scalar in value.unicodeScalars {
            if isBeginning, !isNumber, value != "-", isFormulaSign(scalar) { text.append("'") }
            isBeginning = scalar == "\n" || scalar == "\r"
            if scalar == "\"" { text.append(scalar) }
            if scalar == "\"" || scalar == "," || scalar == "\n" || scalar == "\r" { isQuoted = true }
            text.append(scalar)
        }
        return isQuoted ? "\"\(String(text))\"" : String(text)
    }

    /// What a formula begins with in a spreadsheet, in its usual and its full-width form.
    private static func isFormulaSign(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠": true
        default: false
        }
    }
}
