import Contracts
import Domain
import Logging
import Messaging
import Postgres
import ServiceLifecycle

/// Runs what is due. Any number of copies may run it: each takes what no other holds.
struct Scheduler: Service {
    private static let limit = 500
    private static let look: Duration = .seconds(1)

    let service: ServiceName
    let tasks: [ScheduledTask]
    let pool: PostgresPool
    let relay: Relay
    let metrics: ServiceMetrics
    let logger: Logger
    let mode: ServiceClock.Mode

    /// With the system's time, looks every second for what is due. With event time, the unit of work does.
    func run() async throws {
        guard mode == .system, !tasks.isEmpty else {
            return try await gracefulShutdown()
        }
        var backOff = BackOff()
        while !Task.isShuttingDownGracefully {
            try Task.checkCancellation()
            do {
                try await runDue(until: ServiceClock.wallClock())
                backOff = BackOff()
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.look) }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.warning("scheduled work failed; it is tried again", metadata: ["error": "\(error)"])
                let pause = backOff.next()
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
            }
        }
    }

    /// Runs everything that is due until a time, the oldest first, each time in a transaction of its own.
    func runDue(until now: Timestamp) async throws {
        guard !tasks.isEmpty else { return }
        while try await runOnce(until: now) {}
    }

    /// Makes sure that the recurring tasks stand in the schedule.
    func start(at now: Timestamp) async throws {
        let recurring = tasks.compactMap { task in task.recurrence.map { (task.name, $0.next(after: now, ranAt: now)) }
        }
        try await pool.withTransaction { transaction in
            for (name, due) in recurring { try ScheduleStore.start(name, firstDue: due, transaction) }
        }
    }

    private func runOnce(until now: Timestamp) async throws -> Bool {
        let isLeased = relay.hasRoom
        let (entries, effects, count) = try await pool.withTransaction { transaction in
            let items = try ScheduleStore.take(
                tasks: tasks.map(\.name), until: now, limit: Self.limit, transaction)
            // The items of one run are due at the same time, which is the time their rules see.
            var effects = Effects(
                now: items.first?.due ?? now, source: service.source, wallClock: ServiceClock.wallClock())
            for task in tasks {
                let mine = items.filter { $0.task == task.name }
                guard !mine.isEmpty else { continue }
                try task.handle(mine, transaction, &effects)
                if let recurrence = task.recurrence, let last = mine.last {
                    effects.schedule(task.name, key: last.key, at: recurrence.next(after: last.due, ranAt: now))
                }
            }
            return (try effects.store(isLeased: isLeased, transaction), effects, items.count)
        }
        relay.submit(entries, isLeased: isLeased)
        metrics.scheduled.add(count)
        metrics.add(effects.counts)
        return count > 0
    }
}
