import Contracts
import Foundation
import Importing

/// What has become of the lines of a file, or would.
struct ImportOutcome {
    static let columns = ["lines", "new", "changed", "joins", "probable", "same", "refused"]

    private(set) var lines = 0
    private(set) var refused = 0
    private var outcomes: [ImportQuestions.Outcome: Int] = [:]
    /// Where the refused lines are.
    var report: String?
    /// What is wrong with the file itself.
    var problem: String?

    mutating func count(_ outcome: ImportQuestions.Outcome) {
        lines += 1
        if outcome == .refused { refused += 1 } else { outcomes[outcome, default: 0] += 1 }
    }

    /// That a line which was to be taken was refused after all.
    mutating func refuse(_ former: ImportQuestions.Outcome) {
        outcomes[former, default: 0] -= 1
        refused += 1
    }

    var counts: [Int] {
        [lines] + [.new, .changed, .joins, .probable, .same].map { outcomes[$0, default: 0] } + [refused]
    }

    func description(isDry: Bool) -> String {
        let parts = zip(Self.columns, counts).dropFirst().filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        return "\(lines) lines: \(parts.isEmpty ? "nothing" : parts.joined(separator: ", "))"
            + (isDry ? "; nothing was published" : "")
    }
}

/// The lines that could not be taken, written as they come: whoever interrupts it has those so far.
struct RefusedReport {
    let path: String
    private let lines: RefusedLines
    private let columns: [String]
    private var file: FileHandle?

    init(_ path: String, _ columns: [String]) {
        self.path = path
        self.columns = columns
        lines = RefusedLines(columns: columns)
    }

    /// Whether a line was written.
    var isWritten: Bool { file != nil }

    mutating func add(_ row: TableFile.Row, _ faults: [LineFault]) throws {
        if file == nil {
            try OutputFile.write(lines.header(columns), to: path)
            file = FileHandle(forWritingAtPath: path)
            _ = try file?.seekToEnd()
        }
        try file?.write(contentsOf: Data(lines.line(row, faults).utf8))
    }
}

/// What would happen, line by line, written as it is known.
struct OutcomeListing {
    /// What is told of a line.
    struct Entry {
        let line: Int
        let key: String
        let outcome: ImportQuestions.Outcome
        var reason: String?
        var field: String?
        var detail: String?
        var party: String?
        var name: String?
        var probability: String?

        fileprivate var values: [String?] {
            [String(line), key, outcome.rawValue, reason, field, detail, party, name, probability]
        }
    }

    private static let columns = [
        QueryColumn("line", .integer), QueryColumn("number"), QueryColumn("outcome"), QueryColumn("reason"),
        QueryColumn("field"), QueryColumn("detail"), QueryColumn("party"), QueryColumn("name"),
        QueryColumn("probability", .decimal),
    ]

    private var writer: TableWriter
    private var last: QueryTable?

    init(_ format: TableFormat) { writer = TableWriter(format) }

    mutating func tell(_ entries: [Entry]) {
        let page = QueryTable("lines", Self.columns, rows: entries.map(\.values))
        if last == nil { print(writer.begin(page), terminator: "") }
        print(writer.rows(of: page), terminator: "")
        last = page
    }

    mutating func end() {
        guard let last else { return print(writer.finish(), terminator: "") }
        print(writer.end(last) + writer.finish(), terminator: "")
    }
}
