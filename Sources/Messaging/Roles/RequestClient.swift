import Foundation

/// Asks questions over the broker and waits for the answers.
///
/// An answer comes by an exclusive queue of the asker's own, bound to the exchange of replies under its own name.
public actor RequestClient {
    private let configuration: BrokerConfiguration
    private let replies: String
    private var session: BrokerSession?
    private var queue = ""

    /// - Parameters:
    ///   - configuration: the broker.
    ///   - replies: the exchange of replies.
    public init(configuration: BrokerConfiguration, replies: String) {
        self.configuration = configuration
        self.replies = replies
    }

    /// Asks, and waits for the answer.
    ///
    /// - Parameters:
    ///   - request: the question; it expires with the time-out.
    ///   - timeout: how long to wait.
    /// - Throws: ``MessagingError`` of code `timedOut` when no answer comes.
    public func request(_ request: Outgoing, timeout: Duration) async throws(MessagingError) -> Delivery {
        let session = try await connected()
        let correlation = UUID().uuidString
        var question = request
        question.properties.correlationID = correlation
        question.properties.replyTo = queue
        question.properties.expiration = String(timeout.components.seconds * 1_000 + 1)
        let answer: Delivery?
        do {
            try await session.send(question)
            answer = try await self.answer(to: correlation, session, until: .now + timeout)
        } catch {
            self.session = nil
            throw error
        }
        guard let answer else {
            // Perhaps it was the connection that lost it: the next question gets a new one.
            await session.close()
            self.session = nil
            throw MessagingError(
                .timedOut, "no answer to '\(request.routingKey)' within \(timeout): is the service up?")
        }
        return answer
    }

    private func answer(
        to correlation: String, _ session: BrokerSession, until deadline: ContinuousClock.Instant
    ) async throws(MessagingError) -> Delivery? {
        while ContinuousClock.now < deadline {
            let answers = try await session.next(within: deadline - ContinuousClock.now)
            for answer in answers {
                try await session.acknowledge(answer.tag)
                if answer.properties.correlationID == correlation { return answer }
            }
        }
        return nil
    }

    /// Closes the connection.
    public func close() async {
        await session?.close()
        session = nil
    }

    private func connected() async throws(MessagingError) -> BrokerSession {
        if let session { return session }
        let session = try await BrokerSession.connect(configuration)
        queue = "reply.\(UUID().uuidString.lowercased())"
        try await session.declare(Queue(name: queue, kind: .classic, isExclusive: true))
        try await session.bind(Binding(exchange: replies, queue: queue, routingKey: queue))
        try await session.subscribe(queue)
        self.session = session
        return session
    }
}
