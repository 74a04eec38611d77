import PinnedThread

/// One connection to the database, on a thread of its own.
public actor PostgresConnection {
    private let thread: PinnedThread
    private let configuration: PostgresConfiguration
    private var wire: Wire?
    private let closed: (@Sendable () -> Void)?

    /// The thread on which everything of this connection runs.
    nonisolated public var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private init(_ configuration: PostgresConfiguration, closed: (@Sendable () -> Void)?) {
        self.configuration = configuration
        self.closed = closed
        thread = PinnedThread(name: "postgres")
    }

    isolated deinit {
        // The library's close runs here, on the connection's own thread, before the thread ends.
        wire = nil
        thread.stop()
    }

    /// Connects.
    ///
    /// - Parameters:
    ///   - configuration: where to, and how long to wait.
    ///   - closed: called on the thread that closes the connection; for tests.
    public static func connect(
        _ configuration: PostgresConfiguration, closed: (@Sendable () -> Void)? = nil
    ) async throws(PostgresError) -> PostgresConnection {
        let connection = PostgresConnection(configuration, closed: closed)
        try await connection.open()
        return connection
    }

    private func open() throws(PostgresError) {
        let wire = try Wire(configuration, closed: closed)
        self.wire = wire
        thread.whenIdle { [weak self] readiness in
            guard let self else { return Wait() }
            return self.assumeIsolated { $0.idle(readiness) }
        }
    }

    /// While nothing is asked, the server can only say that it is going: then the connection is dead at once, not at
    /// the next use.
    private func idle(_ readiness: Readiness) -> Wait {
        guard let wire, wire.isAlive else { return Wait() }
        if readiness.isReadable, !wire.absorb() { return Wait() }
        return Wait(descriptor: wire.descriptor)
    }

    /// Whether the connection can still be used.
    public var isAlive: Bool { wire?.isAlive ?? false }

    /// Closes the connection.
    public func close() {
        thread.whenIdle(nil)
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
    public func withTransaction<Result: Sendable>(
        isReadOnly: Bool = false, _ body: @Sendable (borrowing Transaction) throws -> Result
    ) throws -> Result {
        do {
            return try once(isReadOnly, body)
        } catch let error as PostgresError where Self.isStale(error) && isAlive {
            try wire?.forgetStatements()
            return try once(isReadOnly, body)
        }
    }

    /// 0A000 "cached plan must not change result type", 26000 unknown prepared statement.
    private static func isStale(_ error: PostgresError) -> Bool {
        error.sqlState == "26000" || (error.sqlState == "0A000" && error.message.contains("cached plan"))
    }

    private func once<Result>(
        _ isReadOnly: Bool, _ body: (borrowing Transaction) throws -> Result
    ) throws -> Result {
        guard let wire, wire.isAlive else {
            throw PostgresError(.connection, "the connection is closed", isConnectionLost: true)
        }
        try wire.script(isReadOnly ? "begin read only" : "begin")
        let result: Result
        do {
            let transaction = Transaction(wire)
            result = try body(transaction)
        } catch {
            // A rollback that fails leaves the connection dead, and must not hide what went wrong.
            if wire.isAlive, (try? wire.script("rollback")) == nil { close() }
            throw error
        }
        do {
            try wire.script("commit")
        } catch {
            throw error.duringCommit()
        }
        return result
    }

    /// Runs a closure outside any transaction. For session locks and what cannot run inside one.
    public func withSession<Result: Sendable>(
        _ body: @Sendable (borrowing Transaction) throws -> Result
    ) throws -> Result {
        guard let wire, wire.isAlive else {
            throw PostgresError(.connection, "the connection is closed", isConnectionLost: true)
        }
        return try body(Transaction(wire))
    }
}
