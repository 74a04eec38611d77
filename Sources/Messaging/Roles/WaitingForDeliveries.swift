import Synchronization

/// Those who wait for the next deliveries of a session: woken by its thread, or at once by their own cancellation.
final class WaitingForDeliveries: Sendable {
    private struct Waiter {
        let continuation: CheckedContinuation<Void, Never>
        let deadline: ContinuousClock.Instant
    }

    private struct State {
        var last = 0
        var waiters: [Int: Waiter] = [:]
        /// Cancelled before they began to wait.
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Waits until woken, until the time is over, or until the task is cancelled; the caller looks which it was.
    func wait(until deadline: ContinuousClock.Instant) async {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = state.withLock { state in
                    if state.cancelled.contains(number) { return true }
                    state.waiters[number] = Waiter(continuation: continuation, deadline: deadline)
                    return false
                }
                if isCancelled { continuation.resume() }
            }
        } onCancel: {
            state.withLock { state in
                state.cancelled.insert(number)
                return state.waiters.removeValue(forKey: number)
            }?.continuation.resume()
        }
        state.withLock { _ = $0.cancelled.remove(number) }
    }

    /// Wakes all.
    func wake() {
        let woken = state.withLock { state in
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in woken.values { waiter.continuation.resume() }
    }

    /// Wakes those whose time is over.
    ///
    /// - Returns: when the next one's is.
    func expire(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let (over, next) = state.withLock { state in
            let over = state.waiters.filter { $0.value.deadline <= now }
            for number in over.keys { state.waiters[number] = nil }
            return (over, state.waiters.values.map(\.deadline).min())
        }
        for waiter in over.values { waiter.continuation.resume() }
        return next
    }
}
