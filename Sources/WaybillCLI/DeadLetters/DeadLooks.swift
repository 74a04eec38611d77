import ArgumentParser
import Contracts
import Domain
import Foundation
import Messaging
import ServiceKit

struct DeadList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List refused messages; one that stands there twice after a crash is one line.")

    @OptionGroup var filter: DeadFilter
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var rows: [[String?]] = []
        var places: [String: Int] = [:]
        for letter in try await DeadLetterShelf.all(filter) {
            let key = [letter.service.rawValue, letter.source ?? "", letter.id ?? "\(rows.count)", letter.type ?? ""]
                .joined(separator: "\u{1}")
            if let place = places[key] {
                rows[place][8] = String((Int(rows[place][8] ?? "") ?? 1) + 1)
                continue
            }
            places[key] = rows.count
            rows.append([
                letter.refusedAt?.description, letter.service.rawValue, letter.reason, letter.path, letter.type,
                letter.id,
                letter.source, letter.detail, "1",
            ])
        }
        let columns = ["refused_at", "service", "reason", "path", "type", "id", "source", "detail"].map {
            QueryColumn($0)
        }
        try output.show([QueryTable("dead letters", columns + [QueryColumn("copies", .integer)], rows: rows)])
    }
}

struct DeadGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Count refused messages by service, reason, type and source.")

    @OptionGroup var filter: DeadFilter
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var counts: [[String]: (count: Int, first: Timestamp?, last: Timestamp?)] = [:]
        for letter in try await DeadLetterShelf.all(filter) {
            let key = [letter.service.rawValue, letter.reason, letter.type ?? "", letter.source ?? ""]
            var entry = counts[key] ?? (0, nil, nil)
            entry.count += 1
            if let time = letter.refusedAt {
                entry.first = min(entry.first ?? time, time)
                entry.last = max(entry.last ?? time, time)
            }
            counts[key] = entry
        }
        let ordered = counts.sorted { ($1.value.count, $0.key.joined()) < ($0.value.count, $1.key.joined()) }
        try output.show([
            QueryTable(
                "groups",
                ["service", "reason", "type", "source"].map { QueryColumn($0) }
                    + [QueryColumn("messages", .integer), QueryColumn("first"), QueryColumn("last")],
                rows: ordered.map { key, entry in
                    key + [String(entry.count), entry.first?.description, entry.last?.description]
                })
        ])
    }
}

struct DeadShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one refused message, whole.")

    @Argument(help: "The message's id.")
    var id: String
    @Option(help: "Only what this service refused.")
    var service: String?

    func run() async throws {
        let filter = try DeadFilter.parse(["--id", id, "--limit", "5"] + (service.map { ["--service", $0] } ?? []))
        let letters = try await DeadLetterShelf.all(filter)
        for letter in letters {
            print("refused by \(letter.service.rawValue)")
            for (name, value) in letter.delivery.properties.headers.sorted(by: { $0.key < $1.key }) {
                print("  \(name): \(value.text ?? "\(value)")")
            }
            print("body (\(letter.delivery.body.count) bytes):")
            print(String(decoding: letter.delivery.body.prefix(16_384), as: UTF8.self))
        }
        if letters.isEmpty {
            say("no refused message has the id '\(id)'")
            throw ExitCode(2)
        }
    }
}

struct DeadExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write refused messages as JSON, one a line: headers, and the body as text or base64.")

    @OptionGroup var filter: DeadFilter
    @Option(help: "The file to write; - for standard output.")
    var out = "-"

    func run() async throws {
        let letters = try await DeadLetterShelf.all(filter)
        var text = ""
        for letter in letters { text += try Self.line(letter) + "\n" }
        if out == "-" {
            print(text, terminator: "")
        } else {
            try Data(text.utf8).write(to: URL(fileURLWithPath: out))
            say("\(letters.count) messages in \(out)")
        }
        if letters.isEmpty { throw ExitCode(2) }
    }

    private static func line(_ letter: DeadLetterOnShelf) throws -> String {
        var object: [String: Any] = ["service": letter.service.rawValue, "reason": letter.reason]
        object["id"] = letter.id
        object["type"] = letter.type
        object["source"] = letter.source
        object["path"] = letter.path
        object["refusedAt"] = letter.refusedAt?.description
        object["contentType"] = letter.delivery.properties.contentType
        object["headers"] = letter.delivery.properties.headers.compactMapValues { $0.text }
        if let text = String(validating: letter.delivery.body, as: UTF8.self) {
            object["body"] = text
        } else {
            object["bodyBase64"] = Data(letter.delivery.body).base64EncodedString()
        }
        return String(
            decoding: try JSONSerialization.data(
                withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]),
            as: UTF8.self)
    }
}
