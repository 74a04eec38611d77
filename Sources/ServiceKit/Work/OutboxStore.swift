import Messaging
import Postgres

#if WAYBILL_TRIAL
    import Synchronization
#endif

/// What the relay needs of the outbox.
protocol OutboxStore: Sendable {
    /// Takes the oldest messages that nobody holds a lease on, and leases them.
    func claim(limit: Int) async throws -> [OutboxEntry]

    /// Lets go of messages that the broker has confirmed.
    func remove(_ identifiers: [Int64]) async throws

    /// Gives messages that could not be published back, for another try after a pause.
    func giveBack(_ identifiers: [Int64], after pause: Duration) async throws
}

/// The outbox in PostgreSQL.
final class PostgresOutboxStore: OutboxStore {
    private let pool: PostgresPool
    #if WAYBILL_TRIAL
        private let cursor = Mutex<Int64>(0)
    #endif

    init(pool: PostgresPool) {
        self.pool = pool
    }

    func claim(limit: Int) async throws -> [OutboxEntry] {
        #if WAYBILL_TRIAL
            let last = cursor.withLock { $0 }
            let condition: SQL = NegativeControl.active == .relayByCursor ? "id > \(last)" : "lease_until <= now()"
            let claimed = try await pool.withTransaction {
                try Outbox.claim(limit: limit, where: condition, $0)
            }
            cursor.withLock { $0 = max($0, claimed.last?.id ?? 0) }
            return claimed
        #else
            return try await pool.withTransaction { try Outbox.claim(limit: limit, $0) }
        #endif
    }

    func remove(_ identifiers: [Int64]) async throws {
        try await pool.withTransaction { try Outbox.remove(identifiers, $0) }
    }

    func giveBack(_ identifiers: [Int64], after pause: Duration) async throws {
        try await pool.withTransaction { try Outbox.giveBack(identifiers, after: pause, $0) }
    }
}

/// Publishes messages and says what became of each.
protocol ConfirmingPublisher: Sendable {
    /// - Returns: the outcomes in the order of the messages. Everything but `confirmed` means: not safely there; publish
    ///   it again, under the same id.
    func publish(_ messages: [Outgoing]) async -> [PublishOutcome]
}

extension Publisher: ConfirmingPublisher {}
