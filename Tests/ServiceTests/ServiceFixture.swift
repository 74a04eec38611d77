import Contracts
import Domain
import Foundation
import Postgres
import TestSupport

@testable import ServiceKit

/// A service's handlers over its own tables in a real database, without a broker: a batch in, a commit, and what it
/// would publish.
struct ServiceFixture {
    /// A message for a batch.
    struct Message: Sendable {
        let id: String
        let source: String
        let body: any Contracts.Message
        /// When it was sent, by its own word.
        let time: Timestamp?
        /// The person who has typed it, when it is a command.
        let person: String?

        init(
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
    struct Outcome: Sendable {
        /// What would be published, in order.
        var published: [(envelope: Envelope, data: [UInt8])]
        /// The reasons of the refused, by their place in the batch.
        let refused: [Int: Refusal]
        let duplicates: Int

        /// The bodies of one kind.
        func events<Body: Contracts.Message>(_ type: Body.Type) throws -> [Body] {
            try published.filter { $0.envelope.type == Body.type }
                .map { try Body(node: JSONDocument(parsing: $0.data).root) }
        }
    }

    let definition: ServiceDefinition
    let pool: PostgresPool
    private let work: BatchWork<Transaction>

    /// Runs a test with a service whose schema is new.
    static func with(
        _ definition: ServiceDefinition, _ body: (ServiceFixture) async throws -> Void
    ) async throws {
        try await DatabaseFixture.withSchema { database in
            for migrator in [
                Migrator(
                    schema: database.schema, component: "host", migrations: Schema.hostMigrations,
                    logger: TestServers.quiet),
                Migrator(
                    schema: database.schema, component: definition.name.rawValue, migrations: definition.migrations,
                    logger: TestServers.quiet),
            ] {
                _ = try await migrator.migrate(database.configuration())
            }
            let pool = try database.pool()
            try await PartitionKeeper(pool: pool, inboxDays: 14, outboxDays: 7, logger: TestServers.quiet).keep()
            try await body(
                ServiceFixture(
                    definition: definition, pool: pool,
                    work: BatchWork(service: definition.name, handlers: definition.handlers)))
        }
    }

    /// Handles a batch in one transaction.
    @discardableResult
    func handle(_ messages: [Message], at time: String = "2026-03-02T10:00:00+08:00") async throws -> Outcome {
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
        let done = try await pool.withTransaction { transaction in
            try work.apply(received, now: now, isLeased: false, transaction)
        }
        return Outcome(
            published: done.effects.published, refused: done.effects.refusals, duplicates: done.duplicates)
    }

    /// Handles a batch as the unit of work does: again, when another copy was in the way.
    func retrying(_ messages: [Message]) async throws -> Outcome {
        while true {
            do {
                return try await handle(messages)
            } catch let error as PostgresError where error.isRetriable {
            }
        }
    }

    /// Runs a scheduled task for a time, and what it schedules for that moment, each in a transaction of its own.
    @discardableResult
    func run(_ task: String, at time: String) async throws -> Outcome {
        let now = Timestamp(time) ?? Timestamp(microsecondsSinceEpoch: 0)
        var outcome = Outcome(published: [], refused: [:], duplicates: 0)
        var due = [ScheduledItem(task: task, key: "", due: now)]
        while !due.isEmpty {
            let item = due.removeFirst()
            let effects = try await pool.withTransaction { transaction in
                var effects = Effects(now: item.due, source: definition.name.source, wallClock: now)
                for candidate in definition.tasks where candidate.name == item.task {
                    try candidate.handle([item], transaction, &effects)
                }
                _ = try effects.store(isLeased: false, transaction)
                return effects
            }
            outcome.published += effects.published
            due += effects.scheduled.filter { $0.due.microsecondsSinceEpoch <= now.microsecondsSinceEpoch + 1 }
        }
        return outcome
    }

    /// Does something while a transaction is open that has done something else, and is committed only afterwards.
    func keepingOpen(
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
    func ask(
        _ query: String, _ values: [String: String] = [:], at now: Timestamp = ServiceClock.wallClock()
    ) async throws -> [QueryTable] {
        try await pool.withTransaction(isReadOnly: true) { transaction in
            guard let found = definition.queries.first(where: { $0.name == query }) else { return [] }
            return try found.ask(values, at: now, transaction)
        }
    }

    /// Rows of any statement as text.
    func rows(_ statement: String) async throws -> [[String?]] {
        try await pool.withTransaction(isReadOnly: true) { transaction in
            try transaction.rows(SQL(stringLiteral: statement)).values
        }
    }
}

extension Query {
    /// Asks it, with values by name.
    func ask(
        _ values: [String: String], at now: Timestamp = ServiceClock.wallClock(), _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        try answer(values.map { QueryParameter(name: $0.key, value: $0.value) }, now: now, transaction)
    }
}

extension FixedDecimal {
    /// A number in a test.
    static func of(_ text: String) -> FixedDecimal { FixedDecimal(text) ?? .zero }
}

/// Orders for tests: one line for each (revenue, cost).
func makeOrder(
    _ id: String, revision: Int = 1, customer: String = "C1", creditCode: String? = nil, line: String = "air-freight",
    currency: Currency = .cny, at: String = "2026-03-02T09:00:00+08:00", promised: String? = nil,
    _ lines: [(revenue: String, cost: String?)] = [("100", "80")]
) -> Order {
    Order(
        orderId: id, revision: revision,
        customer: CustomerReference(code: customer, name: "昆山\(customer)有限公司", creditCode: creditCode), branch: "KS01",
        businessLine: line, placedAt: Timestamp(at) ?? Timestamp(microsecondsSinceEpoch: 0),
        promisedAt: promised.flatMap { Timestamp($0) }, currency: currency, salesOwner: "li.wei",
        lines: lines.enumerated().map { index, amounts in
            OrderLine(
                line: index + 1, serviceItem: "AIR-EXPORT", quantity: .of("10"), unit: "kg",
                revenue: .of(amounts.revenue), cost: amounts.cost.map { .of($0) },
                supplier: SupplierReference(code: "S1", name: "Carrier"))
        })
}

/// A cost of an order's line.
func makeCost(
    _ id: String, order: String, line: Int = 1, _ state: CostState, _ amount: String, currency: Currency = .cny
) -> CostRecorded {
    CostRecorded(
        costId: id, orderId: order, line: line, supplier: SupplierReference(code: "S1", name: "Carrier"), state: state,
        amount: .of(amount), currency: currency,
        serviceDate: CalendarDay("2026-03-03") ?? CalendarDay(daysSinceEpoch: 0))
}
