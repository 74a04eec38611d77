package import Contracts

/// Values as a file of comma-separated values holds them, which a spreadsheet may open.
package enum CSVText {
    /// A cell of CSV. What a spreadsheet would take for a formula, at the beginning of the value or of one of its lines,
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
