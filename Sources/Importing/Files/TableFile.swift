/// A table as somebody has saved it: CSV in whatever encoding, or a sheet of an XLSX workbook. The first row that is not
/// empty names the columns.
package struct TableFile: Sequence, IteratorProtocol {
    /// A row and where it stands.
    package struct Row: Sendable, Equatable {
        /// The line, or the number of the row in its sheet, from 1.
        package let line: Int
        /// The values, in the order of the columns; there may be fewer, or more.
        package let fields: [String]

        /// - Parameters: as the properties.
        package init(line: Int, fields: [String]) {
            (self.line, self.fields) = (line, fields)
        }
    }

    private enum Form {
        case text(CommaSeparated)
        case sheet(Workbook)
    }

    /// The names of the columns, without spaces around them.
    package let columns: [String]
    /// What the file is when that is worth saying, such as `GB 18030`.
    package let said: String?
    /// What is wrong with the file; the rows end there.
    package private(set) var problem: String?
    private var form: Form

    /// Opens a table.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - name: what to call it.
    ///   - sheet: the sheet of a workbook; the first that is not hidden when not given.
    package init(_ bytes: [UInt8], name: String, sheet: String? = nil) throws(FileFault) {
        if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
            throw FileFault(
                "'\(name)' is an old .xls, or protected by a password: save it as .xlsx without one, or as CSV")
        }
        let header: [String]?
        if ZipArchive.isArchive(bytes) {
            var book = try Workbook(bytes, name: name, sheet: sheet)
            header = try book.next()?.cells
            said = "an XLSX workbook, sheet '\(book.sheet)'"
            form = .sheet(book)
        } else {
            guard sheet == nil else { throw FileFault("'\(name)' is no workbook: it has no sheet '\(sheet ?? "")'") }
            let text = try TextEncoding.decode(bytes, name: name)
            var rows = CommaSeparated(text.bytes, separator: Self.separator(text.bytes))
            header = rows.next()
            if let problem = rows.problem { throw FileFault("'\(name)', \(problem)") }
            said = text.original
            form = .text(rows)
        }
        guard let header, header.contains(where: { !$0.isEmpty }) else {
            throw FileFault("'\(name)' is empty: the first row must name the columns")
        }
        columns = header.map(CellText.trimmed)
    }

    /// The next row; `nil` at the end, and where something is wrong, which ``problem`` then says.
    package mutating func next() -> Row? {
        guard problem == nil else { return nil }
        switch form {
        case .text(var rows):
            defer { form = .text(rows) }
            guard let fields = rows.next() else {
                problem = rows.problem
                return nil
            }
            return Row(line: rows.line, fields: fields)
        case .sheet(var book):
            defer { form = .sheet(book) }
            do {
                return try book.next().map { Row(line: $0.number, fields: $0.cells) }
            } catch {
                problem = error.description
                return nil
            }
        }
    }

    /// What separates the fields: whichever of comma, semicolon and tabulator the first line has most of outside quotes.
    private static func separator(_ bytes: [UInt8]) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == 10 || byte == 13 {
                if counts.isEmpty { continue }
                break
            }
            if [UInt8(ascii: ","), UInt8(ascii: ";"), 9].contains(byte) { counts[byte, default: 0] += 1 }
        }
        let comma = counts[UInt8(ascii: ","), default: 0]
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }.flatMap { $0.value > comma ? $0.key : nil }
            ?? UInt8(ascii: ",")
    }
}
