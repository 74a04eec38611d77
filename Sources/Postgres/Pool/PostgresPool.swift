public import Logging
import Synchronization

/// A bounded number of connections, shared in order of asking.
///
/// Connections are made when they are needed, and made anew when they were lost; after a failed attempt the next one
/// waits 50 ms, then longer, up to 1.6 s. Nothing has to run for that.
public final class PostgresPool: Sendable {
    /// What the pool is doing.
    public struct Status: Sendable, Equatable {
        /// Whether the last attempt to connect or to use a connection worked.
        public var isHealthy = true
        /// What went wrong last; `nil` once it works again.
        public var lastError: String?
        /// Connections open or being opened.
        public var open = 0
        /// Connections in use.
        public var busy = 0
        /// Tasks that wait for one.
        public var waiting = 0
    }

    private let configuration: PostgresConfiguration
    private let size: Int
    private let acquireTimeout: Duration
    private let logger: Logger
    private let state: Mutex<PoolState>

    /// - Parameters:
    ///   - configuration: where to connect.
    ///   - size: how many connections at most.
    ///   - acquireTimeout: how long a task waits for one.
    ///   - logger: where to say what goes wrong.
    public init(
        configuration: PostgresConfiguration, size: Int = 4, acquireTimeout: Duration = .seconds(30), logger: Logger
    ) {
        precondition(size > 0, "a pool needs at least one connection")
        self.configuration = configuration
        self.size = size
        self.acquireTimeout = acquireTimeout
        self.logger = logger
        state = Mutex(PoolState(size: size))
    }

    /// Keeps the pool until the task is cancelled, then closes it.
    public func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(3_600))
        }
        await close()
    }

    /// What the pool is doing.
    public var status: Status { state.withLock { $0.status } }

    /// Runs a closure in a transaction on one of the connections.
    ///
    /// The closure runs on the connection's thread, all of it in one visit, and may run a second time when a prepared
    /// statement has to be made anew; it must therefore change nothing but the database. BEGIN travels with its first
    /// statement.
    ///
    /// - Parameters:
    ///   - isReadOnly: whether the transaction may only read.
    ///   - body: what to do; what it throws rolls everything back.
    /// - Returns: what the closure returns, once it is committed.
    /// - Throws: what the closure throws; ``PostgresError`` when there is no connection or the COMMIT fails, also when
    ///   the closure did not heed the failure of a statement; `CancellationError` when the task is cancelled before it
    ///   has a connection. Once begun, a transaction goes to its end.
    @discardableResult
    public func withTransaction<Result: Sendable>(
        isReadOnly: Bool = false, _ body: @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result {
        let connection = try await acquire()
        do {
            let result = try await connection.withTransaction(isReadOnly: isReadOnly, body)
            await release(connection, after: nil)
            return result
        } catch {
            await release(connection, after: error)
            throw error
        }
    }

    /// Closes the connections that are not in use; those in use are closed when they come back. Whoever waits or asks
    /// later is refused.
    public func close() async {
        let (idle, waiting) = state.withLock { $0.close() }
        for continuation in waiting { continuation.resume(returning: .failure(Self.closedError)) }
        for connection in idle { await connection.close() }
    }

    private static let closedError = PostgresError(.pool, "the pool of database connections is closed")

    // MARK: Sharing

    private func acquire() async throws -> PostgresConnection {
        try Task.checkCancellation()
        switch try await place() {
        case .connection(let connection) where connection.isAlive: return connection
        case .connection(let connection):
            logger.debug("a database connection was lost while it was not in use; it is replaced")
            await connection.close()
            return try await connect()
        case .empty: return try await connect()
        }
    }

    private func place() async throws -> PoolState.Place {
        let (ready, id) = state.withLock { state in state.isClosed ? (nil, 0) : state.ask() }
        if let ready { return ready }
        guard id > 0 else { throw Self.closedError }
        let deadline = ContinuousClock.now + acquireTimeout
        let answer = await withTaskGroup(of: Result<PoolState.Place, any Error>?.self) { group in
            group.addTask { await self.wait(id, until: deadline) }
            group.addTask {
                try? await Task.sleep(until: deadline)
                if !Task.isCancelled {
                    self.state.withLock { $0.dequeue(id) }?.resume(returning: .failure(self.tooLate))
                }
                return nil
            }
            // Only the waiter's own answer counts: it may hold a place, which must not be lost.
            while let ended = await group.next() {
                guard let answer = ended else { continue }
                group.cancelAll()
                return answer
            }
            return .failure(CancellationError())
        }
        return try answer.get()
    }

    private func wait(_ id: Int, until deadline: ContinuousClock.Instant) async -> Result<PoolState.Place, any Error> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Result<PoolState.Place, any Error>? in
                    // Whichever of these comes true later finds the waiter in the queue.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.isClosed { return .failure(Self.closedError) }
                    if ContinuousClock.now >= deadline { return .failure(tooLate) }
                    return state.enqueue(id, continuation).map { .success($0) }
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            state.withLock { $0.dequeue(id) }?.resume(returning: .failure(CancellationError()))
        }
    }

    private var tooLate: PostgresError {
        PostgresError(.pool, "no database connection came free within \(acquireTimeout): all \(size) are in use")
    }

    /// Fills the place that the caller was given.
    private func connect() async throws -> PostgresConnection {
        do {
            if let time = state.withLock({ $0.startConnecting(now: .now) }) { try await Task.sleep(until: time) }
            let connection = try await PostgresConnection.connect(configuration)
            if state.withLock({ $0.connected() }) { logger.info("the database answers again") }
            return connection
        } catch let error as PostgresError {
            let (next, told) = state.withLock { $0.connectFailed(error, now: .now) }
            next?.resume(returning: .success(.empty))
            for continuation in told { continuation.resume(returning: .failure(error)) }
            throw error
        } catch {
            state.withLock { $0.stopConnecting() }?.resume(returning: .success(.empty))
            throw error
        }
    }

    private func release(_ connection: PostgresConnection, after error: (any Error)?) async {
        guard connection.isAlive else {
            await connection.close()
            let cause =
                error as? PostgresError
                ?? PostgresError(.connection, "the connection was lost", isConnectionLost: true)
            // The next in line gets the place, and may connect.
            state.withLock { $0.vacate(after: cause) }?.resume(returning: .success(.empty))
            return
        }
        let (next, isClosed) = state.withLock { ($0.giveBack(connection), $0.isClosed) }
        if let next { return next.resume(returning: .success(.connection(connection))) }
        if isClosed { await connection.close() }
    }
}
