import ArgumentParser
import Contracts
import Domain
import Foundation
import Messaging
import ServiceKit

struct DeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead", abstract: "Refused messages: see them, mend them, replay them, or let them go.",
        discussion: """
            Every act keeps the message's id, so that replaying twice has one effect, and leaves a record of who did what,
            when and why ('dead audit').
            """,
        subcommands: [
            DeadList.self, DeadGroup.self, DeadShow.self, DeadExport.self, DeadEdit.self, DeadReplay.self,
            DeadDiscard.self,
            DeadAudit.self,
        ])
}

/// Which refused messages are meant.
struct DeadFilter: ParsableArguments {
    @Option(help: "Only what this service refused.")
    var service: String?
    @Option(help: "Only with this reason code.")
    var reason: String?
    @Option(help: "Only of this type.")
    var type: String?
    @Option(help: "Only from this source.")
    var source: String?
    @Option(help: "Only the message with this id.")
    var id: String?
    @Option(help: "Only refused from this time on, as 2026-01-05 or 2026-01-05T10:00:00+08:00.")
    var since: String?
    @Option(help: "Only refused before this time.")
    var until: String?
    @Option(help: "How many at most, up to 60000.")
    var limit = 10_000

    func validate() throws {
        _ = try (services, time(since, "--since"), time(until, "--until"))
        guard (1...60_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 60000") }
    }

    var services: [ServiceName] {
        get throws {
            guard let service else { return ServiceName.allCases }
            guard let name = ServiceName(rawValue: service) else {
                throw ValidationError(
                    "'\(service)' is no service: \(ServiceName.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return [name]
        }
    }

    private func time(_ text: String?, _ option: String) throws -> Timestamp? {
        guard let text else { return nil }
        guard let time = Timestamp(text) ?? Timestamp(text + "T00:00:00+08:00") else {
            throw ValidationError("\(option) '\(text)' is no time such as 2026-01-05T10:00:00+08:00")
        }
        return time
    }

    func takes(_ letter: DeadLetterOnShelf) throws -> Bool {
        if let since = try time(since, "--since"), (letter.refusedAt.map { $0 < since } ?? true) { return false }
        if let until = try time(until, "--until"), (letter.refusedAt.map { $0 >= until } ?? true) { return false }
        return (reason.map { letter.reason == $0 } ?? true) && (type.map { letter.type == $0 } ?? true)
            && (source.map { letter.source == $0 } ?? true) && (id.map { letter.id == $0 } ?? true)
    }
}

/// A refused message where it stands.
struct DeadLetterOnShelf {
    let service: ServiceName
    let delivery: Delivery

    private func header(_ name: String) -> String? { delivery.properties.headers[name]?.text }

    var reason: String { header(DeadLetter.Header.reason) ?? "given-up-by-the-broker" }
    var path: String? { header(DeadLetter.Header.path) }
    var detail: String? { header(DeadLetter.Header.detail) }
    var type: String? {
        delivery.properties.type ?? header("cloudEvents:type") ?? header("cloudEvents_type")
            ?? header(DeadLetter.Header.routingKey)
    }
    var source: String? {
        delivery.properties.appID ?? header("cloudEvents:source") ?? header("cloudEvents_source")
    }
    var id: String? { delivery.properties.messageID ?? header("cloudEvents:id") ?? header("cloudEvents_id") }
    var refusedAt: Timestamp? { header(DeadLetter.Header.refusedAt).flatMap { Timestamp($0) } }
}

/// The queues of refused messages, looked at without taking anything out.
struct DeadLetterShelf {
    let session: BrokerSession
    /// What was found, in the order in which it stands there.
    let letters: [DeadLetterOnShelf]

    /// Opens a service's queue; what is not acknowledged goes back when the shelf is closed.
    static func open(_ service: ServiceName, _ filter: DeadFilter, most: Int) async throws -> DeadLetterShelf {
        let session = try await BrokerSession.connect(Surroundings().operator("dead"))
        let waiting = try await session.status(of: Queues.dead(service)).messages
        var found: [DeadLetterOnShelf] = []
        if most > 0 {
            // Without a number a quorum queue gives 2,000 and waits for acknowledgements.
            try await session.subscribe(Queues.dead(service), prefetch: 65_535)
            var seen = 0
            while found.count < most {
                // What another command has just put back is not counted as waiting yet, and comes a moment later.
                let deliveries = try await session.next(within: seen < waiting ? .seconds(2) : .milliseconds(200))
                if deliveries.isEmpty { break }
                for delivery in deliveries {
                    seen += 1
                    let letter = DeadLetterOnShelf(service: service, delivery: delivery)
                    if found.count < most, try filter.takes(letter) { found.append(letter) }
                }
            }
        }
        return DeadLetterShelf(session: session, letters: found)
    }

    /// Does something with each service's letters that a filter takes, and puts back what it leaves.
    ///
    /// - Returns: how many letters there were.
    static func each(_ filter: DeadFilter, _ act: (DeadLetterShelf) async throws -> Void) async throws -> Int {
        var count = 0
        for service in try filter.services where count < filter.limit {
            let shelf = try await open(service, filter, most: filter.limit - count)
            count += shelf.letters.count
            do {
                if !shelf.letters.isEmpty { try await act(shelf) }
            } catch {
                await shelf.session.close()
                throw error
            }
            await shelf.session.close()
        }
        return count
    }

    /// Takes letters out.
    ///
    /// A quorum queue's channel holds acknowledgements back when many are under way, and forgets them when it closes:
    /// so few at a time, each with a round trip after it.
    func takeOut(_ letters: some Collection<DeadLetterOnShelf>) async throws {
        for (place, letter) in letters.enumerated() {
            try await session.acknowledge(letter.delivery.tag)
            if place % 25 == 24 { _ = try await session.status(of: Queues.dead(letter.service)) }
        }
        for letter in letters.prefix(1) {
            for _ in 0..<3 {
                _ = try await session.status(of: Queues.dead(letter.service))
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    /// All letters of a filter; nothing is taken out.
    static func all(_ filter: DeadFilter) async throws -> [DeadLetterOnShelf] {
        var letters: [DeadLetterOnShelf] = []
        _ = try await each(filter) { letters += $0.letters }
        return letters
    }
}

/// Publishes while something is done, as the operator unless another user is given.
func withPublisher<Result: Sendable>(
    _ purpose: String, as user: BrokerConfiguration? = nil,
    _ body: @Sendable @escaping (Publisher) async throws -> Result
) async throws -> Result {
    let publisher = Publisher(
        configuration: try user ?? Surroundings().operator(purpose), confirmTimeout: .seconds(30),
        logger: Surroundings.quiet)
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask {
            await publisher.run()
            return nil
        }
        group.addTask { try await body(publisher) }
        defer { group.cancelAll() }
        while let result = try await group.next() {
            if let result { return result }
        }
        throw Failure("nothing could be published")
    }
}
