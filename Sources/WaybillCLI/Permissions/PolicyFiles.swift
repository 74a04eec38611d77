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
            read.policy, findings.map { Fault(reason: $0.reason.rawValue, path: $0.path, detail: $0.detail) }
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

    /// Prints a table of any length.
    static func show(_ name: String, _ columns: [String], _ rows: [[String?]], as format: TableFormat) {
        var writer = TableWriter(format, .standard)
        let columns = columns.map { QueryColumn($0) }
        let pages = stride(from: 0, to: max(rows.count, 1), by: QueryTable.maximumRows).map { start in
            QueryTable(name, columns, rows: Array(rows[start..<min(start + QueryTable.maximumRows, rows.count)]))
        }
        guard let first = pages.first, let last = pages.last else { return }
        var text = writer.begin(first)
        for page in pages { text += writer.rows(of: page) }
        print(text + writer.end(last) + writer.finish(), terminator: "")
    }
}

extension PermissionDecision {
    /// The fields as they are told: with whose rights where these are somebody else's.
    var toldFields: String {
        fields.map { $0.field.rawValue + ($0.onBehalfOf.map { " (\($0))" } ?? "") }.joined(separator: " ")
    }
}
