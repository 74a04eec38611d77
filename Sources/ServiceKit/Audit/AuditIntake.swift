import BrokerLayout
import Contracts
import Domain
import Logging
import Messaging
import Postgres
import ServiceLifecycle
import Synchronization

/// Takes what operators did, and who tried to speak for whom, out of a queue of its own into the table of the audit.
///
/// The queue is bound to the exchange of the audit beside the one that nobody empties: it buffers while this service or its
/// database is away. A record that comes again, renewed or put back by an operator, is there once.
final class AuditIntake: Service {
    private let consumer: Consumer
    private let pool: PostgresPool
    private let logger: Logger
    private let trouble = Mutex<String?>(nil)

    /// - Parameters:
    ///   - broker: the broker.
    ///   - pool: the database.
    ///   - logger: where to say what goes wrong.
    init(_ broker: BrokerConfiguration, pool: PostgresPool, logger: Logger) {
        consumer = Consumer(configuration: broker, queue: Queues.keptAudit, logger: logger)
        self.pool = pool
        self.logger = logger
    }

    /// Why records are not taken in; nothing when they are.
    var problem: String? {
        trouble.withLock { $0 }.map { "audit: what operators did waits in '\(Queues.keptAudit)': \($0)" }
    }

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await take()
        } onGracefulShutdown: {
            self.consumer.stop()
        }
    }

    private func take() async throws {
        var backOff = BackOff()
        while !Task.isShuttingDownGracefully {
            try Task.checkCancellation()
            do {
                try await consumer.run { try await self.keep($0) }
                return
            } catch is CancellationError {
                return
            } catch {
                // A right that is missing, or a database that takes nothing: messages are handled and answered as ever.
                trouble.withLock { $0 = "\(error)" }
                logger.warning("what operators did cannot be kept; it is tried again", metadata: ["error": "\(error)"])
                let pause = backOff.next()
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
            }
        }
    }

    /// Writes a batch down; when it returns, the batch is acknowledged.
    func keep(_ deliveries: [Delivery]) async throws {
        try await Self.keep(deliveries.map(\.body), pool)
        trouble.withLock { $0 = nil }
    }

    /// Writes records down.
    static func keep(_ bodies: [[UInt8]], _ pool: PostgresPool) async throws {
        let now = ServiceClock.wallClock()
        let acts = bodies.map { OperatorAct(body: $0, now: now) }
        try await pool.withTransaction { try AuditStore.put(acts, $0) }
    }
}
