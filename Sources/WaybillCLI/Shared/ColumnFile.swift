import Client
import Domain
import Foundation
import Importing

/// A file of comma-separated values whose first line names the columns. How far it is read is shown as progress is, together
/// with whatever is done row by row.
struct ColumnFile: Sequence, IteratorProtocol {
    /// A row, and the line it began on.
    struct Row {
        let line: Int
        fileprivate let fields: [String]

        /// The field of a column by its place; empty for a column that the file does not have.
        subscript(_ column: Int?) -> String { column.map { fields[$0] } ?? "" }
    }

    /// The names of the columns.
    let columns: [String]
    /// What is wrong with the file; the rows end there.
    private(set) var problem: String?
    private let name: String
    private var rows: CommaSeparated
    private var progress: Progress

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - file: its path; `-` for standard input.
    ///   - required: the columns that it must have.
    ///   - progress: where it is shown how far it is read.
    /// - Throws: ``Failure`` when it cannot be read, or a column is missing or named twice.
    init(_ file: String, required: [String], progress: Progress = Progress()) throws {
        name = file
        self.progress = progress
        rows = CommaSeparated(try Self.text(of: file))
        guard let header = rows.next() else {
            throw Failure("\(file): \(rows.problem ?? "the file is empty"); the first line must name the columns")
        }
        columns = header.map(TypedText.plain)
        for column in required where !columns.contains(column) {
            throw Failure("\(file), line 1: the column '\(column)' is missing")
        }
        for (index, column) in columns.enumerated() where columns[..<index].contains(column) && !column.isEmpty {
            throw Failure("\(file), line 1: the column '\(column)' stands there twice")
        }
    }

    /// The place of a column; nil when the file does not have it.
    func place(_ column: String) -> Int? { columns.firstIndex(of: column) }

    /// The next row; nil at the end, and where something is wrong, which ``problem`` then says.
    mutating func next() -> Row? {
        guard problem == nil else { return nil }
        guard let fields = rows.next() else {
            problem = rows.problem.map { "\(name), \($0)" }
            progress.end()
            return nil
        }
        let (file, line) = (name, rows.line)
        progress.show("\(file): line \(line)")
        guard fields.count == columns.count else {
            problem = "\(name), line \(rows.line): \(fields.count) fields, the header has \(columns.count)"
            return nil
        }
        return Row(line: rows.line, fields: fields)
    }

    /// The text of a file, or of standard input for `-`, in UTF-8. What it was in when that was something else is said.
    ///
    /// - Throws: ``Failure`` when it cannot be read, or is in no encoding that is known.
    static func text(of file: String) throws -> [UInt8] {
        let text = try TextEncoding.decode(
            Array(try contents(of: file)), name: file == "-" ? "standard input" : file)
        if let original = text.original { say("'\(file)' is \(original), read as such") }
        return text.bytes
    }

    /// The bytes of a file, or of standard input for `-`.
    static func contents(of file: String) throws -> Data {
        if file == "-" { return FileHandle.standardInput.readDataToEndOfFile() }
        guard let data = FileManager.default.contents(atPath: file) else { throw Failure("'\(file)' cannot be read") }
        return data
    }
}

/// Where a command writes its result.
enum OutputFile {
    /// Writes a text to a file, or to standard output for `-`.
    static func write(_ text: String, to file: String) throws {
        if file == "-" { return FileHandle.standardOutput.write(Data(text.utf8)) }
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        } catch {
            throw Failure("'\(file)' cannot be written: \(error.localizedDescription)")
        }
    }
}

/// What is wrong with single rows of a file: each is said on standard error, and the command ends with 2.
struct Findings {
    private static let shown = 20
    private(set) var count = 0

    /// Says what is wrong on a line. Past the first twenty only their number is said, by ``end()``.
    mutating func say(_ file: String, line: Int, _ reason: String, _ detail: String) {
        count += 1
        if count <= Self.shown { WaybillCLI.say("\(file), line \(line): \(reason): \(detail)") }
    }

    /// Says how many more there were.
    func end() {
        if count > Self.shown { WaybillCLI.say("… and \(count - Self.shown) more lines of that file") }
    }
}
