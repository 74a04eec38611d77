import Logging
import Postgres
import ServiceLifecycle

/// Makes the days' partitions of inbox and outbox ahead of time, drops those past their time, and moves the ledger's
/// marks, which are what remains of them.
struct PartitionKeeper: Service {
    private static let interval: Duration = .seconds(60)

    let pool: PostgresPool
    let inboxDays: Int
    let outboxDays: Int
    let logger: Logger

    /// Looks once a minute, so that the ledger's marks have little to catch up with.
    func run() async throws {
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

    /// Partitions from yesterday to three days ahead exist, and those older than the horizon do not.
    func keep() async throws {
        let (made, dropped) = try await pool.withTransaction { transaction in
            try LedgerStore.advance(transaction)
            let rows = try transaction.query(
                """
                select ensure_partitions(today - 1, today + 3), drop_partitions(today - \(Int32(inboxDays)), today - \(Int32(outboxDays)))
                from (select (now() at time zone 'utc')::date as today) as clock
                """, as: (Int32, Int32).self)
            return rows.first ?? (0, 0)
        }
        if made > 0 || dropped > 0 {
            logger.info("partitions kept", metadata: ["made": "\(made)", "dropped": "\(dropped)"])
        }
    }
}
