package import Contracts
package import Domain
import Foundation
package import Postgres
package import ServiceKit
package import TestSupport

/// A service's handlers over its own tables in a real database, without a broker: a batch in, a commit, and what it
/// would publish.
package struct ServiceFixture: Sendable {
    /// A message for a batch.
    package struct Message: Sendable {
        package let id: String
        package let source: String
        package let body: any Contracts.Message
        /// When it was sent, by its own word.
        package let time: Timestamp?
        /// The person who has typed it, when it is a command.
        package let person: String?

        package init(
            _ id: String, source: String = "erp", at time: Timestamp? = nil, typedBy person: String? = nil,
            _ body: any Contracts.Message
        ) {
            self.person = person
            self.id = id
            self.source = source
            self.time = time
            self.body = body
        }
    }

    /// What a batch came to.
    package struct Outcome: Sendable {
        /// What would be published, in order, but notices.
        package var published: [(envelope: Envelope, data: [UInt8])]
        /// The notices that would be published, in order.
        package var notices: [(envelope: Envelope, data: [UInt8])] = []
        /// The reasons of the refused, by their place in the batch.
        package var refused: [Int: Refusal]
        package var duplicates: Int

        /// The bodies of one kind.
        package func events<Body: Contracts.Message>(_ type: Body.Type) throws -> [Body] {
            try published.filter { $0.envelope.type == Body.type }
                .map { try Body(node: JSONDocument(parsing: $0.data).root) }
        }
    }

    package let definition: ServiceDefinition
    package let pool: PostgresPool
    let database: DatabaseFixture
    private let work: BatchWork<Transaction>
    private let parts: BatchParts

    /// A service over an empty schema, which it migrates. For a test in a process of its own, where no trait holds.
    package static func over(_ database: DatabaseFixture, _ definition: ServiceDefinition) async throws
        -> ServiceFixture
    {
        for migrator in Schema.migrators(of: definition, in: database.schema, logger: TestServers.quiet) {
            _ = try await migrator.migrate(database.configuration())
        }
        let pool = try database.pool()
        try await PartitionKeeper(pool: pool, inboxDays: 14, outboxDays: 7, logger: TestServers.quiet).keep()
        return ServiceFixture(
            definition: definition, pool: pool, database: database,
            work: BatchWork(
                service: definition.name, handlers: definition.handlers, subjects: definition.subjects),
            parts: BatchParts(definition.handlers))
    }

    /// Handles a batch, as the unit of work does: in one transaction, but for kinds of messages that are apart.
    @discardableResult
    package func handle(_ messages: [Message], at time: String = "2026-03-02T10:00:00+08:00") async throws -> Outcome {
        try await handle(messages, at: time) { _ in false }
    }

    /// Handles a batch as the unit of work does: again, when another copy was in the way.
    package func retrying(_ messages: [Message]) async throws -> Outcome {
        try await handle(messages, at: "2026-03-02T10:00:00+08:00", again: \.isRetriable)
    }

    private func handle(
        _ messages: [Message], at time: String, again isTriedAgain: (PostgresError) -> Bool
    ) async throws -> Outcome {
        let received = messages.enumerated().map { place, message in
            AnyReceived(
                envelope: Envelope(
                    id: message.id, source: message.source, type: type(of: message.body).type, time: message.time),
                body: message.body, position: place,
                act: message.person.map {
                    Act(
                        principal: Principal(person: $0, proof: .user, user: $0), digest: message.id,
                        inboxSource: Act.people)
                })
        }
        let now = Timestamp(time) ?? Timestamp(microsecondsSinceEpoch: 0)
        var outcome = Outcome(published: [], refused: [:], duplicates: 0)
        for part in parts.of(received) {
            let done = try await commit(part, now, isTriedAgain)
            outcome.add(done.effects.published)
            outcome.refused.merge(done.effects.refused) { first, _ in first }
            outcome.duplicates += done.duplicates
        }
        return outcome
    }

    private func commit(
        _ messages: [AnyReceived], _ now: Timestamp, _ isTriedAgain: (PostgresError) -> Bool
    ) async throws -> AppliedBatch {
        while true {
            do {
                return try await pool.withTransaction { transaction in
                    try work.apply(messages, now: now, isLeased: false, transaction)
                }
            } catch let error as PostgresError where isTriedAgain(error) {
            }
        }
    }

    /// Runs a scheduled task for a time, and what it schedules for that moment, each in a transaction of its own.
    @discardableResult
    package func run(
        _ task: String, key: String = "", payload: String = "", at time: String
    ) async throws -> Outcome {
        let now = Timestamp(time) ?? Timestamp(microsecondsSinceEpoch: 0)
        var outcome = Outcome(published: [], refused: [:], duplicates: 0)
        var due = [ScheduledItem(task: task, key: key, due: now, payload: payload)]
        while !due.isEmpty {
            let item = due.removeFirst()
            let effects = try await pool.withTransaction { transaction in
                var effects = Effects(
                    now: item.due, source: definition.name.source, wallClock: ServiceClock.wallClock())
                for candidate in definition.tasks where candidate.name == item.task {
                    try candidate.handle([item], transaction, &effects)
                }
                _ = try effects.store(isLeased: false, transaction)
                return effects
            }
            outcome.add(effects.published)
            due += effects.scheduled.filter { $0.due.microsecondsSinceEpoch <= now.microsecondsSinceEpoch + 1 }
        }
        return outcome
    }

    /// Does something while a transaction is open that has done something else, and is committed only afterwards.
    package func keepingOpen(
        _ first: @escaping @Sendable (borrowing Transaction) throws -> Void,
        meanwhile second: @escaping @Sendable () async throws -> Void
    ) async throws {
        let (opened, isOpen) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let isDone = DispatchSemaphore(value: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { isOpen.finish() }
                try await pool.withTransaction { transaction in
                    try first(transaction)
                    isOpen.yield()
                    isDone.wait()
                }
            }
            group.addTask {
                defer { isDone.signal() }
                for await _ in opened { break }
                try await second()
            }
            try await group.waitForAll()
        }
    }

    /// Asks one of the service's questions, at a time as the service sees it: the system's when none is given.
    package func ask(
        _ query: String, _ values: [String: String] = [:], lines: [String] = [],
        at now: Timestamp = ServiceClock.wallClock()
    ) async throws -> [QueryTable] {
        try await pool.withTransaction(isReadOnly: true) { transaction in
            guard let found = definition.queries.first(where: { $0.name == query }) else { return [] }
            return try found.ask(values, lines: lines, at: now, transaction)
        }
    }

    /// What of its tables stands among its metrics, by name.
    package func figures() async throws -> [String: [(String, Double)]] {
        try await pool.withTransaction(isReadOnly: true) { transaction in
            Dictionary(uniqueKeysWithValues: try definition.figures.map { ($0.name, try $0.read(transaction)) })
        }
    }

    /// Rows of any statement as text.
    package func rows(_ statement: String) async throws -> [[String?]] {
        try await pool.withTransaction(isReadOnly: true) { transaction in
            try transaction.rows(SQL(stringLiteral: statement)).values
        }
    }
}

extension Query {
    /// Asks it, with values by name.
    package func ask(
        _ values: [String: String], lines: [String] = [], at now: Timestamp = ServiceClock.wallClock(),
        _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        try answer(
            values.map { QueryParameter(name: $0.key, value: $0.value) }, now: now, lines: lines, transaction)
    }
}
