import Foundation
import PinnedThread

/// A client's connection: sends what was asked, and hands each answer to its question.
///
/// The thread sleeps until a question, an answer, or the end of somebody's patience wakes it. The connection is made
/// with the first question, and anew with the next one after it was lost.
actor AskingChannel {
    /// How many answers the broker may send ahead of their acknowledgement.
    private static let prefetch = 1_000

    private let thread = PinnedThread(name: "amqp-ask")
    private let configuration: BrokerConfiguration
    private let replies: String
    nonisolated let questions = OpenQuestions()
    private var link: Link?
    /// The client's own queue, for the answers; another for each connection.
    private var queue = ""
    /// When the broker last delivered something on this connection.
    private var lastDelivery = ContinuousClock.now

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(configuration: BrokerConfiguration, replies: String) {
        self.configuration = configuration
        self.replies = replies
        thread.whenIdle { [weak self] _ in
            guard let self else { return Wait() }
            return self.assumeIsolated { $0.turn() }
        }
    }

    isolated deinit {
        link = nil
        thread.stop()
    }

    /// Has the thread look at the questions again.
    nonisolated func wake() { thread.wake() }

    /// Closes the connection; what is open fails. The next question makes a new one.
    func close() {
        link = nil
        questions.fail(MessagingError(.connection, "the client was closed"), onlySent: false)
    }

    private func turn() -> Wait {
        let now = ContinuousClock.now
        let lastSent = questions.expire(at: now)
        let isNew = link == nil
        if link == nil {
            guard !questions.isEmpty else { return Wait() }
            do { link = try connect() } catch {
                questions.fail(error, onlySent: false)
                return Wait()
            }
        }
        guard let link else { return Wait() }
        do {
            try hear(link)
            let deadline = questions.start(at: .now)
            let isFull = try send(link)
            // Nothing came since a question was sent that nobody answered: perhaps it is the connection that is dead.
            // Those who still wait must not, and the next question must not meet it.
            if link.isQuiet || lastSent.map({ $0 > lastDelivery }) ?? false {
                try link.probe(prefetch: Self.prefetch)
                lastDelivery = .now
                // What came meanwhile is inside the library already: the socket would not tell of it.
                try hear(link)
            }
            let patience = deadline.map { max(.zero, $0 - .now) } ?? link.tick
            return Wait(descriptor: link.descriptor, writable: isFull, timeout: min(link.tick, patience))
        } catch {
            self.link = nil
            // What was not sent by an old connection gets a new one; a broker that ends new ones at once would have it
            // wait for ever.
            questions.fail(error, onlySent: !isNew)
            return Wait(timeout: questions.isEmpty ? nil : .zero)
        }
    }

    private func connect() throws(MessagingError) -> Link {
        let link = try Link(configuration)
        // A user may have queues of its own name only, so that nobody takes another's answers.
        queue = "reply.\(configuration.userName).\(UUID().uuidString.lowercased())"
        try link.declare(Queue(name: queue, kind: .classic, isExclusive: true))
        try link.bind(Binding(exchange: replies, queue: queue, routingKey: queue))
        try link.subscribe(queue, prefetch: Self.prefetch)
        lastDelivery = .now
        return link
    }

    /// Sends what waits.
    ///
    /// - Returns: whether the socket takes no more bytes now.
    private func send(_ link: Link) throws(MessagingError) -> Bool {
        guard questions.hasUnsent else { return false }
        // Held together, many questions reach the broker in few pieces.
        link.gather(true)
        defer { link.gather(false) }
        while link.isWritable {
            guard let (id, message, patience) = questions.nextUnsent(at: .now) else { return false }
            var question = message
            question.properties.correlationID = id
            question.properties.replyTo = queue
            // Verified by the broker: it is how a service knows who asks.
            question.properties.userID = configuration.userName
            // Whole milliseconds, and not none.
            let (seconds, attoseconds) = max(.zero, patience).components
            question.properties.expiration = String(seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
            guard link.publish(question) else {
                throw MessagingError(.connection, "the connection was lost while asking")
            }
        }
        return questions.hasUnsent
    }

    private func hear(_ link: Link) throws(MessagingError) {
        var last: UInt64?
        var isCancelled = false
        try link.pump { event in
            switch event {
            case .delivery(let answer):
                last = answer.tag
                if let id = answer.properties.correlationID { self.questions.settle(id, .success(answer)) }
            case .returned(let question, let code, let text):
                if let id = question.properties.correlationID {
                    let error = MessagingError(
                        .unroutable, "no queue takes '\(question.routingKey)': \(text)", replyCode: code)
                    self.questions.settle(id, .failure(error))
                }
            case .consumerCancelled: isCancelled = true
            default: break
            }
            return true
        }
        if isCancelled {
            throw MessagingError(.connection, "the broker ended the subscription to the answers")
        }
        guard let last else { return }
        lastDelivery = .now
        guard link.acknowledge(last, isMultiple: true) else {
            throw MessagingError(.connection, "the connection was lost")
        }
    }
}
