import Contracts

/// Lines that could not be taken, as a table to mend and import again: as they stood, and behind them why. The columns
/// behind are passed over when it is read.
package struct RefusedLines: Sendable {
    /// What stands behind the columns of the file.
    package static let columns = ["refused: line", "refused: reason", "refused: field", "refused: detail"]

    private let own: [Int]
    private let width: Int

    /// - Parameter columns: the columns of the file.
    package init(columns: [String]) {
        own = columns.indices.filter { !Self.columns.contains(columns[$0]) }
        width = columns.count
    }

    /// The first line, with the mark by which office programs know UTF-8.
    package func header(_ columns: [String]) -> String {
        "\u{FEFF}" + line(own.map { columns[$0] } + Self.columns)
    }

    /// A line and what is wrong with it.
    package func line(_ row: TableFile.Row, _ faults: [LineFault]) -> String {
        line(
            own.map { row.fields.indices.contains($0) ? row.fields[$0] : "" } + [
                String(row.line), faults.map(\.reason.rawValue).joined(separator: "; "),
                faults.map { $0.column ?? $0.field }.joined(separator: "; "),
                faults.map(\.detail).joined(separator: "; "),
            ])
    }

    /// Values are written as they were: what a person mends is read again, and must be the same but for that. Only what a
    /// spreadsheet would calculate gets the apostrophe that is taken away again when it is read.
    private func line(_ values: [String]) -> String {
        values.map { value in
            let isFormula = value.first.map { "=+-@＝＋－＠\t".contains($0) } ?? false
            return CommaSeparated.quoted(isFormula && Double(value) == nil ? "'" + value : value)
        }.joined(separator: ",") + "\n"
    }
}
