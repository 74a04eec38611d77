public import Logging
import Synchronization

/// A bounded number of connections, shared in order of asking.
public final class PostgresPool: Sendable {
    /// What the pool is doing.
    public struct Status: Sendable {
        /// Whether the last attempt to connect or to use a connection worked.
        public var isHealthy = true
        /// What went wrong last.
        public var lastError: String?
        /// Connections open.
        public var open = 0
        /// Connections in use.
        public var busy = 0
        /// Tasks that wait for one.
        public var waiting = 0
    }

    /// What a waiting task is given.
    private enum Turn: Sendable {
        case connection(PostgresConnection)
        case mayOpen
        case failed(PostgresError)
    }

    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State {
        var idle: [PostgresConnection] = []
        var open = 0
        var waiters: [Waiter] = []
        var nextWaiter = 0
        var isClosed = false
        var lastError: String?
    }

    private let configuration: PostgresConfiguration
    private let size: Int
    private let acquireTimeout: Duration
    private let logger: Logger
    private let state = Mutex(State())

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
    }

    /// Keeps the pool until the task is cancelled, then closes it.
    public func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(3_600))
        }
        await close()
    }

    /// What the pool is doing.
    public var status: Status {
        state.withLock { state in
            Status(
                isHealthy: state.lastError == nil, lastError: state.lastError, open: state.open,
                busy: state.open - state.idle.count, waiting: state.waiters.count)
        }
    }

    /// Runs a closure in a transaction on one of the connections.
    ///
    /// The closure runs on the connection's thread, all of it in one visit, and may run a second time when a prepared
    /// statement has to be made anew; it must therefore change nothing but the database.
    ///
    /// - Parameters:
    ///   - isReadOnly: whether the transaction may only read.
    ///   - body: what to do; what it throws rolls everything back.
    /// - Returns: what the closure returns, once it is committed.
    public func withTransaction<Result: Sendable>(
        isReadOnly: Bool = false, _ body: @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result {
        let connection = try await acquire()
        do {
            let result = try await connection.withTransaction(isReadOnly: isReadOnly, body)
            await release(connection, error: nil)
            return result
        } catch {
            await release(connection, error: error)
            throw error
        }
    }

    /// Closes the connections that are not in use; those in use are closed when they come back.
    public func close() async {
        let (idle, waiters) = state.withLock { state in
            state.isClosed = true
            defer {
                state.open -= state.idle.count
                state.idle = []
                state.waiters = []
            }
            return (state.idle, state.waiters)
        }
        for waiter in waiters { waiter.continuation.resume(returning: .failed(Self.closedError)) }
        for connection in idle { await connection.close() }
    }

    private static let closedError = PostgresError(.pool, "the pool of database connections is closed")

    // MARK: Sharing

    private func acquire() async throws -> PostgresConnection {
        while true {
            try Task.checkCancellation()
            switch try await turn() {
            case .connection(let connection):
                if await connection.isAlive { return connection }
                discard()
            case .mayOpen:
                return try await open()
            case .failed(let error):
                throw error
            }
        }
    }

    private func turn() async throws -> Turn {
        let (ready, id) = state.withLock { state -> (Turn?, Int) in
            if state.isClosed { return (.failed(Self.closedError), 0) }
            if let connection = state.idle.popLast() { return (.connection(connection), 0) }
            if state.open < size {
                state.open += 1
                return (.mayOpen, 0)
            }
            state.nextWaiter += 1
            return (nil, state.nextWaiter)
        }
        if let ready { return ready }
        return try await withThrowingTaskGroup(of: Turn?.self) { group in
            group.addTask { await self.wait(id) }
            group.addTask {
                try await Task.sleep(for: self.acquireTimeout)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let turn = first else {
                // The time is up. Cancelling the waiter makes it return; it may just have been given a connection.
                group.cancelAll()
                while let late = try? await group.next() {
                    if case .connection(let connection)? = late { await release(connection, error: nil) }
                    if case .mayOpen? = late { discard() }
                }
                throw PostgresError(
                    .pool, "no database connection came free within \(acquireTimeout): all \(size) are in use")
            }
            return turn
        }
    }

    private func wait(_ id: Int) async -> Turn {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Turn? in
                    if Task.isCancelled {
                        return .failed(PostgresError(.pool, "waiting for a database connection was cancelled"))
                    }
                    if state.isClosed { return .failed(Self.closedError) }
                    // One may have come free between asking and waiting.
                    if let connection = state.idle.popLast() { return .connection(connection) }
                    if state.open < size {
                        state.open += 1
                        return .mayOpen
                    }
                    state.waiters.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume(
                returning: .failed(PostgresError(.pool, "waiting for a database connection was cancelled")))
        }
    }

    private func open() async throws(PostgresError) -> PostgresConnection {
        do {
            let connection = try await PostgresConnection.connect(configuration)
            let hadFailed = state.withLock { state in
                defer { state.lastError = nil }
                return state.lastError != nil
            }
            if hadFailed { logger.info("the database answers again") }
            return connection
        } catch {
            state.withLock { $0.lastError = error.description }
            discard()
            throw error
        }
    }

    /// Gives a place back whose connection is gone; the next in line may open one.
    private func discard() {
        let waiter = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty, !state.isClosed else {
                state.open -= 1
                return nil
            }
            return state.waiters.removeFirst()
        }
        waiter?.continuation.resume(returning: .mayOpen)
    }

    private func release(_ connection: PostgresConnection, error: (any Error)?) async {
        if error != nil, await !connection.isAlive {
            state.withLock { $0.lastError = "\(error.map { "\($0)" } ?? "")" }
            await connection.close()
            return discard()
        }
        let (waiter, isClosed) = state.withLock { state -> (Waiter?, Bool) in
            if state.isClosed {
                state.open -= 1
                return (nil, true)
            }
            if state.waiters.isEmpty {
                state.idle.append(connection)
                return (nil, false)
            }
            return (state.waiters.removeFirst(), false)
        }
        waiter?.continuation.resume(returning: .connection(connection))
        if isClosed { await connection.close() }
    }
}
