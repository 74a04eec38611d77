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
        try output.show([DeadLetterLists.list(try await filter.letters())])
    }
}

struct DeadGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Count refused messages by service, reason, type and source.")

    @OptionGroup var filter: DeadFilter
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try output.show([DeadLetterLists.groups(try await filter.letters())])
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
