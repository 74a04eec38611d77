package import Contracts

/// Values as a file of comma-separated values holds them, which a spreadsheet may open.
package enum CSVText {
    /// A line of CSV, with its end.
    ///
    /// - Parameters:
    ///   - values: its cells.
    ///   - kinds: as what each was told.
    package static func line(_ values: [String], _ kinds: [ColumnKind]) -> String {
        zip(values, kinds).map { cell($0, $1) }.joined(separator: ",") + "\r\n"
    }

    /// A cell of CSV (RFC 4180). What a spreadsheet would take for a formula, at the beginning of the value or of one of its lines,
    /// gets an apostrophe before it; numbers stay numbers.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - kind: as what it was told.
    package static func cell(_ value: String, _ kind: ColumnKind) -> String {
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
