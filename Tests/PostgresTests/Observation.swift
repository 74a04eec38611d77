import Synchronization

/// Waits until a condition holds.
///
/// - Returns: false when it did not come to hold within twenty seconds.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return false
}

/// A number that any thread may change.
final class Counter: Sendable {
    private let number = Atomic(0)

    var value: Int { number.load(ordering: .sequentiallyConsistent) }

    @discardableResult
    func add(_ change: Int) -> Int { number.add(change, ordering: .sequentiallyConsistent).newValue }
}

/// What any thread may note, in the order of noting.
final class Noted<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func note(_ element: Element) { elements.withLock { $0.append(element) } }
}
