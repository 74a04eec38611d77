import Domain
import Metrics
import Synchronization

/// A number that only grows.
final class Counter: CounterHandler {
    private let value = Atomic<Int>(0)

    func add(_ amount: Int) {
        if amount != 0 { value.add(amount, ordering: .relaxed) }
    }

    var current: Int { value.load(ordering: .relaxed) }

    func increment(by amount: Int64) { add(Int(amount)) }

    func reset() { value.store(0, ordering: .relaxed) }
}

/// A number that goes up and down.
final class Level: RecorderHandler, MeterHandler {
    private let value = Mutex(0.0)

    var current: Double { value.withLock { $0 } }

    func set(_ value: Double) { self.value.withLock { $0 = value } }

    func set(_ value: Int64) { set(Double(value)) }

    func increment(by amount: Double) { value.withLock { $0 += amount } }

    func decrement(by amount: Double) { value.withLock { $0 -= amount } }

    func record(_ value: Double) { set(value) }

    func record(_ value: Int64) { set(Double(value)) }
}

/// How often a measured value was at most each of some bounds.
final class Histogram: RecorderHandler, TimerHandler {
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

    func record(_ value: Int64) { record(Double(value)) }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        record(Double(seconds) + Double(attoseconds) / 1e18)
    }

    /// Records how long something took since a time that somebody else's clock says. A clock that is ahead makes it
    /// nought: a sum that goes back looks like a restart. What would have begun more than thirty days ago is a clock that
    /// was never set, and is left out.
    ///
    /// - Returns: whether the time can be believed.
    @discardableResult
    func record(from start: Timestamp, to end: Timestamp) -> Bool {
        let seconds = Double(end.microsecondsSinceEpoch - start.microsecondsSinceEpoch) / 1e6
        guard seconds <= Self.longestBelieved else { return false }
        record(max(0, seconds))
        return seconds >= -Self.clockTolerance
    }

    private static let longestBelieved = 30 * 86_400.0
    private static let clockTolerance = 60.0

    var snapshot: Snapshot { state.withLock { $0 } }
}
