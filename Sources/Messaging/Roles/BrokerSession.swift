import CRabbitMQ
import Foundation
import PinnedThread

/// A plain session with the broker: for operators, checks and tests. One connection, one channel.
///
/// What the broker refuses is an error with its reply code, and the session stays usable.
public actor BrokerSession {
    private let thread = PinnedThread(name: "amqp-session")
    private var link: Link?
    private var isConfirming = false
    private var deliveries: [Delivery] = []
    private let waiting = WaitingForDeliveries()
    private var failure = "the session is closed"

    /// The thread on which everything of this session runs.
    nonisolated public var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private init() {}

    isolated deinit {
        link = nil
        thread.stop()
    }

    /// Connects.
    ///
    /// - Parameters:
    ///   - configuration: the broker.
    ///   - closed: called on the thread that closes the connection; for tests.
    public static func connect(
        _ configuration: BrokerConfiguration, closed: (@Sendable () -> Void)? = nil
    ) async throws(MessagingError) -> BrokerSession {
        let session = BrokerSession()
        try await session.open(configuration, closed)
        return session
    }

    private func open(_ configuration: BrokerConfiguration, _ closed: (@Sendable () -> Void)?) throws(MessagingError) {
        link = try Link(configuration, closed: closed)
        thread.whenIdle { [weak self] _ in
            guard let self else { return Wait() }
            return self.assumeIsolated { $0.turn() }
        }
    }

    private func turn() -> Wait {
        guard let link, link.isAlive else {
            waiting.wake()
            return Wait()
        }
        do {
            try hear(link)
            if !deliveries.isEmpty { waiting.wake() }
            let patience = waiting.expire(at: .now).map { max(.zero, $0 - .now) } ?? link.tick
            return Wait(descriptor: link.descriptor, timeout: min(link.tick, patience))
        } catch {
            failure = error.description
            self.link = nil
            waiting.wake()
            return Wait()
        }
    }

    private func hear(_ link: Link) throws(MessagingError) {
        var isCancelled = false
        try link.pump { event in
            switch event {
            case .delivery(let delivery): self.deliveries.append(delivery)
            case .consumerCancelled: isCancelled = true
            default: break
            }
            return true
        }
        if isCancelled {
            throw MessagingError(.connection, "the broker ended the subscription: was the queue deleted?")
        }
    }

    private func connected() throws(MessagingError) -> Link {
        guard let link, link.isAlive else { throw MessagingError(.connection, failure) }
        return link
    }

    /// Closes the session; what was got and not acknowledged goes back.
    public func close() {
        thread.whenIdle(nil)
        link = nil
        waiting.wake()
    }

    // MARK: Topology

    /// Declares an exchange.
    public func declare(_ exchange: Exchange) throws(MessagingError) { try connected().declare(exchange) }

    /// Declares a queue.
    public func declare(_ queue: Queue) throws(MessagingError) { try connected().declare(queue) }

    /// Binds a queue.
    public func bind(_ binding: Binding) throws(MessagingError) { try connected().bind(binding) }

    /// Binds an exchange to another.
    public func bind(_ binding: ExchangeBinding) throws(MessagingError) { try connected().bind(binding) }

    /// Whether an exchange is there.
    public func exists(_ exchange: Exchange) throws(MessagingError) -> Bool {
        do {
            try connected().ask("looking at exchange '\(exchange.name)'") { connection, channel in
                exchange.name.withAMQPBytes { name in
                    exchange.kind.rawValue.withAMQPBytes { kind in
                        _ = amqp_exchange_declare(connection, channel, name, kind, 1, 1, 0, 0, amqp_empty_table)
                    }
                }
            }
            return true
        } catch  where error.replyCode == 404 {
            return false
        }
    }

    /// Whether a queue is there.
    public func exists(_ queue: Queue) throws(MessagingError) -> Bool {
        do {
            _ = try status(of: queue.name)
            return true
        } catch  where error.replyCode == 404 {
            return false
        }
    }

    /// How many messages wait in a queue, and how many consumers it has.
    public func status(of queue: String) throws(MessagingError) -> (messages: Int, consumers: Int) {
        var status = (messages: 0, consumers: 0)
        try connected().ask("looking at queue '\(queue)'") { connection, channel in
            queue.withAMQPBytes { name in
                if let answer = amqp_queue_declare(connection, channel, name, 1, 1, 0, 0, amqp_empty_table) {
                    status = (Int(answer.pointee.message_count), Int(answer.pointee.consumer_count))
                }
            }
        }
        return status
    }

    /// Deletes a queue with all that is in it.
    public func deleteQueue(_ queue: String) throws(MessagingError) {
        try connected().ask("deleting queue '\(queue)'") { connection, channel in
            queue.withAMQPBytes { _ = amqp_queue_delete(connection, channel, $0, 0, 0) }
        }
    }

    // MARK: Messages

    /// Subscribes to a queue; ``next(within:)`` then gives what comes.
    public func subscribe(_ queue: String, prefetch: Int = 100) throws(MessagingError) {
        try connected().subscribe(queue, prefetch: prefetch)
    }

    /// What has been delivered so far, waiting for the first of it.
    ///
    /// - Parameter timeout: how long to wait at most.
    /// - Returns: nothing when the time is up, or, at once, when the task is cancelled.
    public func next(within timeout: Duration) async throws(MessagingError) -> [Delivery] {
        let deadline = ContinuousClock.now + timeout
        while true {
            try hear(try connected())
            if !deliveries.isEmpty {
                defer { deliveries = [] }
                return deliveries
            }
            guard ContinuousClock.now < deadline, !Task.isCancelled else { return [] }
            await waiting.wait(until: deadline)
        }
    }

    /// Acknowledges a delivery, or all up to it.
    public func acknowledge(_ tag: UInt64, isMultiple: Bool = false) throws(MessagingError) {
        guard try connected().acknowledge(tag, isMultiple: isMultiple) else {
            throw MessagingError(.connection, "the connection was lost before the acknowledgement")
        }
    }

    /// Acknowledges many deliveries, and sends the queue one command for all of them.
    ///
    /// The channel of a quorum queue sends a command for each acknowledgement and, when many are under way, holds the
    /// next ones back and forgets them when it closes. Those of a transaction of the channel are one command. The session
    /// is transactional from then on: it must neither ``acknowledge(_:isMultiple:)`` nor ``send(_:)`` any more.
    public func settle(_ tags: [UInt64]) throws(MessagingError) { try connected().settle(tags) }

    /// Ends the subscription. When this returns, the queue has done what was settled before: it hears of both in one
    /// order, and the broker answers only when the queue has.
    public func unsubscribe() throws(MessagingError) { try connected().unsubscribe(within: .seconds(30)) }

    /// Gives a delivery back to its queue, or drops it.
    public func reject(_ tag: UInt64, requeue: Bool) throws(MessagingError) {
        guard try connected().reject(tag, requeue: requeue) else {
            throw MessagingError(.connection, "the connection was lost before the rejection")
        }
    }

    /// Publishes without a confirm; for questions, whose answer is the confirm.
    ///
    /// - Throws: ``MessagingError`` when the broker takes no messages now.
    public func send(_ message: Outgoing) throws(MessagingError) {
        let link = try connected()
        try hear(link)
        guard link.isWritable else { throw MessagingError(.timedOut, "the broker takes no messages now") }
        guard link.publish(message) else { throw MessagingError(.connection, "the connection was lost") }
    }
}
