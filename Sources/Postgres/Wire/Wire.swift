import CLibPQ
import Foundation

/// One connection to the server, spoken to synchronously: every call sends, waits by `poll` with a deadline, and reads.
///
/// Not `Sendable`: it lives inside the actor whose thread is the only one to use it. Statements are in
/// `Wire+Statements`, loading in `Wire+Copy`, the limits of a transaction in `Wire+Transaction`.
final class Wire {
    /// The library's connection, closed when it goes.
    struct Handle: ~Copyable {
        let raw: OpaquePointer

        deinit {
            PQfinish(raw)
        }
    }

    let handle: Handle
    let liveness: Liveness
    var statements = StatementCache()
    /// BEGIN, as long as it waits to travel with the first statement.
    var opening: String?
    /// As which role the rest of the transaction is asked, when it is another than the user's.
    var role: String?
    /// Statements that wait to travel with others.
    var waiting: [Statement] = []
    /// The refusal that made the open transaction fail.
    var failure: PostgresError?
    /// Whether the server refused a prepared statement that no longer fits.
    var hasStaleStatement = false
    /// Of a connection by keys only.
    var planRenewal: PlanRenewal?
    private let timeout: Duration
    private let closed: (() -> Void)?

    /// Whether the connection can still be used.
    var isAlive: Bool { liveness.isAlive }

    /// Connects.
    ///
    /// - Parameter closed: called on the thread that closes the connection, for tests.
    init(
        _ configuration: PostgresConfiguration, liveness: Liveness, closed: (() -> Void)? = nil
    ) throws(PostgresError) {
        self.closed = closed
        self.liveness = liveness
        timeout = configuration.statementTimeout + .seconds(2)
        planRenewal = configuration.isKeyed ? PlanRenewal() : nil
        handle = Handle(raw: try Self.start(configuration.parameters))
        // Unless told otherwise the library writes what the server remarks to standard error.
        PQsetNoticeProcessor(handle.raw, { _, _ in }, nil)
        // So that the server's state is in the words of a failed attempt: the library tells it nowhere else.
        PQsetErrorVerbosity(handle.raw, PQERRORS_VERBOSE)
        try finishConnecting(within: configuration.connectTimeout)
        PQsetErrorVerbosity(handle.raw, PQERRORS_DEFAULT)
        guard PQsetnonblocking(handle.raw, 1) == 0 else { throw lost() }
        try script(configuration.opening)
    }

    deinit {
        liveness.end()
        closed?()
    }

    /// The socket, to wait on while there is nothing to do.
    var descriptor: Int32 { PQsocket(handle.raw) }

    // MARK: Connecting

    private static func start(_ parameters: [(String, String)]) throws(PostgresError) -> OpaquePointer {
        func withPointers(
            _ rest: ArraySlice<(String, String)>, _ keys: inout [UnsafePointer<CChar>?],
            _ values: inout [UnsafePointer<CChar>?]
        ) -> OpaquePointer? {
            guard let (key, value) = rest.first else {
                return PQconnectStartParams(keys + [nil], values + [nil], 1)
            }
            return key.withCString { key in
                value.withCString { value in
                    keys.append(key)
                    values.append(value)
                    return withPointers(rest.dropFirst(), &keys, &values)
                }
            }
        }
        var keys: [UnsafePointer<CChar>?] = []
        var values: [UnsafePointer<CChar>?] = []
        guard let raw = withPointers(parameters[...], &keys, &values) else {
            throw PostgresError(.connection, "no memory for a connection")
        }
        return raw
    }

    private func finishConnecting(within timeout: Duration) throws(PostgresError) {
        let deadline = ContinuousClock.now + timeout
        var wanted = PGRES_POLLING_WRITING
        while true {
            if PQstatus(handle.raw) == CONNECTION_BAD || wanted == PGRES_POLLING_FAILED {
                liveness.end()
                throw ServerMessage.connectionFailure(String(cString: PQerrorMessage(handle.raw)))
            }
            if wanted == PGRES_POLLING_OK { return }
            try wait(
                forReading: wanted == PGRES_POLLING_READING, orWriting: wanted == PGRES_POLLING_WRITING,
                until: deadline, "the server could not be reached within \(timeout)")
            wanted = PQconnectPoll(handle.raw)
        }
    }

    // MARK: Waiting

    /// The time by which the server must have answered what is sent now.
    var deadline: ContinuousClock.Instant { .now + timeout }

    /// Takes in what the server says unasked; false when it has closed the connection.
    func absorb() -> Bool {
        if PQconsumeInput(handle.raw) == 0 || PQstatus(handle.raw) != CONNECTION_OK { liveness.end() }
        return isAlive
    }

    /// The next part of the answer; `nil` when the answer to one command has ended.
    ///
    /// - Parameter commands: how many were sent together. The server limits each by itself, and may keep its answers until
    ///   the last of them is done.
    func next(of commands: Int = 1) throws(PostgresError) -> ResultHandle? {
        // Mostly the answer is there at once; only then is there a clock to be read.
        var deadline: ContinuousClock.Instant?
        while true {
            let unsent = PQflush(handle.raw)
            guard unsent >= 0 else { throw lost() }
            if PQisBusy(handle.raw) == 0 { break }
            let patience = timeout * commands
            let end = deadline ?? .now + patience
            deadline = end
            // While there is something left to send, the server may wait for us to read first: do both.
            try wait(
                forReading: true, orWriting: unsent == 1, until: end, "the server did not answer within \(patience)")
            guard PQconsumeInput(handle.raw) == 1 else {
                // The connection is gone, but what the server said last, and why, may still be in the library's hands.
                liveness.end()
                break
            }
        }
        return PQgetResult(handle.raw).map { ResultHandle($0) }
    }

    func wait(
        forReading reading: Bool, orWriting writing: Bool, until deadline: ContinuousClock.Instant, _ what: String
    ) throws(PostgresError) {
        let events = (reading ? Int16(POLLIN) : 0) | (writing ? Int16(POLLOUT) : 0)
        var descriptor = pollfd(fd: PQsocket(handle.raw), events: events, revents: 0)
        while true {
            let left = (deadline - .now).milliseconds
            guard left > 0 else {
                liveness.end()
                throw PostgresError(.timeout, what, isConnectionLost: true)
            }
            let count = poll(&descriptor, 1, Int32(clamping: left))
            if count > 0 { return }
            if count < 0 && errno != EINTR { throw lost() }
        }
    }

    /// The connection cannot be used any more: says why.
    func lost() -> PostgresError {
        liveness.end()
        let words = String(cString: PQerrorMessage(handle.raw)).split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "; ")
        return PostgresError(
            .connection, words.isEmpty ? "the connection was lost" : words, isConnectionLost: true)
    }

    /// A text in single quotes, read alike whatever `standard_conforming_strings` is.
    static func quoted(literal: String) -> String {
        "E'" + literal.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
    }

    /// A name in double quotes.
    static func quoted(identifier: String) -> String {
        "\"" + identifier.replacing("\"", with: "\"\"") + "\""
    }
}
