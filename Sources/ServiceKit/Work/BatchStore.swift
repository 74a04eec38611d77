import Contracts
import Domain
import Postgres

/// Where a unit of work commits its batches.
protocol BatchStore: Sendable {
    /// Handles a batch in one transaction.
    ///
    /// - Parameters:
    ///   - messages: the batch.
    ///   - now: the time, as rules are to see it.
    ///   - isLeased: whether this process publishes what comes of it at once.
    /// - Returns: what the transaction has done; it is committed.
    /// - Throws: what the handlers throw, or what went wrong with the database. After an error the transaction has
    ///   not happened, or nobody knows whether it has: it may be tried again, because the inbox knows.
    func commit(_ messages: [AnyReceived], now: Timestamp, isLeased: Bool) async throws -> AppliedBatch
}

/// Batches in PostgreSQL.
struct PostgresBatchStore: BatchStore {
    let pool: PostgresPool
    let work: BatchWork<Transaction>

    func commit(_ messages: [AnyReceived], now: Timestamp, isLeased: Bool) async throws -> AppliedBatch {
        try await pool.withTransaction { transaction in
            try work.apply(messages, now: now, isLeased: isLeased, transaction)
        }
    }
}
