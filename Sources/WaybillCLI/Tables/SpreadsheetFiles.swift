import Client
import Contracts
import Foundation

/// Tables as CSV in a folder, each in a file of its own, as a spreadsheet opens them.
struct SpreadsheetFiles {
    private let folder: URL
    private var file: FileHandle?

    /// Whether standard output goes into a file, which programs other than pipes will open.
    static var isStandardOutput: Bool {
        var status = stat()
        return fstat(STDOUT_FILENO, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// - Parameter folder: made when it is not there.
    init(_ folder: String) throws {
        self.folder = URL(fileURLWithPath: folder)
        do {
            try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        } catch {
            throw Failure("'\(folder)' cannot be made: \(error.localizedDescription)")
        }
    }

    /// Begins the file of a table, such as `not-due.csv` of a table 'not due'.
    mutating func begin(_ table: String) throws {
        let name = table.replacing(" ", with: "-").replacing("/", with: "-") + ".csv"
        let place = folder.appendingPathComponent(name)
        guard FileManager.default.createFile(atPath: place.path, contents: nil),
            let file = FileHandle(forWritingAtPath: place.path)
        else { throw Failure("'\(place.path)' cannot be written") }
        self.file = file
        say(place.path)
    }

    /// Writes on in the file that was begun last.
    func write(_ text: String) throws { try file?.write(contentsOf: Data(text.utf8)) }

    /// Writes tables that are there as a whole.
    static func write(
        _ tables: [QueryTable], to folder: String, _ layout: TableLayout,
        _ described: (QueryTable) -> TableDescription?
    ) throws {
        var files = try SpreadsheetFiles(folder)
        for table in tables {
            try files.begin(table.name)
            try files.write(TableRenderer.render([table], as: .csv, layout: layout, described: described))
        }
    }
}
