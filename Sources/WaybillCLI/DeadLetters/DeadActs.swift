import ArgumentParser
import Contracts
import Domain
import Foundation
import Messaging
import ServiceKit

/// Publishes a batch with its audit records and, once all of it is confirmed, takes the letters out.
///
/// First safely there again, then gone from here: a crash in between leaves a message twice under one id, which has one
/// effect, and an act recorded that was done half. Never one done and not recorded.
func perform(
    _ act: AuditTrail.Act, _ letters: ArraySlice<DeadLetterOnShelf>, _ messages: [Outgoing], _ trail: AuditTrail,
    _ shelf: DeadLetterShelf, _ publisher: Publisher
) async throws {
    let outcomes = await publisher.publish(trail.records(act, Array(letters)) + messages)
    if let failed = outcomes.first(where: { $0 != .confirmed }) {
        throw Failure("the broker did not confirm (\(failed)); what was not done still stands in the dead letters")
    }
    try await shelf.takeOut(letters)
}

struct DeadReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Hand refused messages to the service that refused them once more, under their own ids.")

    @OptionGroup var filter: DeadFilter
    @Option(help: "Messages a second; as fast as the broker takes them when not given.")
    var rate: Double?
    @Option(help: "Why, for the record.")
    var why: String?
    @Option(help: "Days for which a message is known as handled (WAYBILL_RETENTION_INBOX_DAYS of the service).")
    var horizon = 14
    @Flag(help: "Also what is older than the horizon: if it was handled after all, it has its effect twice.")
    var force = false
    @Flag(help: "Only say what would be replayed.")
    var dryRun = false

    func run() async throws {
        let trail = try AuditTrail(why: why)
        let oldest = AuditTrail.now().adding(seconds: -Int64(horizon) * 86_400)
        let command = self
        let (count, refused) = try await withPublisher("replay") { publisher in
            var refused = 0
            var done = 0
            var progress = Progress()
            let started = ContinuousClock.now
            _ = try await DeadLetterShelf.each(command.filter) { shelf in
                let young = shelf.letters.filter { command.force || $0.refusedAt.map { $0 >= oldest } ?? true }
                refused += shelf.letters.count - young.count
                let size = command.rate.map { min(500, max(1, Int($0 / 10))) } ?? 500
                for start in stride(from: 0, to: young.count, by: size) {
                    let batch = young[start..<min(start + size, young.count)]
                    if !command.dryRun {
                        if let rate = command.rate {
                            try await Task.sleep(until: started + .seconds(Double(done) / rate), clock: .continuous)
                        }
                        try await perform(
                            .replay, batch, batch.map { DeadLetter.replay(of: $0.delivery, service: $0.service) },
                            trail,
                            shelf, publisher)
                    }
                    done += batch.count
                    let now = done
                    progress.show("replayed \(now)")
                }
            }
            progress.end()
            return (done, refused)
        }
        say("\(dryRun ? "would replay" : "replayed") \(count)")
        if refused > 0 {
            say(
                "\(refused) not replayed: refused more than \(horizon) days ago, they are past the time for which a "
                    + "message is known as handled; --force replays them all the same")
            throw ExitCode(1)
        }
        if count == 0 { throw ExitCode(2) }
    }
}

struct DeadDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Let refused messages go for good.")

    @OptionGroup var filter: DeadFilter
    @Option(help: "Why, for the record.")
    var why: String?
    @Flag(help: "Only say what would be discarded.")
    var dryRun = false
    @Flag(help: "Yes, for good.")
    var yes = false

    func run() async throws {
        guard yes || dryRun else {
            throw ValidationError("this cannot be undone: say --yes, or look first with --dry-run")
        }
        let trail = try AuditTrail(why: why)
        let command = self
        let count = try await withPublisher("discard") { publisher in
            try await DeadLetterShelf.each(command.filter) { shelf in
                guard !command.dryRun else { return }
                for start in stride(from: 0, to: shelf.letters.count, by: 500) {
                    let batch = shelf.letters[start..<min(start + 500, shelf.letters.count)]
                    try await perform(.discard, batch, [], trail, shelf, publisher)
                }
            }
        }
        say("\(dryRun ? "would discard" : "discarded") \(count)")
        if count == 0 { throw ExitCode(2) }
    }
}

