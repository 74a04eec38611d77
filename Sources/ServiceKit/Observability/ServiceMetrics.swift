import Contracts
import Domain
import Synchronization

/// A number that only grows.
final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    func add(_ amount: Int) {
        if amount != 0 { value.add(amount, ordering: .relaxed) }
    }

    var current: Int { value.load(ordering: .relaxed) }
}

/// How often a measured value was at most each of some bounds.
final class Histogram: Sendable {
    struct Snapshot: Sendable {
        var counts: [Int]
        var sum = 0.0
        var count = 0
    }

    /// Bounds for durations in seconds, as the messaging conventions of OpenTelemetry have them, with finer steps
    /// below five milliseconds, where a broker on the same network answers.
    static let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
    /// Bounds for the size of a batch.
    static let sizes: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500]

    let bounds: [Double]
    private let state: Mutex<Snapshot>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(Snapshot(counts: [Int](repeating: 0, count: bounds.count)))
    }

    func record(_ value: Double) {
        state.withLock { state in
            if let index = bounds.firstIndex(where: { value <= $0 }) { state.counts[index] += 1 }
            state.sum += value
            state.count += 1
        }
    }

    func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        record(Double(seconds) + Double(attoseconds) / 1e18)
    }

    func record(from start: Timestamp, to end: Timestamp) {
        record(Double(end.microsecondsSinceEpoch - start.microsecondsSinceEpoch) / 1e6)
    }

    var snapshot: Snapshot { state.withLock { $0 } }
}

/// What a service counts and measures.
final class ServiceMetrics: Sendable {
    let handled = Counter()
    let duplicates = Counter()
    let published = Counter()
    let publishFailures = Counter()
    let outboxReclaimed = Counter()
    let retries = Counter()
    let splits = Counter()
    let scheduled = Counter()
    let queries = Counter()
    let inHand = BatchesInHand()
    let batchSize = Histogram(bounds: Histogram.sizes)
    let batchDuration = Histogram(bounds: Histogram.seconds)
    let confirmLatency = Histogram(bounds: Histogram.seconds)
    let endToEndLatency = Histogram(bounds: Histogram.seconds)
    private let refusals = Mutex<[Reason: Int]>([:])
    private let taskFailures = Mutex<[String: Int]>([:])
    private let named = Mutex<[String: Int]>([:])

    func refused(_ reason: Reason) {
        refusals.withLock { $0[reason, default: 0] += 1 }
    }

    /// A scheduled task has failed for a reason of its own.
    func taskFailed(_ task: String) {
        taskFailures.withLock { $0[task, default: 0] += 1 }
    }

    /// Adds to counters of the service's own.
    func add(_ counts: [String: Int]) {
        guard !counts.isEmpty else { return }
        named.withLock { $0.merge(counts, uniquingKeysWith: +) }
    }

    var refusedByReason: [Reason: Int] { refusals.withLock { $0 } }
    var failuresByTask: [String: Int] { taskFailures.withLock { $0 } }
    var namedCounts: [String: Int] { named.withLock { $0 } }
}
