import Synchronization

/// The questions of one client that are neither answered nor given up, by correlation identifier.
///
/// An answer, a time-out, a lost connection and a cancellation each take a question out of here, and whoever has taken
/// it out resumes who asked: so each question ends exactly once, and a cancelled one at once, also while the
/// connection's thread waits for the broker.
final class OpenQuestions: Sendable {
    typealias Answer = Result<Delivery, MessagingError>

    private struct Question {
        let message: Outgoing
        let timeout: Duration
        let continuation: CheckedContinuation<Answer, Never>
        /// Counted from when there is a connection; nothing before.
        var deadline: ContinuousClock.Instant?
        var sentAt: ContinuousClock.Instant?
    }

    private struct State {
        var open: [String: Question] = [:]
        /// Those not sent yet, in the order of asking; also some that were given up meanwhile.
        var unsent: [String] = []
    }

    private let state = Mutex(State())

    /// Takes a question in, unless the asking task is cancelled already.
    func add(
        _ id: String, _ message: Outgoing, timeout: Duration, _ continuation: CheckedContinuation<Answer, Never>
    ) {
        let isTaken = state.withLock { state in
            // A cancellation that comes later finds the question here.
            guard !Task.isCancelled else { return false }
            state.open[id] = Question(message: message, timeout: timeout, continuation: continuation)
            state.unsent.append(id)
            return true
        }
        if !isTaken { continuation.resume(returning: .failure(Self.cancelled)) }
    }

    /// Ends a question; without effect when it has ended.
    func settle(_ id: String, _ answer: Answer) {
        state.withLock { $0.open.removeValue(forKey: id) }?.continuation.resume(returning: answer)
    }

    /// Ends a question whose asker does not want it any more.
    func cancel(_ id: String) { settle(id, .failure(Self.cancelled)) }

    private static let cancelled = MessagingError(.cancelled, "the question was given up by who asked it")

    /// Ends all, or all that were sent.
    func fail(_ error: MessagingError, onlySent: Bool) {
        let ended = state.withLock { state in
            let ended = state.open.filter { !onlySent || $0.value.sentAt != nil }
            for id in ended.keys { state.open[id] = nil }
            return ended.values.map(\.continuation)
        }
        for continuation in ended { continuation.resume(returning: .failure(error)) }
    }

    /// Whether nobody waits for an answer.
    var isEmpty: Bool { state.withLock { $0.open.isEmpty } }

    /// Starts the time of those that have none yet: there is a connection.
    ///
    /// - Returns: when the next of all ends.
    func start(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        state.withLock { state in
            for id in state.unsent {
                guard let question = state.open[id], question.deadline == nil else { continue }
                state.open[id]?.deadline = now + question.timeout
            }
            return state.open.values.lazy.compactMap(\.deadline).min()
        }
    }

    /// Ends those whose time is up.
    ///
    /// - Returns: when the last of them was sent; nothing when none that was sent has ended.
    func expire(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let late = state.withLock { state in
            let late = state.open.filter { $0.value.deadline.map { $0 <= now } ?? false }
            for id in late.keys { state.open[id] = nil }
            return Array(late.values)
        }
        for question in late {
            let reason =
                question.sentAt == nil
                ? "the broker takes no messages now"
                : "no answer to '\(question.message.routingKey)' within \(question.timeout): is the service up?"
            question.continuation.resume(returning: .failure(MessagingError(.timedOut, reason)))
        }
        return late.compactMap(\.sentAt).max()
    }

    /// Whether there is something to send.
    var hasUnsent: Bool { state.withLock { !$0.unsent.isEmpty } }

    /// The next question to send, marked as sent.
    ///
    /// - Returns: its identifier, the question and how long its asker still waits; nothing when all are sent.
    func nextUnsent(at now: ContinuousClock.Instant) -> (id: String, message: Outgoing, patience: Duration)? {
        state.withLock { state in
            while !state.unsent.isEmpty {
                let id = state.unsent.removeFirst()
                guard let question = state.open[id] else { continue }
                state.open[id]?.sentAt = now
                return (id, question.message, question.deadline.map { $0 - now } ?? question.timeout)
            }
            return nil
        }
    }
}