struct DeadEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Mend a refused message where it stands; replay it afterwards.",
        discussion: """
            The new body is checked against the contract of its type before anything is changed. The id stays, and the
            digest of the old body is kept in a header and in the audit.
            """)

    @Option(help: "The message's id.")
    var id: String
    @Option(help: "Only what this service refused.")
    var service: String?
    @Option(help: "A file with the new body; - for standard input.")
    var body: String?
    @Option(parsing: .upToNextOption, help: "Changes of single values, such as currency=CNY lines[0].revenue=12.50.")
    var set: [String] = []
    @Option(help: "Another type, when the type was wrong.")
    var type: String?
    @Option(help: "Why, for the record.")
    var why: String?
    @Flag(help: "Only check.")
    var dryRun = false

    func validate() throws {
        guard (body == nil) != set.isEmpty || type != nil else {
            throw ValidationError("say --body FILE, or --set PATH=VALUE, or --type TYPE")
        }
    }

    func run() async throws {
        let filter = try DeadFilter.parse(["--id", id] + (service.map { ["--service", $0] } ?? []))
        let trail = try AuditTrail(why: why)
        let command = self
        let count = try await withPublisher("edit") { publisher in
            try await DeadLetterShelf.each(filter) { shelf in
                var messages: [Outgoing] = []
                for letter in shelf.letters { messages.append(try command.mended(letter)) }
                guard !command.dryRun else { return }
                try await perform(.edit, shelf.letters[...], messages, trail, shelf, publisher)
            }
        }
        guard count > 0 else {
            say("no refused message has the id '\(id)'")
            throw ExitCode(2)
        }
        say(
            dryRun
                ? "would edit \(count): the new body keeps the contract"
                : "edited \(count); 'dead replay --id \(id)' sends it on")
    }

    /// The letter as it will stand there.
    private func mended(_ letter: DeadLetterOnShelf) throws -> Outgoing {
        var bytes = letter.delivery.body
        if let body {
            let data =
                body == "-"
                ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: body)
            guard let data else { throw Failure("'\(body)' cannot be read") }
            bytes = Array(data)
        } else if !set.isEmpty {
            bytes = try BodyEdit.apply(set, to: bytes)
        }
        guard let name = type ?? letter.type, let contract = Catalogue.description(of: MessageType(name)) else {
            throw Failure(
                "the type '\(type ?? letter.type ?? "")' has no contract: say --type, 'waybill contracts list' has them"
            )
        }
        do {
            let root = try JSONDocument(parsing: bytes).root
            // A structured CloudEvent carries the message in its data.
            let isStructured = letter.delivery.properties.contentType?.hasPrefix("application/cloudevents") ?? false
            _ = try contract.reencode(isStructured ? root["data"] ?? root : root)
        } catch {
            throw Failure("the new body does not keep the contract of \(name): \(error)")
        }
        var properties = letter.delivery.properties
        properties.userID = nil
        if type != nil { properties.type = type }
        properties.headers["x-waybill-edited-from"] = .string(AuditRecord.digest(letter.delivery.body))
        return Outgoing(
            exchange: Exchanges.dead, routingKey: letter.service.rawValue, properties: properties, body: bytes)
    }
}

/// Changes single values of a JSON body.
enum BodyEdit {
    /// - Parameter changes: `path=value`; a value that is valid JSON of another kind than text must be quoted to be text.
    static func apply(_ changes: [String], to body: [UInt8]) throws -> [UInt8] {
        guard var root = try? JSONSerialization.jsonObject(with: Data(body)) else {
            throw Failure("the body is no JSON: give a new one with --body")
        }
        for change in changes {
            guard let equals = change.firstIndex(of: "=") else { throw Failure("'\(change)' is not PATH=VALUE") }
            var path = String(change[..<equals])
            if path.hasPrefix("$.") { path.removeFirst(2) }
            root = try replaced(root, steps(path)[...], value(String(change[change.index(after: equals)...])), path)
        }
        return Array(try JSONSerialization.data(withJSONObject: root, options: [.withoutEscapingSlashes]))
    }

    /// Numbers, true, false, null, and what is in quotes, as JSON; anything else as text. Amounts are texts in the
    /// contracts, so a decimal stays one.
    private static func value(_ text: String) -> Any {
        if let number = Int(text) { return number }
        if ["true", "false", "null"].contains(text) || text.hasPrefix("\"") || text.hasPrefix("{")
            || text.hasPrefix("[")
        {
            return (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])) ?? text
        }
        return text
    }

    private static func steps(_ path: String) -> [String] {
        path.replacing("[", with: ".").replacing("]", with: "").split(separator: ".").map(String.init)
    }

    private static func replaced(_ node: Any, _ steps: ArraySlice<String>, _ value: Any, _ path: String) throws -> Any {
        guard let step = steps.first else { return value }
        if var object = node as? [String: Any] {
            object[step] = try replaced(object[step] ?? [String: Any](), steps.dropFirst(), value, path)
            return object
        }
        if var list = node as? [Any], let index = Int(step), list.indices.contains(index) {
            list[index] = try replaced(list[index], steps.dropFirst(), value, path)
            return list
        }
        throw Failure("the body has no '\(path)'")
    }
}
