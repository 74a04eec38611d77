package import Logging
package import Postgres
import ServiceLifecycle

/// Makes the days' partitions of inbox and outbox and the months' of the audit ahead of time, drops those past their time,
/// and moves the ledger's marks, which are what remains of inbox and outbox.
package struct PartitionKeeper: Service {
    private static let interval: Duration = .seconds(60)

    let pool: PostgresPool
    let inboxDays: Int
    let outboxDays: Int
    let auditDays: Int
    let logger: Logger

    /// - Parameters:
    ///   - pool: connections that may make and drop partitions.
    ///   - inboxDays: how many days the inbox remembers.
    ///   - outboxDays: how many days the outbox keeps what was published.
    ///   - auditDays: how many days the audit keeps who has seen and who was denied something.
    ///   - logger: where it says what it did.
    package init(
        pool: PostgresPool, inboxDays: Int, outboxDays: Int, auditDays: Int = Setting.auditDays, logger: Logger
    ) {
        self.pool = pool
        self.inboxDays = inboxDays
        self.outboxDays = outboxDays
        self.auditDays = auditDays
        self.logger = logger
    }

    /// Looks once a minute, so that the ledger's marks have little to catch up with.
    package func run() async throws {
        while !Task.isShuttingDownGracefully {
            try Task.checkCancellation()
            let pause: Duration
            do {
                try await keep()
                pause = Self.interval
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.warning("partitions could not be kept; it is tried again", metadata: ["error": "\(error)"])
                pause = .seconds(5)
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
        }
    }

    /// Partitions from yesterday to three days ahead exist, those of the audit from last month to the next, and those older
    /// than the horizon do not.
    ///
    /// Each step is a transaction of its own: a partition that somebody reads for long cannot be dropped, and that must
    /// hold up neither the ledger nor tomorrow's partitions. The marks move first, as they are what remains of what is
    /// dropped.
    package func keep() async throws {
        try await pool.withTransaction { transaction in try LedgerStore.advance(transaction) }
        var made = try await change("ensure_partitions(today - 1, today + 3)")
        made += try await change("ensure_audit_partitions(today - 31, today + 31)")
        var dropped = try await change("drop_partitions(today - \(Int32(inboxDays)), today - \(Int32(outboxDays)))")
        dropped += try await change("drop_audit_partitions(today - \(Int32(auditDays)))")
        if made > 0 || dropped > 0 {
            logger.info("partitions kept", metadata: ["made": "\(made)", "dropped": "\(dropped)"])
        }
    }

    /// The days' partitions are there in this transaction: for a program that writes while no service may be running.
    static func ensureDays(_ transaction: borrowing Transaction) throws {
        _ = try transaction.query(
            "select ensure_partitions(today - 1, today + 3) from (select (now() at time zone 'utc')::date as today) as clock",
            as: Int32.self)
    }

    /// Calls one of the owner's doors, and says how many partitions it made or dropped.
    private func change(_ call: SQL) async throws -> Int32 {
        try await pool.withTransaction { transaction in
            try transaction.query(
                "select \(call) from (select (now() at time zone 'utc')::date as today) as clock", as: Int32.self
            ).first ?? 0
        }
    }
}
