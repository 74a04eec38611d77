import Synchronization
import TestSupport

/// Waits until a condition holds.
///
/// - Returns: false when it did not come to hold within twenty seconds.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    try await TestServers.eventually(within: .seconds(20), condition)
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
