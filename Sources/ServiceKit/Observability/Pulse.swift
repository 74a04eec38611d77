import Logging
import Messaging
import ServiceLifecycle
import Synchronization

/// Feels whether the threads of the broker's connections still turn.
///
/// Each is asked for a sign of life in turn. A thread that hangs in the library gives none, however lively the rest of
/// the process is; only a restart mends that.
final class Pulse: Service {
    /// The longest a thread may be silent: past every time-out that a call on it can have.
    static let limit: Duration = .seconds(60)
    private static let rhythm: Duration = .seconds(1)

    private let threads: [(name: String, sign: @Sendable () async -> Void)]
    private let last = Mutex<(name: String, time: ContinuousClock.Instant)>(("", .now))

    /// - Parameter threads: what to feel, by name; each returns once its thread has turned.
    init(_ threads: [(name: String, sign: @Sendable () async -> Void)]) {
        self.threads = threads
    }

    /// Which thread does not turn; `nil` when all do.
    func silent(at now: ContinuousClock.Instant = .now) -> String? {
        last.withLock { now - $0.time > Self.limit ? $0.name : nil }
    }

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            for (name, sign) in threads {
                last.withLock { $0 = (name, .now) }
                await sign()
            }
            last.withLock { $0.time = .now }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.rhythm) }
        }
    }
}

/// A value that is read again only when it is older than a second: watching a service must not cost it anything.
final class Watched<Value: Sendable>: Sendable {
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
