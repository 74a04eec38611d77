import Synchronization

/// A flag that is set once, from anywhere, and that ends the pauses of those who look at it.
final class StopFlag: Sendable {
    private let value = Atomic(false)
    private let sleepers = Mutex<[Int: CheckedContinuation<Void, Never>]>([:])
    private let lastSleeper = Atomic(0)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() {
        value.store(true, ordering: .releasing)
        let woken = sleepers.withLock { sleepers in
            defer { sleepers = [:] }
            return sleepers
        }
        for sleeper in woken.values { sleeper.resume() }
    }

    /// Returns when the time is up, the flag is set or the task is cancelled, whichever comes first.
    func pause(for duration: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: duration) }
            group.addTask { await self.untilSet() }
            await group.next()
            group.cancelAll()
        }
    }

    private func untilSet() async {
        let sleeper = lastSleeper.add(1, ordering: .relaxed).newValue
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = sleepers.withLock { sleepers in
                    // Whichever of these comes true later finds the sleeper in the list.
                    if isSet || Task.isCancelled { return true }
                    sleepers[sleeper] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            sleepers.withLock { $0.removeValue(forKey: sleeper) }?.resume()
        }
    }
}
