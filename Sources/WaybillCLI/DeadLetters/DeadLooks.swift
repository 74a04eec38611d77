import ArgumentParser
import BrokerLayout
import Client
import Contracts
import Domain
import Foundation
import Importing
import Messaging
import Operations

struct DeadList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List refused messages; one that stands there twice after a crash is one line.")

    @OptionGroup var filter: DeadFilter
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var rows: [[String?]] = []
        // By their bytes: two texts that look the same may be two ids.
        var places: [[[UInt8]]: Int] = [:]
        for letter in try await filter.letters() {
            let key = [letter.service.rawValue, letter.source ?? "", letter.id ?? "\(rows.count)", letter.type ?? ""]
                .map { Array($0.utf8) }
            if let place = places[key] {
                rows[place][8] = String((Int(rows[place][8] ?? "") ?? 1) + 1)
                continue
            }
            places[key] = rows.count
            rows.append([
                letter.refusedAt?.description, letter.service.rawValue, letter.reason, letter.path, letter.type,
                letter.handle,
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
        for letter in try await filter.letters() {
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
        let letters = try await filter.letters()
        for letter in letters { Self.show(letter) }
        if letters.isEmpty {
            say("no refused message has the id '\(id)'")
            throw ExitCode(2)
        }
    }

    /// Prints a letter. All of it is a stranger's: nothing of it may act on the terminal.
    private static func show(_ letter: BrowsedDeadLetter) {
        let properties = letter.delivery.properties
        print(
            letter.isGivenUp
                ? "given up by the broker for \(letter.service.rawValue)" : "refused by \(letter.service.rawValue)")
        for (name, value) in [
            ("id", letter.handle), ("source", letter.source), ("type", letter.type),
            ("content type", properties.contentType),
        ] {
            if let value { print("  \(name): \(TerminalText.visible(value))") }
        }
        for (name, value) in properties.headers.sorted(by: { $0.key < $1.key }) {
            let text = name == "x-death" && !properties.deaths.isEmpty ? words(properties.deaths) : value.text
            print("  \(TerminalText.visible(name)): \(TerminalText.visible(text ?? "\(value)"))")
        }
        let body = letter.delivery.body
        let text = try? TextEncoding.decode(body, name: "the body")
        let encoding = text.map { $0.original.map { ", \($0)" } ?? "" } ?? ", not UTF-8"
        print("body (\(body.count) bytes\(encoding)):")
        show(text?.bytes ?? body)
        if letter.glimpse.isStructured,
            let event = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
            let data = (event["data_base64"] as? String).flatMap({ Data(base64Encoded: $0) })
        {
            print("its data (\(data.count) bytes, in Base64 there):")
            show(Array(data))
        }
    }

    /// What the broker wrote on it each time it gave it up, the latest first.
    private static func words(_ deaths: [BrokerDeath]) -> String {
        deaths.map { death in
            let time = death.time.flatMap(GivenUp.instant)?.description
            return "\(death.reason) in \(death.queue)" + (time.map { " at \($0)" } ?? "")
                + (death.count.map { $0 > 1 ? ", \($0) times" : "" } ?? "")
        }.joined(separator: "; ")
    }

    private static func show(_ bytes: [UInt8]) {
        for line in String(decoding: bytes.prefix(16_384), as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            print(TerminalText.visible(String(line)))
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
        let letters = try await filter.letters()
        var text = ""
        for letter in letters { text += try LetterFile.line(letter) + "\n" }
        if out == "-" {
            print(text, terminator: "")
        } else {
            try Data(text.utf8).write(to: URL(fileURLWithPath: out))
            say("\(letters.count) messages in \(out)")
        }
        if letters.isEmpty { throw ExitCode(2) }
    }
}
