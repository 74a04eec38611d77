public import Logging
import Synchronization

/// Reads a queue in batches of what is ready, over a connection of its own that it makes anew whenever it is lost.
public final class Consumer: Sendable {
    private let configuration: BrokerConfiguration
    private let queue: String
    private let prefetch: Int
    private let maximumBatch: Int
    private let concurrency: Int
    private let pace: Duration
    private let rest: Duration
    private let logger: Logger
    private let shared = SharedStatus()
    private let stopFlag = StopFlag()
    private let channel: ConsumingChannel

    /// - Parameters:
    ///   - configuration: the broker.
    ///   - queue: the queue.
    ///   - prefetch: how many deliveries the broker may send ahead of their acknowledgement.
    ///   - maximumBatch: how many deliveries a batch holds at most.
    ///   - concurrency: how many full batches are in hand at once; what is not full waits for what is.
    ///   - pace: the least time between the starts of two batches, unless a full one is ready. The first message after
    ///     a pause is handed over at once; under a steady trickle messages gather instead of each costing a commit.
    ///   - rest: the longest rest after a batch of many. It lasts as long as the batch took, unless a full one is ready: on
    ///     a machine that is short of time, batches then grow, and each message costs less of it.
    ///   - logger: where to say what goes wrong.
    public init(
        configuration: BrokerConfiguration, queue: String, prefetch: Int = 1_000, maximumBatch: Int = 500,
        concurrency: Int = 1, pace: Duration = .zero, rest: Duration = .zero, logger: Logger
    ) {
        self.configuration = configuration
        self.queue = queue
        self.prefetch = prefetch
        self.maximumBatch = maximumBatch
        self.concurrency = concurrency
        self.pace = pace
        self.rest = rest
        self.logger = logger
        channel = ConsumingChannel(status: shared, stopFlag: stopFlag)
    }

    /// How the connection stands.
    public var status: ConnectionStatus { shared.current }

    /// Returns once the connection's thread has turned: for a watch that notices when it hangs.
    public func signOfLife() async {
        _ = await channel.readyCount
    }

    /// Hands over batches until ``stop()`` or cancellation; connects again whenever the connection is lost.
    ///
    /// - Parameter handler: what to do with a batch. When it returns, the whole batch is acknowledged; the connection
    ///   that delivered it must still be there, otherwise the broker delivers it again. When it throws, nothing is
    ///   acknowledged and the error ends the run.
    public func run(_ handler: @escaping @Sendable ([Delivery]) async throws -> Void) async throws {
        try await withTaskCancellationHandler {
            try await consume(handler)
        } onCancel: {
            stop()
        }
    }

    /// Ends the subscription; the batch in hand is still finished and acknowledged, then ``run(_:)`` returns.
    public func stop() {
        stopFlag.set()
        channel.wake()
    }

    private func consume(_ handler: @escaping @Sendable ([Delivery]) async throws -> Void) async throws {
        var backOff = BackOff()
        var wasSubscribed = false
        while !stopFlag.isSet {
            do {
                try await channel.connect(configuration, queue: queue, prefetch: prefetch)
                wasSubscribed = true
                logger.debug("subscribed", metadata: ["queue": "\(queue)"])
                try await handle(handler) { backOff = BackOff() }
            } catch let error as MessagingError {
                guard !stopFlag.isSet else { break }
                // At the very first, a refusal is a wrong set-up and not a passing state.
                if !wasSubscribed, error.replyCode == 403 {
                    await channel.close()
                    throw error
                }
                shared.update {
                    $0.state = .failed(error.description)
                    $0.isSubscribed = false
                    $0.reconnects += 1
                }
                logger.warning(
                    "the subscription was lost; it is made anew",
                    metadata: ["queue": "\(queue)", "error": "\(error)"])
                await channel.close()
                await stopFlag.pause(for: backOff.next())
            } catch {
                await channel.close()
                throw error
            }
        }
        await channel.close()
    }

    /// Takes batches until the consumer stops or the connection is lost; what is in hand then goes to its end.
    private func handle(
        _ handler: @escaping @Sendable ([Delivery]) async throws -> Void, worked: () -> Void
    ) async throws {
        try await withTaskGroup(of: Result<Void, any Error>.self) { group -> Result<Void, any Error> in
            var inHand = 0
            do {
                while let batch = try await channel.next(maximum: maximumBatch) {
                    let started = ContinuousClock.now
                    group.addTask { await self.finish(batch, handler) }
                    inHand += 1
                    // Only a full batch has another beside it: under light load they would share what one commit can do.
                    let most = batch.count < maximumBatch ? 1 : concurrency
                    while inHand >= most, let result = await group.next() {
                        try result.get()
                        inHand -= 1
                    }
                    worked()
                    let now = ContinuousClock.now
                    let wake = Self.wake(after: batch.count, since: started, until: now, pace: pace, rest: rest)
                    // More than the broker sends ahead cannot be ready.
                    let full = min(maximumBatch, prefetch)
                    if wake > now, batch.count < full, await !channel.isFull(full) {
                        try await Task.sleep(until: wake)
                    }
                }
                while let result = await group.next() { try result.get() }
                return .success(())
            } catch {
                await group.waitForAll()
                return .failure(error)
            }
        }.get()
    }

    /// From how many messages on a batch is one of many.
    private static let many = 16

    /// When the next batch may be taken, unless a full one is ready: not before the pace allows it, and after many messages
    /// not before a rest as long as they took.
    ///
    /// - Parameters:
    ///   - count: how many messages the batch held.
    ///   - started: when it was taken.
    ///   - ended: when it was done.
    static func wake(
        after count: Int, since started: ContinuousClock.Instant, until ended: ContinuousClock.Instant, pace: Duration,
        rest: Duration
    ) -> ContinuousClock.Instant {
        max(started + pace, count < many ? ended : ended + min(rest, ended - started))
    }

    private func finish(
        _ batch: [Delivery], _ handler: @Sendable ([Delivery]) async throws -> Void
    ) async -> Result<Void, any Error> {
        guard let last = batch.last else { return .success(()) }
        do {
            #if WAYBILL_TRIAL
                if NegativeControl.active == .acknowledgeBeforeCommit {
                    try await channel.acknowledge(upTo: last.tag)
                    try await handler(batch)
                    return .success(())
                }
            #endif
            try await handler(batch)
            try await channel.acknowledge(upTo: last.tag)
            return .success(())
        } catch {
            return .failure(error)
        }
    }
}
