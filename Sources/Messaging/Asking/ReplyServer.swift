public import Logging
import Synchronization

/// Answers the questions of a queue: several at once, up to a bound, each ended by itself, so that a slow one stands
/// before nobody else's.
public final class ReplyServer: Sendable {
    /// A question that has come.
    private struct Question: Sendable {
        let delivery: Delivery
        let connection: Int
        let arrivedAt: ContinuousClock.Instant

        /// Whether its asker has given it up. What waits at the broker, the broker drops; here the time counts from the
        /// arrival, because the clocks of two machines need not agree.
        func isExpired(at now: ContinuousClock.Instant) -> Bool {
            guard let milliseconds = delivery.properties.expiration.flatMap({ Int64($0) }) else { return false }
            return now - arrivedAt >= .milliseconds(milliseconds)
        }
    }

    private enum Event: Sendable {
        case came([Delivery], connection: Int)
        case ended
        case stopped
    }

    private let configuration: BrokerConfiguration
    private let queue: String
    private let replies: String
    private let concurrency: Int
    private let addressee: @Sendable (Delivery) -> String?
    private let logger: Logger
    private let stopFlag = StopFlag()
    private let shared = SharedStatus()
    private let channel: ConsumingChannel
    private let expired = Atomic(0)

    /// - Parameters:
    ///   - configuration: the broker.
    ///   - queue: the queue of questions.
    ///   - replies: the exchange that answers go to, under the key that the question names.
    ///   - concurrency: how many questions are answered at once.
    ///   - logger: where to say what goes wrong.
    public init(
        configuration: BrokerConfiguration, queue: String, replies: String, concurrency: Int = 4,
        addressee: @escaping @Sendable (Delivery) -> String? = \.properties.replyTo, logger: Logger
    ) {
        precondition(concurrency > 0, "a server of answers answers at least one question at a time")
        self.configuration = configuration
        self.queue = queue
        self.replies = replies
        self.concurrency = concurrency
        self.addressee = addressee
        self.logger = logger
        channel = ConsumingChannel(status: shared, stopFlag: stopFlag)
    }

    /// How the connection stands.
    public var status: ConnectionStatus { shared.current }

    /// How many questions were dropped because their askers had given them up before somebody was free to answer.
    public var expiredCount: Int { expired.load(ordering: .relaxed) }

    /// Returns once the connection's thread has turned: for a watch that notices when it hangs.
    public func signOfLife() async { _ = await channel.isConnected }

    /// Answers until ``stop()`` or cancellation; connects again whenever the connection is lost.
    ///
    /// - Parameter answer: the body of the answer to a question; `nil` gives the question back to the queue, for another
    ///   copy to answer. A question that the connection does not outlive is asked again by the broker; one whose asker
    ///   is gone has no effect.
    public func run(_ answer: @escaping @Sendable (Delivery) async -> [UInt8]?) async {
        await withTaskCancellationHandler {
            await serve(answer)
        } onCancel: {
            stop()
        }
        await channel.close()
    }

    /// Takes no more questions. What is being answered is still answered, then ``run(_:)`` returns; what has only come
    /// goes back to the queue.
    public func stop() {
        stopFlag.set()
        channel.wake()
    }

    private func serve(_ answer: @escaping @Sendable (Delivery) async -> [UInt8]?) async {
        await withTaskGroup(of: Event.self) { group in
            var waiting: [Question] = []
            var inHand = 0
            group.addTask { await self.intake() }
            while let event = await group.next() {
                switch event {
                case .came(let deliveries, let connection):
                    let now = ContinuousClock.now
                    // What came by a lost connection is delivered again.
                    waiting.removeAll { $0.connection != connection }
                    waiting += deliveries.map { Question(delivery: $0, connection: connection, arrivedAt: now) }
                    group.addTask { await self.intake() }
                case .ended: inHand -= 1
                case .stopped: break
                }
                if stopFlag.isSet { waiting = [] }
                while inHand < concurrency, !waiting.isEmpty {
                    let question = waiting.removeFirst()
                    inHand += 1
                    group.addTask {
                        await self.handle(question, answer)
                        return .ended
                    }
                }
            }
        }
    }

    /// Waits for questions, connecting when there is no connection.
    private func intake() async -> Event {
        var backOff = BackOff()
        while !stopFlag.isSet, !Task.isCancelled {
            do {
                if await !channel.isConnected {
                    // More than are answered at once, so that the next one is here when one is done; not many more, for
                    // another copy may be free.
                    try await channel.connect(configuration, queue: queue, prefetch: concurrency * 2)
                }
                guard let (questions, connection) = try await channel.nextSingly() else { break }
                return .came(questions, connection: connection)
            } catch {
                guard !stopFlag.isSet else { break }
                shared.update {
                    $0.state = .failed(error.description)
                    $0.isSubscribed = false
                    $0.reconnects += 1
                }
                logger.warning(
                    "questions cannot be answered; the connection is made anew",
                    metadata: ["queue": "\(queue)", "error": "\(error)"])
                await channel.close()
                await stopFlag.pause(for: backOff.next())
            }
        }
        return .stopped
    }

    private func handle(_ question: Question, _ answer: (Delivery) async -> [UInt8]?) async {
        let delivery = question.delivery
        var isDone = true
        if let asker = addressee(delivery) {
            if question.isExpired(at: .now) {
                expired.add(1, ordering: .relaxed)
            } else if let body = await answer(delivery) {
                let reply = Outgoing(
                    exchange: replies, routingKey: asker,
                    properties: MessageProperties(
                        contentType: "application/json", deliveryMode: 1,
                        correlationID: delivery.properties.correlationID),
                    body: body, isMandatory: false)
                do { try await channel.send(reply) } catch {
                    // With the connection the question goes back to the queue, and is asked again.
                    logger.warning(
                        "an answer was lost with the connection",
                        metadata: ["queue": "\(queue)", "error": "\(error)"])
                    return
                }
            } else {
                isDone = false
            }
        } else {
            logger.warning("a question names nobody to answer; it is dropped", metadata: ["queue": "\(queue)"])
        }
        await channel.end(delivery.tag, of: question.connection, isDone: isDone)
    }
}
