import Foundation

/// Asks questions over the broker and waits for the answers: any number at once over one connection.
///
/// An answer comes by an exclusive queue of the client's own, bound to the exchange of replies under its own name, and
/// finds its question by the correlation identifier. The connection is made with the first question.
public final class RequestClient: Sendable {
    private let channel: AskingChannel

    /// - Parameters:
    ///   - configuration: the broker.
    ///   - replies: the exchange of replies.
    public init(configuration: BrokerConfiguration, replies: String) {
        channel = AskingChannel(configuration: configuration, replies: replies)
    }

    /// Asks, and waits for the answer.
    ///
    /// - Parameters:
    ///   - request: the question; it expires with the time-out.
    ///   - timeout: how long to wait, from when there is a connection; that takes at most
    ///     the time in which the broker must answer.
    /// - Throws: ``MessagingError``: `timedOut` when no answer comes, `unroutable` when no queue takes the question,
    ///   `connection` when the connection cannot be made or is lost meanwhile, and `cancelled`, at once, when the task
    ///   is cancelled.
    public func request(_ request: Outgoing, timeout: Duration) async throws(MessagingError) -> Delivery {
        try await answer(to: request, timeout: timeout).get()
    }

    /// Asks several questions at once, and waits until all are answered or the time is over.
    ///
    /// - Parameters:
    ///   - requests: the questions; they expire with the time-out.
    ///   - timeout: how long to wait, as for one.
    /// - Returns: in the order of the questions, the answer, or why there is none.
    public func request(_ requests: [Outgoing], timeout: Duration) async -> [Result<Delivery, MessagingError>] {
        await withTaskGroup(of: (Int, Result<Delivery, MessagingError>).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, await self.answer(to: request, timeout: timeout)) }
            }
            var answers: [Int: Result<Delivery, MessagingError>] = [:]
            for await (index, answer) in group { answers[index] = answer }
            return answers.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private func answer(to request: Outgoing, timeout: Duration) async -> Result<Delivery, MessagingError> {
        let id = UUID().uuidString
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                channel.questions.add(id, request, timeout: timeout, continuation)
                channel.wake()
            }
        } onCancel: {
            channel.questions.cancel(id)
        }
    }

    /// Closes the connection; what is not answered fails.
    public func close() async { await channel.close() }
}
