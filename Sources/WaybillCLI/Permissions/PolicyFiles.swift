import Client
import Contracts
import Domain
import Foundation

/// Policies of permissions as files.
enum PolicyFiles {
    /// Something that is wrong with a policy.
    struct Fault: Equatable {
        let reason: String
        let path: String
        let detail: String

        init(reason: String, path: String, detail: String) {
            (self.reason, self.path, self.detail) = (reason, path, detail)
        }

        init(_ finding: PermissionFinding) {
            self.init(reason: finding.reason.rawValue, path: finding.path, detail: finding.detail)
        }
    }

    /// The bytes of a file.
    ///
    /// - Throws: ``Refusal`` when there is no such file.
    static func bytes(of file: String) throws(Refusal) -> [UInt8] {
        do { return Array(try ColumnFile.contents(of: file)) } catch {
            throw Refusal(.notFound, path: "$", "the file cannot be read")
        }
    }

    /// Reads a file and looks for all that is wrong with it. What the lines come to is looked at once all of them are read.
    ///
    /// - Throws: ``Failure`` when there is no such file.
    static func read(_ file: String, on day: CalendarDay) throws -> (policy: PermissionPolicy?, faults: [Fault]) {
        let read: PermissionPolicyFile
        do {
            read = try PermissionPolicyFile(json: Array(try ColumnFile.contents(of: file)))
        } catch let refusal as Refusal {
            return (nil, [Fault(reason: refusal.reason.rawValue, path: refusal.path, detail: refusal.detail)])
        }
        guard read.faults.isEmpty else {
            return (
                nil, read.faults.map { Fault(reason: $0.reason.rawValue, path: $0.path, detail: $0.detail) }
            )
        }
        let findings = read.policy.findings(on: day)
        return (
            read.policy, findings.map { Fault($0) }
        )
    }

    /// A policy with which nothing is wrong: no answer is given by one that would be refused.
    ///
    /// - Throws: ``ClientError`` that is a refusal, with what is wrong first.
    static func sound(_ file: String, on day: CalendarDay) throws -> PermissionPolicy {
        let (policy, faults) = try read(file, on: day)
        guard let policy, faults.isEmpty else {
            let first = faults.first.map { "\($0.reason) at \($0.path): \($0.detail)" } ?? ""
            throw ClientError(
                .refused, "\(file): \(first)" + (faults.count > 1 ? " (and \(faults.count - 1) more)" : ""))
        }
        return policy
    }

    /// The policy that holds, as the customer service tells it. It was looked at when it was set.
    ///
    /// - Throws: ``ClientError`` that is a refusal, when nobody has set one or it cannot be read here.
    static func holding() async throws -> PermissionPolicy {
        let tables = try await Asking.once(.customer, PeopleQuestions.policy.name)
        return try holding(tables)
    }

    /// The same, of what the service has told.
    static func holding(_ tables: [QueryTable]) throws -> PermissionPolicy {
        guard let text = document(of: tables) else {
            throw ClientError(.refused, "nobody has set a policy: name a file, with --file or --against")
        }
        do {
            let file = try PermissionPolicyFile(json: Array(text.utf8))
            guard let fault = file.faults.first else { return file.policy }
            throw ClientError(
                .refused, "the policy that holds: \(fault.reason.rawValue) at \(fault.path): \(fault.detail)")
        } catch let refusal as Refusal {
            throw ClientError(.refused, "the policy that holds: \(refusal.path): \(refusal.detail)")
        }
    }

    /// The text of a policy, put together of the parts in which it is told; `nil` when there is none.
    static func document(of tables: [QueryTable]) -> String? {
        guard let parts = tables.first(where: { $0.name == "document" }), !parts.rows.isEmpty else { return nil }
        let place = parts.columns.firstIndex { $0.name == "text" }
        return parts.rows.map { row in place.flatMap { row.values[$0] } ?? "" }.joined()
    }

    /// The day that was typed, or today.
    static func day(_ text: String?) throws -> CalendarDay {
        guard let text else {
            return Timestamp(microsecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1e6)).day()
        }
        guard let day = CalendarDay(TypedText.plain(text)) else {
            throw ClientError(.refused, "'\(text.prefix(64))' is no day; write it as 2026-01-05")
        }
        return day
    }

    /// A word of a list.
    static func word<Word: RawRepresentable<String> & CaseIterable>(
        _ text: String, _ what: String, _ type: Word.Type
    ) throws -> Word {
        guard let word = Word(rawValue: text) else {
            let known = type.allCases.map(\.rawValue).joined(separator: ", ")
            throw ClientError(.refused, "there is no \(what) '\(text.prefix(64))', only \(known)")
        }
        return word
    }

    /// A table as it is printed.
    struct Table {
        let name: String
        let columns: [String]
        let rows: [[String?]]
    }

    /// Prints a table of any length.
    static func show(_ name: String, _ columns: [String], _ rows: [[String?]], as format: TableFormat) {
        show([Table(name: name, columns: columns, rows: rows)], as: format)
    }

    /// Prints tables of any length, one after the other; in JSON they make one object.
    static func show(_ tables: [Table], as format: TableFormat) {
        guard case .json = format else {
            for table in tables {
                var writer = TableWriter(format, .standard)
                print(pages(table, &writer) + writer.finish(), terminator: "")
            }
            return
        }
        var writer = TableWriter(format, .standard)
        print(tables.map { pages($0, &writer) }.joined() + writer.finish(), terminator: "")
    }

    private static func pages(_ table: Table, _ writer: inout TableWriter) -> String {
        let whole = QueryTable(table.name, table.columns.map { QueryColumn($0) }, rows: table.rows)
        return writer.begin(whole) + writer.rows(of: whole) + writer.end(whole)
    }
}
