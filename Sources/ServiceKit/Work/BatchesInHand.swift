import Synchronization

/// The batches that a service is at work on, and what the oldest of them waits for.
///
/// A batch that does not come to its end holds up everything behind it, however well all connections are.
final class BatchesInHand: Sendable {
    private struct Batch {
        let count: Int
        let since: ContinuousClock.Instant
        var obstacle: String?
        var isForGood = false
    }

    private let batches = Mutex<(next: Int, known: [Int: Batch])>((0, [:]))

    /// A batch is begun.
    ///
    /// - Returns: a number for ``end(_:)``.
    func begin(_ count: Int, at now: ContinuousClock.Instant = .now) -> Int {
        batches.withLock { batches in
            batches.next += 1
            batches.known[batches.next] = Batch(count: count, since: now)
            return batches.next
        }
    }

    /// It goes on only when something is mended.
    ///
    /// - Parameter isForGood: whether that does not pass by itself, so that there is nothing to wait for before saying so.
    func note(_ batch: Int, obstacle: String, isForGood: Bool = false) {
        batches.withLock {
            $0.known[batch]?.obstacle = obstacle
            $0.known[batch]?.isForGood = isForGood
        }
    }

    /// It has come to its end.
    func end(_ batch: Int) { batches.withLock { $0.known[batch] = nil } }

    /// How old the oldest batch is; nought when there is none.
    func oldestAge(at now: ContinuousClock.Instant = .now) -> Duration {
        batches.withLock { $0.known.values.map(\.since).min().map { now - $0 } ?? .zero }
    }

    /// What is wrong with the oldest batch that is older than it may be, or that will not go on by itself.
    func problem(past limit: Duration, at now: ContinuousClock.Instant = .now) -> String? {
        batches.withLock { batches in
            let wrong = batches.known.values.filter { $0.isForGood || now - $0.since > limit }
            guard let oldest = wrong.min(by: { $0.since < $1.since }) else { return nil }
            return "work: \(oldest.count) messages have been in hand for \((now - oldest.since).components.seconds) s"
                + (oldest.obstacle.map { ": \($0)" } ?? "")
        }
    }
}
