public import Domain
public import Logging
import Messaging
public import Postgres
import ServiceLifecycle
import Synchronization

/// Something a service does all the time beside its messages, such as speaking with a server of somebody else's.
///
/// It is done pass by pass. A pass takes what is due by transactions of its own and may take its time between them; of several
/// copies each does what no other has in hand.
public struct StandingWork: Sendable {
    /// Does what is due: by the database, at a time, saying to a log what goes wrong.
    ///
    /// - Returns: whether there was anything to do, so that there may be more at once.
    public typealias Pass = @Sendable (PostgresPool, Timestamp, Logger) async throws -> Bool

    /// What it is called; of one name there is one.
    package let name: String
    /// One pass.
    package let pass: Pass

    /// - Parameters: as the properties.
    public init(_ name: String, _ pass: @escaping Pass) {
        self.name = name
        self.pass = pass
    }
}

/// Does a service's standing work, each in a loop of its own, so that none waits for another.
///
/// What the files of settings say holds from the next pass on. At a shutdown passes that have begun are ended and none is begun.
struct StandingWorker: Service {
    /// How long it rests when nothing was due.
    private static let rest: Duration = .milliseconds(200)
    /// How often it looks for work that new settings have brought.
    private static let look: Duration = .seconds(1)

    private let work: @Sendable () -> [StandingWork]
    private let pool: PostgresPool
    private let clock: ServiceClock
    private let logger: Logger
    private let running = Running()

    private final class Running: Sendable {
        let names = Mutex<Set<String>>([])
    }

    /// - Parameters:
    ///   - work: what there is to do now.
    ///   - pool: where the tables are.
    ///   - clock: the time.
    ///   - logger: where to say what goes wrong.
    init(
        _ work: @escaping @Sendable () -> [StandingWork], _ pool: PostgresPool, _ clock: ServiceClock, _ logger: Logger
    ) {
        self.work = work
        self.pool = pool
        self.clock = clock
        self.logger = logger
    }

    func run() async throws {
        await withDiscardingTaskGroup { group in
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                for name in work().map(\.name) where running.names.withLock({ $0.insert(name).inserted }) {
                    group.addTask {
                        await loop(name)
                        running.names.withLock { _ = $0.remove(name) }
                    }
                }
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.look) }
            }
        }
    }

    /// Pass after pass, until there is no such work any more.
    private func loop(_ name: String) async {
        var backOff = BackOff()
        while !Task.isShuttingDownGracefully, !Task.isCancelled, let work = work().first(where: { $0.name == name }) {
            var pause = Self.rest
            do {
                if try await work.pass(pool, clock.now(), logger) { pause = .zero }
                backOff = BackOff()
            } catch is CancellationError {
                return
            } catch {
                logger.warning("\(name): it is tried again", metadata: ["error": "\(error)"])
                pause = backOff.next()
            }
            if pause > .zero {
                try? await cancelWhenGracefulShutdown { [pause] in try await Task.sleep(for: pause) }
            }
        }
    }
}
