import Contracts
import Logging
import Messaging
import Postgres
import ServiceLifecycle
import Synchronization

/// Publishes what the outbox holds: at once what this process has just committed, and by a slow look what others left.
///
/// A row leaves the outbox only when the broker has confirmed the message and not returned it. Everything else — a
/// nack, a return, a time-out, a lost connection, a crash — means that the same message, under the same id, is
/// published again.
final class Relay: Service {
    private struct State {
        var ready: [OutboxEntry] = []
        /// Confirmed, and their rows not removed yet.
        var confirmed: [Int64] = []
        var shouldLook = true
        var isStopping = false
        #if WAYBILL_TRIAL
            var cursor: Int64 = 0
        #endif
    }

    private static let batch = 500
    /// Committed messages kept in memory; past this they are left to the table.
    private static let capacity = 4_000
    private static let look: Duration = .seconds(1)
    /// How long a confirmed message's row may stay, so that removing rows does not cost a commit for each batch. A
    /// crash meanwhile publishes them once more, which every inbox suppresses; the lease is far longer.
    private static let sweep: Duration = .milliseconds(100)

    private let pool: PostgresPool
    private let publisher: Publisher
    private let metrics: ServiceMetrics
    private let logger: Logger
    private let state = Mutex(State())
    private let signal = Signal()

    init(pool: PostgresPool, publisher: Publisher, metrics: ServiceMetrics, logger: Logger) {
        self.pool = pool
        self.publisher = publisher
        self.metrics = metrics
        self.logger = logger
    }

    /// Whether a batch about to be committed can be published from memory.
    var hasRoom: Bool {
        #if WAYBILL_TRIAL
            if NegativeControl.active == .relayByCursor { return false }
        #endif
        return state.withLock { $0.ready.count < Self.capacity && !$0.isStopping }
    }

    /// Takes what has just been committed. Entries recorded without a lease are found in the table instead.
    func submit(_ entries: [OutboxEntry], isLeased: Bool) {
        guard !entries.isEmpty else { return }
        state.withLock { state in
            if isLeased { state.ready += entries } else { state.shouldLook = true }
        }
        signal.raise()
    }

    /// Publishes until the service is shut down; then what is already in memory, and ends.
    func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.publishUntilStopped() }
                group.addTask { await self.lookNowAndThen() }
                group.addTask { await self.sweepNowAndThen() }
            }
            await sweepConfirmed()
        } onGracefulShutdown: {
            self.state.withLock { $0.isStopping = true }
            self.signal.raise()
        }
    }

    /// The safety net: rows that a crashed copy left behind are found by time, not by a signal.
    private func lookNowAndThen() async {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.look) }
            state.withLock { $0.shouldLook = true }
            signal.raise()
        }
    }

    private func sweepNowAndThen() async {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.sweep) }
            await sweepConfirmed()
        }
    }

    private func publishUntilStopped() async {
        while !Task.isCancelled {
            let (entries, shouldLook, isStopping) = state.withLock { state in
                let entries = Array(state.ready.prefix(Self.batch))
                state.ready.removeFirst(entries.count)
                let shouldLook = entries.isEmpty && state.shouldLook
                if shouldLook { state.shouldLook = false }
                return (entries, shouldLook, state.isStopping)
            }
            if !entries.isEmpty {
                await publish(entries)
            } else if isStopping {
                return
            } else if shouldLook {
                await publishClaimed()
            } else {
                await signal.wait()
            }
        }
    }

    private func publishClaimed() async {
        do {
            #if WAYBILL_TRIAL
                let last = state.withLock { $0.cursor }
                let condition: SQL =
                    NegativeControl.active == .relayByCursor ? "id > \(last)" : "lease_until <= now()"
                let claimed = try await pool.withTransaction {
                    try Outbox.claim(limit: Self.batch, where: condition, $0)
                }
                state.withLock { $0.cursor = max($0.cursor, claimed.last?.id ?? 0) }
            #else
                let claimed = try await pool.withTransaction { try Outbox.claim(limit: Self.batch, $0) }
            #endif
            guard !claimed.isEmpty else { return }
            // A full batch means that there is probably more.
            if claimed.count == Self.batch { state.withLock { $0.shouldLook = true } }
            metrics.outboxReclaimed.add(claimed.count)
            await publish(claimed)
        } catch {
            logger.warning("the outbox cannot be read, it is tried again", metadata: ["error": "\(error)"])
        }
    }

    private func publish(_ entries: [OutboxEntry]) async {
        let started = ContinuousClock.now
        var messages: [Outgoing] = []
        messages.reserveCapacity(entries.count)
        for entry in entries {
            var properties = CloudEventCodec.properties(of: entry.envelope)
            properties.headers[LedgerPlace.header] = entry.place?.headerValue
            messages.append(
                Outgoing(
                    exchange: entry.exchange, routingKey: entry.routingKey, properties: properties, body: entry.body))
        }
        var outcomes = await publisher.publish(messages)
        #if WAYBILL_TRIAL
            if NegativeControl.active == .ignoreConfirms { outcomes = outcomes.map { _ in .confirmed } }
        #endif
        metrics.confirmLatency.record(ContinuousClock.now - started)
        var confirmed: [Int64] = []
        confirmed.reserveCapacity(entries.count)
        var failed: [Int64] = []
        var firstFailure: (OutboxEntry, PublishOutcome)?
        for (entry, outcome) in zip(entries, outcomes) {
            if outcome == .confirmed {
                confirmed.append(entry.id)
            } else {
                failed.append(entry.id)
                if firstFailure == nil { firstFailure = (entry, outcome) }
            }
        }
        metrics.published.add(confirmed.count)
        if let (entry, outcome) = firstFailure {
            metrics.publishFailures.add(failed.count)
            logger.warning(
                "messages were not confirmed; they stay in the outbox and are published again",
                metadata: [
                    "count": "\(failed.count)", "first": "\(entry.routingKey)", "outcome": "\(outcome)",
                ])
        }
        state.withLock { $0.confirmed += confirmed }
        if !failed.isEmpty { await giveBack(failed) }
    }

    private func sweepConfirmed() async {
        let confirmed = state.withLock { state in
            defer { state.confirmed = [] }
            return state.confirmed
        }
        guard !confirmed.isEmpty else { return }
        do {
            try await pool.withTransaction { try Outbox.remove(confirmed, $0) }
        } catch {
            // The lease runs out and the messages are published once more, under the same ids: a duplicate that
            // every inbox suppresses, never a loss.
            logger.warning(
                "confirmed messages could not be removed from the outbox; they are published again",
                metadata: ["count": "\(confirmed.count)", "error": "\(error)"])
        }
    }

    private func giveBack(_ failed: [Int64]) async {
        do {
            try await pool.withTransaction { try Outbox.giveBack(failed, after: .seconds(1), $0) }
        } catch {
            logger.warning(
                "messages that were not confirmed wait for their lease to run out",
                metadata: ["count": "\(failed.count)", "error": "\(error)"])
        }
    }
}
