import PinnedThread

/// One connection to the database, on a thread of its own.
public actor PostgresConnection {
    private let thread: PinnedThread
    private let liveness = Liveness()
    private var wire: Wire?

    /// The thread on which everything of this connection runs.
    nonisolated public var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private init() {
        thread = PinnedThread(name: "postgres")
    }

    isolated deinit {
        // The library's close runs here, on the connection's own thread, before the thread ends.
        wire = nil
        thread.stop()
    }

    /// Connects.
    ///
    /// - Parameter configuration: where to, and how long to wait.
    /// - Throws: ``PostgresError`` of code `connection` or `timeout`; with the server's state when it refused, and then
    ///   retriable only when that state may pass.
    public static func connect(_ configuration: PostgresConfiguration) async throws(PostgresError) -> PostgresConnection
    {
        try await connect(configuration, closed: nil)
    }

    /// Connects, and calls `closed` on the thread that closes the connection, when it does.
    static func connect(
        _ configuration: PostgresConfiguration, closed: (@Sendable () -> Void)?
    ) async throws(PostgresError) -> PostgresConnection {
        let connection = PostgresConnection()
        try await connection.open(configuration, closed)
        return connection
    }

    private func open(
        _ configuration: PostgresConfiguration, _ closed: (@Sendable () -> Void)?
    ) throws(PostgresError) {
        wire = try Wire(configuration, liveness: liveness, closed: closed)
        thread.whenIdle { [weak self] readiness in
            guard let self else { return Wait() }
            return self.assumeIsolated { $0.idle(readiness) }
        }
    }

    /// While nothing is asked, the server can only say that it is going: then the connection is dead at once, not at
    /// the next use.
    private func idle(_ readiness: Readiness) -> Wait {
        guard let wire else { return Wait() }
        guard wire.isAlive, !readiness.isReadable || wire.absorb() else {
            self.wire = nil
            return Wait()
        }
        return Wait(descriptor: wire.descriptor)
    }

    /// Whether the connection can still be used, as far as is known.
    nonisolated public var isAlive: Bool { liveness.isAlive }

    /// Closes the connection.
    public func close() {
        liveness.end()
        wire = nil
    }

    /// Runs a closure in a transaction: BEGIN, the closure, COMMIT, in one visit to the connection's thread.
    ///
    /// A statement that was prepared before a migration changed its columns is prepared anew, and the closure is run
    /// once more; so the closure must not depend on running once.
    ///
    /// - Parameters:
    ///   - isReadOnly: whether the transaction may only read.
    ///   - body: what to do; what it throws rolls everything back.
    /// - Returns: what the closure returns, once it is committed.
    /// - Throws: what the closure throws, or the ``PostgresError`` of the COMMIT.
    @discardableResult
    public func withTransaction<Result: Sendable>(
        isReadOnly: Bool = false, _ body: @Sendable (borrowing Transaction) throws -> Result
    ) throws -> Result {
        let wire = try usable()
        do {
            return try once(wire, isReadOnly, body)
        } catch  where wire.hasStaleStatement && wire.isAlive {
            return try once(wire, isReadOnly, body)
        } catch let error as PostgresError where error.isReadOnly && !isReadOnly {
            // The address may lead to another server by now, which takes changes.
            close()
            throw error
        }
    }

    private func once<Result>(
        _ wire: Wire, _ isReadOnly: Bool, _ body: (borrowing Transaction) throws -> Result
    ) throws -> Result {
        try wire.begin(isReadOnly: isReadOnly)
        let result: Result
        do {
            let transaction = Transaction(wire)
            result = try body(transaction)
        } catch {
            wire.rollBack()
            throw error
        }
        do {
            try wire.commit()
        } catch {
            wire.rollBack()
            throw error
        }
        return result
    }

    /// Runs a closure outside any transaction. For session locks and what cannot run inside one. What is queued or asked
    /// in it shares a transaction with what it travels with.
    @discardableResult
    public func withSession<Result: Sendable>(
        _ body: @Sendable (borrowing Transaction) throws -> Result
    ) throws -> Result {
        let wire = try usable()
        do {
            let result = try body(Transaction(wire))
            try wire.flush()
            return result
        } catch {
            _ = wire.takeWaiting()
            throw error
        }
    }

    private func usable() throws(PostgresError) -> Wire {
        guard let wire, wire.isAlive else {
            throw PostgresError(.connection, "the connection is closed", isConnectionLost: true)
        }
        return wire
    }
}
