import Foundation
import PinnedThread
import Synchronization

/// The consumer's connection: what has come and not been taken yet.
actor ConsumingChannel {
    private let thread = PinnedThread(name: "amqp-consume")
    private let status: SharedStatus
    private let stopFlag: StopFlag
    private var link: Link?
    private var ready: [Delivery] = []
    private var readyBytes = 0
    /// The last tag of each batch in hand, in the order taken, and whether it is done.
    private var inHand: [(tag: UInt64, isDone: Bool)] = []
    private var taker: CheckedContinuation<Void, Never>?
    private var failure: String?
    private var isStopped = false
    /// Whether the thread waits for bytes to read; otherwise what wakes it as readable is the end of the connection.
    private var isReading = true
    private var prefetch = 1
    /// Counts the connections: a delivery is acknowledged on the one it came by.
    private var connection = 0
    /// Who waits until the broker reads again, and since when.
    private var writers: [CheckedContinuation<Void, Never>] = []
    private var unwritableSince: ContinuousClock.Instant?
    /// How long the broker may read nothing before the connection is given up.
    private var patience = Duration.seconds(20)

    /// Past this many bytes of messages in memory the socket is left unread, and the broker waits.
    private static let maximumBytes = 32 << 20

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(status: SharedStatus, stopFlag: StopFlag) {
        self.status = status
        self.stopFlag = stopFlag
    }

    isolated deinit {
        link = nil
        thread.stop()
    }

    func connect(
        _ configuration: BrokerConfiguration, queue: String, prefetch: Int, isExclusive: Bool = false,
        prepare: @Sendable (Link) throws(MessagingError) -> Void = { _ throws(MessagingError) in }
    ) throws(MessagingError) {
        let link = try Link(configuration)
        try prepare(link)
        try link.subscribe(queue, prefetch: prefetch, isExclusive: isExclusive)
        self.link = link
        self.prefetch = prefetch
        patience = configuration.heartbeat * 2
        connection += 1
        failure = nil
        isStopped = false
        status.update {
            $0.state = .connected
            $0.isSubscribed = true
        }
        thread.whenIdle { [weak self] readiness in
            guard let self else { return Wait() }
            return self.assumeIsolated { $0.turn(readiness) }
        }
    }

    /// Takes what is ready, waiting only when nothing is.
    ///
    /// - Returns: `nil` when the consumer was asked to stop.
    /// - Throws: ``MessagingError`` when the connection is lost.
    func next(maximum: Int) async throws(MessagingError) -> [Delivery]? {
        guard let batch = try await take(maximum: maximum) else { return nil }
        if let last = batch.last { inHand.append((last.tag, false)) }
        return batch
    }

    /// Takes all that is ready, waiting only when nothing is; each delivery is then ended by itself, in any order.
    ///
    /// - Returns: the deliveries and the number of the connection that they came by; `nil` when asked to stop.
    /// - Throws: ``MessagingError`` when the connection is lost.
    func nextSingly() async throws(MessagingError) -> (deliveries: [Delivery], connection: Int)? {
        guard let batch = try await take(maximum: .max) else { return nil }
        return (batch, connection)
    }

    private func take(maximum: Int) async throws(MessagingError) -> [Delivery]? {
        while true {
            if isStopped { return nil }
            if let failure { throw MessagingError(.connection, failure) }
            if !ready.isEmpty {
                let batch = Array(ready.prefix(maximum))
                ready.removeFirst(batch.count)
                readyBytes -= batch.reduce(0) { $0 + $1.body.count }
                return batch
            }
            await withCheckedContinuation { taker = $0 }
        }
    }

    /// Whether there is a connection.
    var isConnected: Bool { link != nil }

    /// How many deliveries could be taken now.
    var readyCount: Int { ready.count }

    /// Whether so many could be taken now, or as many bytes as are read ahead.
    func isFull(_ count: Int) -> Bool { ready.count >= count || readyBytes >= Self.maximumBytes }

    /// Acknowledges the batch that ends with a delivery of this connection, as soon as all that were taken before it are
    /// done too: one acknowledgement means everything up to it.
    func acknowledge(upTo tag: UInt64) throws(MessagingError) {
        guard let link, let place = inHand.firstIndex(where: { $0.tag == tag }) else { throw lost }
        inHand[place].isDone = true
        let done = inHand.prefix { $0.isDone }
        guard let last = done.last else { return }
        inHand.removeFirst(done.count)
        guard link.acknowledge(last.tag, isMultiple: true) else { throw lost }
        // What has come since the batches were taken is still here.
        let rest = ready.count
        status.update { $0.unacknowledged = rest }
    }

    /// Acknowledges one delivery, or gives it back to the queue. Without effect when the connection it came by is gone:
    /// the broker has it back already.
    func end(_ tag: UInt64, of connection: Int, isDone: Bool) {
        guard connection == self.connection, let link else { return }
        guard isDone ? link.acknowledge(tag, isMultiple: false) : link.reject(tag, requeue: true) else { return }
        status.update { $0.unacknowledged -= 1 }
    }

    private var lost: MessagingError {
        MessagingError(.connection, failure ?? "the connection was lost before the acknowledgement")
    }

    /// Publishes without waiting for a confirm; for answers, which nobody misses but who asked. Waits while the broker
    /// does not read, for two heartbeats at most: then the connection is given up.
    func send(_ message: Outgoing) async throws(MessagingError) {
        while true {
            guard let link else { throw MessagingError(.connection, failure ?? "not connected") }
            // On a dead connection the library's publish would hang: hear first, then ask the socket.
            try hear(link)
            if link.isWritable {
                guard link.publish(message) else { throw MessagingError(.connection, "the connection was lost") }
                return
            }
            await withCheckedContinuation { writers.append($0) }
        }
    }

    /// Closes; deliveries not acknowledged go back to the queue.
    func close() {
        fail("closed")
    }

    nonisolated func wake() {
        thread.wake()
    }

    private func turn(_ readiness: Readiness) -> Wait {
        guard let link else { return Wait() }
        do throws(MessagingError) {
            if !isReading, readiness.isReadable {
                throw MessagingError(.connection, "the broker closed the connection")
            }
            if stopFlag.isSet, !isStopped {
                // Deliveries that are here and not begun go back when the connection closes.
                try link.unsubscribe()
                isStopped = true
                ready = []
                readyBytes = 0
                status.update { $0.isSubscribed = false }
                resumeTaker()
            }
            if readyBytes < Self.maximumBytes {
                try hear(link)
                if link.isQuiet {
                    try link.probe(prefetch: prefetch)
                    // What came meanwhile is inside the library already: the socket would not tell of it.
                    try hear(link)
                }
            }
            try resumeWriters(link)
            isReading = readyBytes < Self.maximumBytes
            if !isReading { try link.beat() }
            status.note(isSilent: isReading && link.isSilent)
            return Wait(
                descriptor: link.descriptor, readable: isReading, writable: !writers.isEmpty, timeout: link.tick)
        } catch {
            fail(error.description)
            return Wait()
        }
    }

    /// Has those who wait to publish try again when the broker reads.
    private func resumeWriters(_ link: Link) throws(MessagingError) {
        guard !writers.isEmpty else { return }
        if link.isWritable {
            unwritableSince = nil
            resumeWriters()
        } else if let since = unwritableSince {
            if ContinuousClock.now - since > patience {
                throw MessagingError(.connection, "the broker reads nothing for \(patience)")
            }
        } else {
            unwritableSince = .now
        }
    }

    private func resumeWriters() {
        for writer in writers { writer.resume() }
        writers = []
    }

    private func hear(_ link: Link) throws(MessagingError) {
        var isCancelled = false
        let before = ready.count
        defer {
            let more = ready.count - before
            if more > 0 { status.update { $0.unacknowledged += more } }
        }
        try link.pump { event in
            switch event {
            // What was on its way when the subscription ended goes back when the connection closes.
            case .delivery where self.isStopped: break
            case .delivery(let delivery):
                self.ready.append(delivery)
                self.readyBytes += delivery.body.count
            case .consumerCancelled: isCancelled = true
            default: break
            }
            return self.readyBytes < Self.maximumBytes
        }
        if isCancelled {
            throw MessagingError(.connection, "the broker ended the subscription: was the queue deleted?")
        }
        if !ready.isEmpty { resumeTaker() }
    }

    private func fail(_ reason: String) {
        failure = reason
        link = nil
        ready = []
        readyBytes = 0
        inHand = []
        unwritableSince = nil
        isReading = true
        thread.whenIdle(nil)
        status.update {
            $0.state = .failed(reason)
            $0.isSubscribed = false
            $0.unacknowledged = 0
        }
        resumeTaker()
        resumeWriters()
    }

    private func resumeTaker() {
        taker?.resume()
        taker = nil
    }
}
