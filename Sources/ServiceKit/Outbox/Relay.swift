import Contracts
import Logging
import Messaging
import Postgres
import ServiceLifecycle
import Synchronization
import Tracing

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
    }

    private static let batch = 500
    /// Batches on their way at once: while one waits for its last confirms, the next is on the wire.
    private static let mostUnderWay = 4
    /// Committed messages kept in memory; past this they are left to the table.
    private static let capacity = 4_000

    private let outbox: any OutboxStore
    private let publisher: any ConfirmingPublisher
    private let partners: @Sendable () -> PartnerPost?
    private let metrics: ServiceMetrics
    private let logger: Logger
    private let pauses: Pauses
    private let tracer: ServiceTracer?
    private let state = Mutex(State())
    private let signal = Signal()

    /// - Parameters:
    ///   - outbox: what holds the messages.
    ///   - publisher: what publishes them.
    ///   - partners: what partners hear of them now; `nil` when nobody does.
    ///   - metrics: where to count.
    ///   - logger: where to say what goes wrong.
    ///   - pauses: how long to wait, and by which clock.
    ///   - tracer: what makes spans; nobody wants any when there is none.
    init(
        outbox: any OutboxStore, publisher: any ConfirmingPublisher,
        partners: @escaping @Sendable () -> PartnerPost? = { nil },
        metrics: ServiceMetrics, logger: Logger, pauses: Pauses = Pauses(),
        tracer: ServiceTracer? = nil
    ) {
        self.outbox = outbox
        self.publisher = publisher
        self.partners = partners
        self.metrics = metrics
        self.logger = logger
        self.pauses = pauses
        self.tracer = tracer
    }

    /// A relay over PostgreSQL.
    convenience init(
        pool: PostgresPool, publisher: Publisher, partners: @escaping @Sendable () -> PartnerPost? = { nil },
        metrics: ServiceMetrics, logger: Logger, tracer: ServiceTracer? = nil
    ) {
        #if WAYBILL_TRIAL
            // Who reads by cursor has no signal to go by, and polls.
            let pauses = NegativeControl.active == .relayByCursor ? Pauses(look: .milliseconds(20)) : Pauses()
        #else
            let pauses = Pauses()
        #endif
        self.init(
            outbox: PostgresOutboxStore(pool: pool), publisher: publisher, partners: partners, metrics: metrics,
            logger: logger, pauses: pauses, tracer: tracer)
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
                group.addTask { await self.lookNowAndThen() }
                group.addTask { await self.sweepNowAndThen() }
                await publishUntilStopped()
                group.cancelAll()
            }
            await sweepConfirmed()
        } onGracefulShutdown: {
            self.state.withLock { $0.isStopping = true }
            self.signal.raise()
        }
    }

    /// The safety net: rows that a crashed copy left behind are found by time, not by a signal.
    private func lookNowAndThen() async {
        while (try? await pauses.clock.sleep(for: pauses.look)) != nil {
            state.withLock { $0.shouldLook = true }
            signal.raise()
        }
    }

    private func sweepNowAndThen() async {
        while (try? await pauses.clock.sleep(for: pauses.sweep)) != nil {
            await sweepConfirmed()
        }
    }

    private func publishUntilStopped() async {
        await withTaskGroup(of: Void.self) { group in
            var underWay = 0
            while !Task.isCancelled {
                if underWay == Self.mostUnderWay {
                    await group.next()
                    underWay -= 1
                }
                let (entries, shouldLook, isStopping) = state.withLock { state in
                    let entries = Array(state.ready.prefix(Self.batch))
                    state.ready.removeFirst(entries.count)
                    let shouldLook = entries.isEmpty && state.shouldLook
                    if shouldLook { state.shouldLook = false }
                    return (entries, shouldLook, state.isStopping)
                }
                if !entries.isEmpty {
                    group.addTask { await self.publish(entries) }
                    underWay += 1
                } else if isStopping {
                    return
                } else if shouldLook {
                    await publishClaimed()
                } else {
                    await signal.wait()
                }
            }
        }
    }

    private func publishClaimed() async {
        do {
            let claimed = try await outbox.claim(limit: Self.batch)
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
        let traced = tracer.map { _ in DefaultTracerClock.now }
        var messages: [Outgoing] = []
        messages.reserveCapacity(entries.count)
        for entry in entries {
            var properties = CloudEventCodec.properties(of: entry.envelope)
            properties.headers[LedgerPlace.header] = entry.place?.headerValue
            messages.append(
                Outgoing(
                    exchange: entry.exchange, routingKey: entry.routingKey, properties: properties, body: entry.body))
        }
        // What partners hear goes with what it is made of: a row leaves when all of it is confirmed.
        var copied: [Int] = []
        if let partners = partners() {
            for (index, entry) in entries.enumerated() {
                let copies = partners.copies(of: entry.envelope, body: entry.body)
                copied += [Int](repeating: index, count: copies.count)
                messages += copies
            }
        }
        var outcomes = await publisher.publish(messages)
        for (index, outcome) in zip(copied, outcomes[entries.count...]) where outcome != .confirmed {
            outcomes[index] = outcome
        }
        #if WAYBILL_TRIAL
            if NegativeControl.active == .ignoreConfirms { outcomes = outcomes.map { _ in .confirmed } }
        #endif
        metrics.confirmLatency.record(ContinuousClock.now - started)
        if let traced { tracer?.publish(entries, outcomes, since: traced) }
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
            try await outbox.remove(confirmed)
        } catch {
            // Removing is tried again. Should the lease run out before it works, the messages are published once more,
            // under the same ids: a duplicate that every inbox suppresses, never a loss.
            state.withLock { $0.confirmed.insert(contentsOf: confirmed, at: 0) }
            logger.warning(
                "confirmed messages could not be removed from the outbox; it is tried again",
                metadata: ["count": "\(confirmed.count)", "error": "\(error)"])
        }
    }

    private func giveBack(_ failed: [Int64]) async {
        do {
            try await outbox.giveBack(failed, after: .seconds(1))
        } catch {
            logger.warning(
                "messages that were not confirmed wait for their lease to run out",
                metadata: ["count": "\(failed.count)", "error": "\(error)"])
        }
    }
}
