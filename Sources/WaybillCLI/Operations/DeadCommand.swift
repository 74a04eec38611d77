import ArgumentParser
import Contracts
import Foundation
import Messaging
import ServiceKit

struct DeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead", abstract: "Refused messages: see them, replay them, or let them go.",
        subcommands: [List.self, Show.self, Replay.self, Discard.self])

    struct Filter: ParsableArguments {
        @Option(help: "Only what this service refused.")
        var service: String?
        @Option(help: "Only with this reason code.")
        var reason: String?
        @Option(help: "Only of this type.")
        var type: String?
        @Option(help: "Only the message with this id.")
        var id: String?
        @Option(help: "How many at most.")
        var limit = 1_000

        var services: [ServiceName] {
            get throws {
                guard let service else { return ServiceName.allCases }
                guard let name = ServiceName(rawValue: service) else {
                    throw ValidationError("'\(service)' is no service")
                }
                return [name]
            }
        }

        func takes(_ letter: Delivery) -> Bool {
            let headers = letter.properties.headers
            return (reason.map { headers[DeadLetter.Header.reason]?.text == $0 } ?? true)
                && (type.map { letter.properties.type == $0 } ?? true)
                && (id.map { letter.properties.messageID == $0 } ?? true)
        }
    }

    /// Looks at dead letters. What is neither acknowledged nor dropped goes back when the session closes.
    static func browse(
        _ filter: Filter, _ act: (BrokerSession, ServiceName, Delivery) async throws -> Void
    ) async throws -> Int {
        var found = 0
        for service in try filter.services {
            let session = try await BrokerSession.connect(Surroundings().operator("dead"))
            let waiting = try await session.status(of: Queues.dead(service)).messages
            guard waiting > 0 else {
                await session.close()
                continue
            }
            try await session.subscribe(Queues.dead(service), prefetch: 0)
            var seen = 0
            while seen < waiting, found < filter.limit {
                let letters = try await session.next(within: .seconds(2))
                if letters.isEmpty { break }
                for letter in letters {
                    seen += 1
                    guard filter.takes(letter), found < filter.limit else { continue }
                    found += 1
                    try await act(session, service, letter)
                }
            }
            await session.close()
        }
        return found
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List refused messages.")

        @OptionGroup var filter: Filter
        @OptionGroup var output: OutputOptions

        func run() async throws {
            var rows: [[String?]] = []
            _ = try await browse(filter) { _, service, letter in
                func header(_ name: String) -> String? { letter.properties.headers[name]?.text }
                rows.append([
                    header(DeadLetter.Header.refusedAt), service.rawValue,
                    header(DeadLetter.Header.reason) ?? "given up by the broker",
                    header(DeadLetter.Header.path), letter.properties.type ?? header(DeadLetter.Header.routingKey),
                    letter.properties.messageID, letter.properties.appID, header(DeadLetter.Header.detail),
                ])
            }
            try output.show([
                QueryTable(
                    "dead letters",
                    ["refused_at", "service", "reason", "path", "type", "id", "source", "detail"].map {
                        QueryColumn($0)
                    }, rows: rows)
            ])
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one refused message, whole.")

        @Argument(help: "The message's id.")
        var id: String
        @Option(help: "Only what this service refused.")
        var service: String?

        func run() async throws {
            var filter = Filter()
            filter.id = id
            filter.service = service
            filter.limit = 5
            filter.reason = nil
            filter.type = nil
            let found = try await browse(filter) { _, service, letter in
                print("refused by \(service.rawValue)")
                for (name, value) in letter.properties.headers.sorted(by: { $0.key < $1.key }) {
                    print("  \(name): \(value.text ?? "")")
                }
                print("body (\(letter.body.count) bytes):")
                print(String(decoding: letter.body.prefix(16_384), as: UTF8.self))
            }
            if found == 0 {
                say("no refused message has the id '\(id)'")
                throw ExitCode(2)
            }
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hand refused messages to the service that refused them once more, under their own ids.")

        @OptionGroup var filter: Filter
        @Flag(help: "Only say what would be replayed.")
        var dryRun = false

        func run() async throws {
            let publisher = Publisher(
                configuration: try Surroundings().operator("replay"), logger: Surroundings.quiet)
            let count = try await withThrowingTaskGroup(of: Int?.self) { group in
                group.addTask {
                    await publisher.run()
                    return nil
                }
                group.addTask {
                    try await browse(filter) { session, service, letter in
                        guard !dryRun else { return }
                        // First safely there again, then gone from here: a crash in between leaves it twice under one
                        // id, which has one effect.
                        let outcome = await publisher.publish([DeadLetter.replay(of: letter, service: service)])
                        guard outcome == [.confirmed] else { throw Failure("not replayed: \(outcome)") }
                        try await session.acknowledge(letter.tag)
                    }
                }
                defer { group.cancelAll() }
                while let result = try await group.next() {
                    if let result { return result }
                }
                return 0
            }
            say("\(dryRun ? "would replay" : "replayed") \(count)")
            if count == 0 { throw ExitCode(2) }
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let refused messages go for good.")

        @OptionGroup var filter: Filter
        @Flag(help: "Only say what would be discarded.")
        var dryRun = false
        @Flag(help: "Yes, for good.")
        var yes = false

        func run() async throws {
            guard yes || dryRun else {
                throw ValidationError("this cannot be undone: say --yes, or look first with --dry-run")
            }
            let count = try await browse(filter) { session, _, letter in
                if !dryRun { try await session.acknowledge(letter.tag) }
            }
            say("\(dryRun ? "would discard" : "discarded") \(count)")
            if count == 0 { throw ExitCode(2) }
        }
    }
}
