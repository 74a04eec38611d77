import Logging
import Messaging
import ServiceLifecycle
import Synchronization

/// Probes whether the threads of the broker's connections still turn.
///
/// Each is asked for a sign of life in turn. A thread that hangs in the library gives none, however lively the rest of
/// the process is; only a restart mends that.
final class LivenessProbe: Service {
    /// The longest a thread may be silent: past every time-out that a call on it can have.
    static let limit: Duration = .seconds(60)
    private static let interval: Duration = .seconds(1)

    private let threads: [(name: String, sign: @Sendable () async -> Void)]
    private let last = Mutex<(name: String, time: ContinuousClock.Instant)>(("", .now))

    /// - Parameter threads: what to probe, by name; each returns once its thread has turned.
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
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
    }
}
