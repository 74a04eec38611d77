import ArgumentParser
import Client
import Foundation
import Importing
import PartyMatching

struct MatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "match", abstract: "Say which records of a file are one party.",
        discussion: """
            FILE has the columns id and name, and any of alias, address, phone, email, creditCode, taxId, bankAccount,
            branch, city and postcode; other columns are passed over. It is UTF-8, with or without a byte order mark, or
            GB 18030 (GBK), as Excel saves in China; which of them is said on standard error where it is not UTF-8.
            Written are id, cluster and probability, a row for each row read, in the same order, in UTF-8. An id that a
            spreadsheet would take for a formula gets an apostrophe before it. Needs no broker and no database.
            """)

    @Argument(help: "The records, as comma-separated values; - for standard input.")
    var file: String
    @Option(help: "Where to write the clusters; - for standard output.")
    var out = "-"
    @Option(
        name: .customLong("explain"), parsing: .upToNextOption,
        help: "Two identifiers: say why they are, or are not, one.")
    var explained: [String] = []
    @Flag(help: "Print explanation or outcome as JSON.")
    var json = false

    func run() throws {
        guard explained.isEmpty || explained.count == 2 else {
            throw ValidationError("--explain takes two identifiers")
        }
        let records = try Self.read(file)
        var progress = Progress()
        let matcher = PartyMatcher(records) { text in progress.show(text) }
        progress.end()
        if explained.count == 2 { return try explain(matcher) }
        let found = Dictionary(uniqueKeysWithValues: matcher.memberships.map { ($0.id, $0) })
        var text = "id,cluster,probability\n"
        for record in records {
            guard let membership = found[record.id] else { continue }
            text += CommaSeparated.cell(record.id) + "," + CommaSeparated.cell(membership.cluster) + ","
            text += String(format: "%.4f", membership.probability) + "\n"
        }
        if out == "-" {
            print(text, terminator: "")
        } else {
            do {
                try Data(text.utf8).write(to: URL(fileURLWithPath: out))
            } catch {
                throw Failure("'\(out)' cannot be written: \(error.localizedDescription)")
            }
            let clusters = Set(found.values.map(\.cluster)).count
            if json {
                print("{\"records\":\(records.count),\"clusters\":\(clusters)}")
            } else {
                say("\(records.count) records, \(clusters) parties, in \(out)")
            }
        }
    }

    private func explain(_ matcher: PartyMatcher) throws {
        guard let found = matcher.explain(explained[0], explained[1]) else {
            throw Failure("'\(explained[0])' or '\(explained[1])' is not among the records")
        }
        if json {
            let lines = found.lines.map {
                ["field": $0.field, "level": $0.level, "weight": String(format: "%.2f", $0.weight)]
            }
            let object: [String: Any] = [
                "fields": lines, "veto": found.veto ?? "", "probability": found.probability, "joined": found.isJoined,
            ]
            print(
                String(
                    decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
            )
            return
        }
        for line in found.lines {
            let name = line.field.padding(toLength: 14, withPad: " ", startingAt: 0)
            let level = line.level.padding(toLength: 20, withPad: " ", startingAt: 0)
            print("\(name)\(level)\(String(format: "%+.2f", line.weight)) bits")
        }
        if let veto = found.veto { print("ruled out: \(veto)") }
        print(
            "probability \(String(format: "%.4f", found.probability)); \(found.isJoined ? "one party" : "not joined")")
    }

    /// Reads the records of a file.
    static func read(_ file: String) throws -> [PartyRecord] {
        var rows = CommaSeparated(try ColumnFile.text(of: file))
        guard let header = rows.next() else {
            throw Failure(
                "\(rows.problem ?? "'\(file)' is empty"): the first line must name the columns, at least id and name")
        }
        let names = header.map { $0.trimmingCharacters(in: .whitespaces) }
        guard let identifier = names.firstIndex(of: "id") else { throw Failure("line 1: the column 'id' is missing") }
        guard names.contains("name") else { throw Failure("line 1: the column 'name' is missing") }
        let fields = names.map { PartyRecord.Field(rawValue: $0) }
        var records: [PartyRecord] = []
        var seen: Set<String> = []
        while let row = rows.next() {
            guard row.count == names.count else {
                throw Failure("line \(rows.line): \(row.count) fields, the header has \(names.count)")
            }
            let id = row[identifier]
            guard !id.isEmpty else { throw Failure("line \(rows.line): the column 'id' is empty") }
            guard seen.insert(id).inserted else {
                throw Failure("line \(rows.line): the id '\(id)' stood there before")
            }
            var values: [PartyRecord.Field: String] = [:]
            for (field, value) in zip(fields, row) where !value.isEmpty {
                if let field { values[field] = value }
            }
            records.append(PartyRecord(id: id, values))
        }
        if let problem = rows.problem { throw Failure(problem) }
        return records
    }
}
