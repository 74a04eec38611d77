import Client
import Contracts
import Domain
import HTTPTypes
import Hummingbird
import Importing

/// A table as a file that a spreadsheet opens: no cell is taken for a formula.
struct ListFile: Sendable {
    /// In which form.
    enum Form: String, Sendable, CaseIterable {
        /// Comma-separated values, with the mark by which spreadsheets know UTF-8.
        case csv
        /// A workbook of one sheet.
        case xlsx

        /// What it is, for a browser.
        var type: String {
            switch self {
            case .csv: "text/csv; charset=utf-8; header=present"
            case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
        }
    }

    let table: QueryTable
    let described: TableDescription?
    let zone: OrganisationZone

    /// The file as an answer.
    ///
    /// - Parameters:
    ///   - form: in which form.
    ///   - parts: what its name is made of; nothing but letters, figures, points and dashes stands there.
    func response(_ form: Form, named parts: [String]) -> Response {
        let name = parts.joined(separator: "-").map { character in
            character.isASCII && (character.isLetter || character.isNumber || character == ".") ? character : "-"
        }
        let body = form == .csv ? ByteBuffer(string: csv) : ByteBuffer(bytes: xlsx)
        return Response(
            status: .ok,
            headers: [
                .contentType: form.type,
                .contentDisposition: "attachment; filename=\"\(String(name)).\(form.rawValue)\"",
            ], body: .init(byteBuffer: body))
    }

    /// As comma-separated values.
    var csv: String {
        var text = "\u{FEFF}" + CSVText.line(table.columns.map(\.name), table.columns.map { _ in .text })
        for row in table.rows {
            text +=
                zip(table.columns, row.values).map { column, value in
                    value.map { CSVText.cell(written($0, column), isNumber($0, column) ? .decimal : .text) } ?? ""
                }.joined(separator: ",") + "\r\n"
        }
        return text
    }

    /// As a workbook.
    var xlsx: [UInt8] {
        var book = WorkbookWriter(sheet: table.name, columns: table.columns.map(\.name))
        for row in table.rows {
            // A list has far fewer rows than a sheet.
            _ = book.add(
                zip(table.columns, row.values).map { column, value -> WorkbookWriter.Cell in
                    guard let value else { return .empty }
                    let text = written(value, column)
                    return isNumber(value, column) ? .number(text) : .text(text)
                })
        }
        return book.bytes
    }

    private func written(_ value: String, _ column: QueryColumn) -> String {
        ProgramForm.value(value, described?.kind(of: column.name), column.kind, in: zone)
    }

    /// A number as it was told; whatever else stands there is text, and guarded as such.
    private func isNumber(_ value: String, _ column: QueryColumn) -> Bool {
        let isFigure =
            switch described?.kind(of: column.name) {
            case .money, .quantity, .rate, .count: true
            default: column.kind == .integer || column.kind == .decimal
            }
        return isFigure && Double(value) != nil
    }
}
