import Synchronization

/// A clock whose time passes only when the executor has nothing to do, and then at once.
final class SimulatedClock: Clock {
    /// A moment of virtual time.
    struct Instant: InstantProtocol {
        let microseconds: Int64

        func advanced(by duration: Duration) -> Instant {
            Instant(microseconds: microseconds + SimulatedClock.microseconds(of: duration))
        }

        func duration(to other: Instant) -> Duration { .microseconds(other.microseconds - microseconds) }

        static func < (first: Instant, second: Instant) -> Bool { first.microseconds < second.microseconds }
    }

    private enum Wake {
        case sleeper(CheckedContinuation<Void, any Error>)
        case event(@Sendable () -> Void)
    }

    private struct Alarm {
        let deadline: Int64
        let number: Int
        let wake: Wake
    }

    private struct State {
        var now: Int64 = 0
        var lastNumber = 0
        /// The latest first; of those at one moment, the last set first.
        var alarms: [Alarm] = []

        mutating func add(_ wake: Wake, at deadline: Int64, number: Int) {
            var low = 0
            var high = alarms.count
            while low < high {
                let middle = (low + high) / 2
                if alarms[middle].deadline > deadline { low = middle + 1 } else { high = middle }
            }
            alarms.insert(Alarm(deadline: max(deadline, now), number: number, wake: wake), at: low)
        }

        mutating func nextNumber() -> Int {
            lastNumber += 1
            return lastNumber
        }
    }

    private let state = Mutex(State())

    var now: Instant { Instant(microseconds: microseconds) }
    var minimumResolution: Duration { .microseconds(1) }

    /// How much time has passed.
    var microseconds: Int64 { state.withLock { $0.now } }

    private static func microseconds(of duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }

    func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let number = state.withLock { $0.nextNumber() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                state.withLock { $0.add(.sleeper(continuation), at: deadline.microseconds, number: number) }
            }
        } onCancel: {
            let alarm = state.withLock { state in
                state.alarms.firstIndex { $0.number == number }.map { state.alarms.remove(at: $0) }
            }
            if case .sleeper(let continuation)? = alarm?.wake { continuation.resume(throwing: CancellationError()) }
        }
    }

    /// Has something done at a later time.
    func after(milliseconds: Int, _ event: @escaping @Sendable () -> Void) {
        state.withLock { state in
            let number = state.nextNumber()
            state.add(.event(event), at: state.now + Int64(milliseconds) * 1_000, number: number)
        }
    }

    /// Moves on to the next alarm.
    ///
    /// - Returns: false when there is none.
    func wakeNext() -> Bool {
        let alarm = state.withLock { state -> Alarm? in
            guard let alarm = state.alarms.popLast() else { return nil }
            state.now = max(state.now, alarm.deadline)
            return alarm
        }
        switch alarm?.wake {
        case .sleeper(let continuation): continuation.resume()
        case .event(let event): event()
        case nil: return false
        }
        return true
    }

    /// Forgets what is still to be done, so that a schedule that is over leaves nothing behind.
    func dropEvents() {
        state.withLock { state in
            state.alarms.removeAll { if case .event = $0.wake { true } else { false } }
        }
    }
}
