import Foundation

/// Asks questions over the broker and waits for the answers.
///
/// An answer comes by an exclusive queue of the asker's own, bound to the exchange of replies under its own name.
public actor RequestClient {
    private let configuration: BrokerConfiguration
    private let replies: String
    private var session: BrokerSession?
    private var queue = ""
    private var isAsking = false

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
        let answers = try await self.request([request], timeout: timeout)
        guard let answer = answers.first ?? nil else {
            throw MessagingError(
                .timedOut, "no answer to '\(request.routingKey)' within \(timeout): is the service up?")
        }
        return answer
    }

    /// Asks several questions at once, and waits until all are answered or the time is over. One call at a time: a
    /// client waits for the answers to its own questions only.
    ///
    /// - Parameters:
    ///   - requests: the questions; they expire with the time-out.
    ///   - timeout: how long to wait.
    /// - Returns: the answers in the order of the questions; nothing for a question that was not answered in time.
    public func request(_ requests: [Outgoing], timeout: Duration) async throws(MessagingError) -> [Delivery?] {
        guard !isAsking else {
            throw MessagingError(
                .refused, "this client is waiting for answers already: ask together, or by another client")
        }
        isAsking = true
        defer { isAsking = false }
        let session = try await connected()
        // Whole milliseconds, and not none.
        let (seconds, attoseconds) = timeout.components
        let expiration = String(seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
        var open: [String: Int] = [:]
        var answers = [Delivery?](repeating: nil, count: requests.count)
        do {
            for (index, request) in requests.enumerated() {
                let correlation = UUID().uuidString
                open[correlation] = index
                var question = request
                question.properties.correlationID = correlation
                question.properties.replyTo = queue
                question.properties.expiration = expiration
                try await session.send(question)
            }
            let deadline = ContinuousClock.now + timeout
            while !open.isEmpty, ContinuousClock.now < deadline {
                for answer in try await session.next(within: deadline - ContinuousClock.now) {
                    try await session.acknowledge(answer.tag)
                    if let index = answer.properties.correlationID.flatMap({ open.removeValue(forKey: $0) }) {
                        answers[index] = answer
                    }
                }
            }
        } catch {
            self.session = nil
            throw error
        }
        if !open.isEmpty {
            // Perhaps it was the connection that lost it: the next question gets a new one.
            await session.close()
            self.session = nil
        }
        return answers
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
