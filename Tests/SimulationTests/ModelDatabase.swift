import Contracts
import Domain
import Messaging

@testable import FinanceService
@testable import Postgres
@testable import ServiceKit

/// The rows of one service.
struct Tables {
    struct Pending {
        let entry: OutboxEntry
        var leaseUntil: Int64
    }

    struct Alert: Equatable {
        let orderId: String?
        let severity: MarginSeverity
        var isOpen = true
    }

    var inbox: [MessageName: LedgerPlace?] = [:]
    var outbox: [OutboxEntry] = []
    /// By identifier.
    var pending: [Pending] = []
    var counts: [String: Int64] = [:]
    /// How often each message has had its effect.
    var tally: [MessageName: Int] = [:]
    var orders: [OrderKey: OrderRow] = [:]
    var costs: [CostKey: CostRow] = [:]
    var sums: [Contribution.Key: Contribution] = [:]
    var view: [OrderView.Place: OrderView.Sums] = [:]
    var alerts: [String: Alert] = [:]
    var accounts: Set<String> = []
    /// What a reader of alerts adds up.
    var alertedRevenue = FixedDecimal.zero
}

/// A service's schema in memory. A transaction happens as a whole or not at all; whether it has happened, whoever
/// asked may not learn.
///
/// Transactions are serial. What READ COMMITTED and row locks make of two at once is not modelled beyond an error
/// that asks for another try; that is what the tests over PostgreSQL are for.
final class ModelDatabase: @unchecked Sendable {
    /// How long a lease lasts, in microseconds.
    static let lease: Int64 = 2_000_000

    let world: World
    let service: ServiceName
    var tables = Tables()
    var isAway = false
    private var lastIdentifier: Int64 = 0
    var cursor: Int64 = 0
    /// Numbers that a rollback does not take back, for the negative control.
    var looseCounts: [String: Int64] = [:]

    init(_ world: World, _ service: ServiceName) {
        self.world = world
        self.service = service
    }

    /// Runs a transaction for a process.
    func transaction<Result: Sendable>(
        _ process: Incarnation, _ body: (ModelTransaction) throws -> Result
    ) async throws -> Result {
        try check(process)
        // As of a sequence: taken at the beginning, so that identifiers are not in the order of commits.
        let first = lastIdentifier
        lastIdentifier += 100
        await world.latency()
        try check(process)
        if world.strikes(\.databaseError) { throw Self.connectionLost }
        if world.strikes(\.conflict) {
            let transaction = ModelTransaction(self, firstIdentifier: first)
            _ = try body(transaction)
            if world.control == .effectsOutsideTransaction { tables.tally = transaction.tables.tally }
            world.note(.rolledBack, process)
            throw PostgresError(.statement, "could not serialize access", sqlState: "40001")
        }
        // COMMIT may have been on the wire when the process died.
        if !world.survives(.beforeCommit, process), world.chance.happens(0.5) { throw Self.connectionLost }
        let transaction = ModelTransaction(self, firstIdentifier: first)
        let result = try body(transaction)
        tables = transaction.tables
        world.note(.committed, process)
        guard world.survives(.afterCommit, process) else { throw Self.commitUnknown }
        if world.strikes(\.commitAnswerLost) { throw Self.commitUnknown }
        await world.latency()
        guard process.isAlive else { throw Self.commitUnknown }
        return result
    }

    private func check(_ process: Incarnation) throws {
        guard process.isAlive, !isAway else { throw Self.connectionLost }
    }

    private static let connectionLost = PostgresError(.connection, "the connection was lost", isConnectionLost: true)
    private static let commitUnknown = PostgresError(
        .connection, "the connection was lost during COMMIT", isConnectionLost: true, isCommitUnknown: true)
}

/// Batches of one process.
struct ModelBatchStore: BatchStore {
    let database: ModelDatabase
    let process: Incarnation
    let work: BatchWork<ModelTransaction>

    func commit(_ messages: [AnyReceived], now: Timestamp, isLeased: Bool) async throws -> AppliedBatch {
        try await database.transaction(process) { try work.apply(messages, now: now, isLeased: isLeased, $0) }
    }
}

/// The outbox as one process sees it.
struct ModelOutboxStore: OutboxStore {
    let database: ModelDatabase
    let process: Incarnation

    func claim(limit: Int) async throws -> [OutboxEntry] {
        let database = database
        let claimed = try await database.transaction(process) { $0.claim(limit: limit) }
        if database.world.control == .relayByCursor { database.cursor = max(database.cursor, claimed.last?.id ?? 0) }
        return claimed
    }

    func remove(_ identifiers: [Int64]) async throws {
        _ = database.world.survives(.beforeRemove, process)
        let gone = Set(identifiers)
        try await database.transaction(process) { transaction in
            transaction.tables.pending.removeAll { gone.contains($0.entry.id) }
        }
        database.world.note(.removed, process)
        _ = database.world.survives(.afterRemove, process)
    }

    func giveBack(_ identifiers: [Int64], after pause: Duration) async throws {
        let back = Set(identifiers)
        let until = database.world.clock.now.advanced(by: pause).microseconds
        try await database.transaction(process) { transaction in
            for index in transaction.tables.pending.indices
            where back.contains(transaction.tables.pending[index].entry.id) {
                transaction.tables.pending[index].leaseUntil = until
            }
        }
    }
}
