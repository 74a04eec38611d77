import Messaging
import Postgres

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

    init(pool: PostgresPool) {
        self.pool = pool
    }

    func claim(limit: Int) async throws -> [OutboxEntry] {
        #if WAYBILL_TRIAL
            if NegativeControl.active == .relayByCursor { return try await claimByCursor(limit: limit) }
        #endif
        return try await pool.withTransaction { try Outbox.claim(limit: limit, $0) }
    }

    #if WAYBILL_TRIAL
        /// Takes what comes after the last that any copy took, and remembers the last in the database.
        private func claimByCursor(limit: Int) async throws -> [OutboxEntry] {
            try await pool.withTransaction { transaction in
                let last = try transaction.query("select last from relay_cursor for update", as: Int64.self)
                let claimed = try Outbox.claim(limit: limit, where: "id > \(last.first ?? 0)", transaction)
                if let reached = claimed.last?.id {
                    try transaction.queue("update relay_cursor set last = \(reached)")
                }
                return claimed
            }
        }
    #endif

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
