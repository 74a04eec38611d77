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
    private var prefetch = 1

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
        failure = nil
        isStopped = false
        status.update {
            $0.state = .connected
            $0.isSubscribed = true
        }
        thread.whenIdle { [weak self] readiness in
            guard let self else { return Wait() }
            return self.assumeIsolated { $0.turn() }
        }
    }

    /// Takes what is ready, waiting only when nothing is.
    ///
    /// - Returns: `nil` when the consumer was asked to stop.
    /// - Throws: ``MessagingError`` when the connection is lost.
    func next(maximum: Int) async throws(MessagingError) -> [Delivery]? {
        while true {
            if isStopped { return nil }
            if let failure { throw MessagingError(.connection, failure) }
            if !ready.isEmpty {
                let batch = Array(ready.prefix(maximum))
                ready.removeFirst(batch.count)
                readyBytes -= batch.reduce(0) { $0 + $1.body.count }
                if let last = batch.last { inHand.append((last.tag, false)) }
                return batch
            }
            await withCheckedContinuation { taker = $0 }
        }
    }

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

    private var lost: MessagingError {
        MessagingError(.connection, failure ?? "the connection was lost before the acknowledgement")
    }

    /// Publishes without waiting for a confirm; for answers, which nobody misses but who asked.
    func send(_ message: Outgoing) throws(MessagingError) {
        guard let link else { throw MessagingError(.connection, failure ?? "not connected") }
        try hear(link)
        guard link.isWritable else { throw MessagingError(.timedOut, "the broker takes no messages now") }
        guard link.publish(message) else { throw MessagingError(.connection, "the connection was lost") }
    }

    /// Closes; deliveries not acknowledged go back to the queue.
    func close() {
        fail("closed")
    }

    nonisolated func wake() {
        thread.wake()
    }

    private func turn() -> Wait {
        guard let link else { return Wait() }
        do {
            if stopFlag.isSet, !isStopped {
                // Deliveries that are here and not begun go back when the connection closes.
                try link.unsubscribe()
                isStopped = true
                ready = []
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
            let isReading = readyBytes < Self.maximumBytes
            status.note(isSilent: isReading && link.isSilent)
            return Wait(descriptor: link.descriptor, readable: isReading, timeout: link.tick)
        } catch {
            fail(error.description)
            return Wait()
        }
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
        thread.whenIdle(nil)
        status.update {
            $0.state = .failed(reason)
            $0.isSubscribed = false
            $0.unacknowledged = 0
        }
        resumeTaker()
    }

    private func resumeTaker() {
        taker?.resume()
        taker = nil
    }
}
