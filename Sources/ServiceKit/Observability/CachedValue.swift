import Synchronization

/// A value that is read again only when it is older than a second: watching a service must not cost it anything.
final class CachedValue<Value: Sendable>: Sendable {
    private let read: @Sendable () async throws -> Value
    private let known = Mutex<(value: Value, time: ContinuousClock.Instant)?>(nil)

    /// - Parameter read: reads the value.
    init(_ read: @escaping @Sendable () async throws -> Value) {
        self.read = read
    }

    /// The value as it was at most a second ago.
    func current() async throws -> Value {
        if let known = known.withLock({ $0 }), ContinuousClock.now - known.time < .seconds(1) { return known.value }
        let value = try await read()
        known.withLock { $0 = (value, .now) }
        return value
    }
}
