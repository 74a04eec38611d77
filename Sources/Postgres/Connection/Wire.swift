import CLibPQ
import Foundation

/// One connection to the server, spoken to synchronously: every call sends, waits by `poll` with a deadline, and reads.
///
/// Not `Sendable`: it lives inside the actor whose thread is the only one to use it.
final class Wire {
    /// The library's connection, closed when it goes.
    private struct Handle: ~Copyable {
        let raw: OpaquePointer

        deinit {
            PQfinish(raw)
        }
    }

    private let handle: Handle
    private let timeout: Duration
    private var statements = StatementCache()
    private let closed: (() -> Void)?
    /// Whether the connection can still be used.
    private(set) var isAlive = true

    /// Connects.
    ///
    /// - Parameter closed: called on the thread that closes the connection, for tests.
    init(_ configuration: PostgresConfiguration, closed: (() -> Void)? = nil) throws(PostgresError) {
        self.closed = closed
        timeout = configuration.statementTimeout + .seconds(2)
        var options =
            "-c statement_timeout=\(configuration.statementTimeout.milliseconds)"
            + " -c lock_timeout=\(configuration.lockTimeout.milliseconds)"
            + " -c idle_in_transaction_session_timeout=\(configuration.idleInTransactionTimeout.milliseconds)"
        if let path = configuration.searchPath { options += " -c search_path=\(path)" }
        let parameters: [(String, String)] = [
            ("dbname", configuration.url), ("application_name", configuration.applicationName),
            ("client_encoding", "UTF8"), ("options", options), ("gssencmode", "disable"),
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "20000"),
        ]
        handle = Handle(raw: try Self.start(parameters))
        try finishConnecting(within: configuration.connectTimeout)
        guard PQsetnonblocking(handle.raw, 1) == 0 else { throw lost() }
        if let role = configuration.role {
            try script("set role \(Self.quoted(identifier: role))")
        }
    }

    deinit {
        closed?()
    }

    /// The socket, to wait on while there is nothing to do.
    var descriptor: Int32 { PQsocket(handle.raw) }

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
            if PQstatus(handle.raw) == CONNECTION_BAD { throw lost() }
            if wanted == PGRES_POLLING_OK { return }
            if wanted == PGRES_POLLING_FAILED { throw lost() }
            try wait(forReading: wanted == PGRES_POLLING_READING, until: deadline, "the server does not answer")
            wanted = PQconnectPoll(handle.raw)
        }
    }

    // MARK: Statements

    /// Runs one statement with its values, prepared on first use.
    func execute(_ sql: SQL) throws(PostgresError) -> ResultHandle {
        let (text, values) = sql.rendered()
        for (index, value) in values.enumerated() {
            if let problem = value.problem {
                throw PostgresError(.encoding, "value $\(index + 1) of the statement: \(problem)")
            }
        }
        let (name, isNew, evicted) = statements.name(for: text, types: values.map(\.type))
        if let evicted { try script("deallocate \(evicted)") }
        if isNew {
            do {
                try prepare(name, text, values.map(\.type))
            } catch {
                statements.forget(text)
                throw error
            }
        }
        let sent = Self.withPointers(values) { pointers, lengths, formats in
            PQsendQueryPrepared(handle.raw, name, Int32(values.count), pointers, lengths, formats, 0)
        }
        guard sent == 1 else { throw lost() }
        return try result()
    }

    /// Runs text of one or more statements without values.
    func script(_ text: String) throws(PostgresError) {
        guard PQsendQuery(handle.raw, text) == 1 else { throw lost() }
        _ = try result()
    }

    private func prepare(_ name: String, _ text: String, _ types: [UInt32]) throws(PostgresError) {
        guard PQsendPrepare(handle.raw, name, text, Int32(types.count), types) == 1 else { throw lost() }
        _ = try result()
    }

    /// Loads rows through `COPY … FROM STDIN`; the data is in COPY's text format.
    func copy(_ statement: String, _ data: [UInt8]) throws(PostgresError) -> Int {
        guard PQsendQuery(handle.raw, statement) == 1 else { throw lost() }
        if let refusal = try refusalOfCopy() {
            try drain()
            throw refusal
        }
        let deadline = ContinuousClock.now + timeout
        let chunk = 1 << 16
        var start = 0
        while start < data.count {
            let end = min(start + chunk, data.count)
            let sent = data[start..<end].withContiguousStorageIfAvailable { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    PQputCopyData(handle.raw, $0.baseAddress, Int32($0.count))
                }
            }
            if sent == 1 {
                start = end
            } else if sent == 0 {
                try wait(forReading: false, until: deadline, "the server takes no more data")
            } else {
                throw lost()
            }
        }
        while true {
            let ended = PQputCopyEnd(handle.raw, nil)
            if ended == 1 { break }
            guard ended == 0 else { throw lost() }
            try wait(forReading: false, until: deadline, "the server takes no more data")
        }
        return try result().affectedRows
    }

    /// Whether a transaction is open on the server.
    var isInTransaction: Bool {
        let status = PQtransactionStatus(handle.raw)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE
    }

    /// Takes in what the server says unasked; false when it has closed the connection.
    func absorb() -> Bool {
        if PQconsumeInput(handle.raw) == 0 || PQstatus(handle.raw) != CONNECTION_OK { isAlive = false }
        return isAlive
    }

    /// Forgets all prepared statements, here and on the server.
    func forgetStatements() throws(PostgresError) {
        statements = StatementCache()
        try script("deallocate all")
    }

    // MARK: Waiting

    /// The last answer to what was sent, or the first refusal.
    private func result() throws(PostgresError) -> ResultHandle {
        var last: ResultHandle?
        var refusal: PostgresError?
        while let answer = try next() {
            switch answer.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                last = consume answer
            default:
                if refusal == nil { refusal = answer.error() }
            }
        }
        if let refusal {
            if refusal.isConnectionLost { isAlive = false }
            throw refusal
        }
        guard let last else { throw lost() }
        return last
    }

    /// Why the server does not take the data of a COPY; `nil` when it does.
    private func refusalOfCopy() throws(PostgresError) -> PostgresError? {
        guard let answer = try next() else { throw lost() }
        return answer.status == PGRES_COPY_IN ? nil : answer.error()
    }

    private func drain() throws(PostgresError) {
        while try next() != nil {}
    }

    private func next() throws(PostgresError) -> ResultHandle? {
        let deadline = ContinuousClock.now + timeout
        while true {
            let unsent = PQflush(handle.raw)
            guard unsent >= 0 else { throw lost() }
            if PQisBusy(handle.raw) == 0 { break }
            // While there is something left to send, the server may wait for us to read first: do both.
            try wait(forReading: true, orWriting: unsent == 1, until: deadline, "the server does not answer")
            guard PQconsumeInput(handle.raw) == 1 else { throw lost() }
        }
        return PQgetResult(handle.raw).map { ResultHandle($0) }
    }

    private func wait(
        forReading reading: Bool, orWriting writing: Bool = false, until deadline: ContinuousClock.Instant,
        _ what: String
    ) throws(PostgresError) {
        let events = reading ? Int16(POLLIN) | (writing ? Int16(POLLOUT) : 0) : Int16(POLLOUT)
        var descriptor = pollfd(fd: PQsocket(handle.raw), events: events, revents: 0)
        while true {
            let left = (deadline - .now).milliseconds
            guard left > 0 else {
                isAlive = false
                throw PostgresError(.timeout, what, isConnectionLost: true)
            }
            let count = poll(&descriptor, 1, Int32(clamping: left))
            if count > 0 { return }
            if count < 0 && errno != EINTR { throw lost() }
        }
    }

    /// The connection cannot be used any more: says why.
    private func lost() -> PostgresError {
        isAlive = false
        let message = String(cString: PQerrorMessage(handle.raw)).trimmingCharacters(in: .whitespacesAndNewlines)
        // What the server says before it has let us in carries no SQLSTATE here; its words tell a wrong password or
        // role from a server that is not there.
        let isRefused =
            message.contains("authentication failed") || message.contains("does not exist")
            || message.contains("permission denied")
        return PostgresError(
            .connection, message.isEmpty ? "the connection was lost" : message,
            sqlState: isRefused ? "28000" : nil, isConnectionLost: !isRefused)
    }

    private static func withPointers<Result>(
        _ values: [PostgresBind],
        _ body: ([UnsafePointer<CChar>?], [Int32], [Int32]) -> Result
    ) -> Result {
        // One buffer for all values: a pointer into an array is valid only inside a closure, and closures nested a
        // value deep would be many.
        var buffer: [UInt8] = []
        buffer.reserveCapacity(values.reduce(0) { $0 + ($1.bytes?.count ?? 0) } + 1)
        var offsets: [Int?] = []
        for value in values {
            offsets.append(value.bytes.map { _ in buffer.count })
            if let bytes = value.bytes { buffer += bytes }
        }
        buffer.append(0)
        return buffer.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                body(
                    offsets.map { offset in offset.flatMap { characters.baseAddress?.advanced(by: $0) } },
                    values.map { Int32($0.bytes?.count ?? 0) }, values.map { $0.isBinary ? 1 : 0 })
            }
        }
    }

    static func quoted(identifier: String) -> String {
        "\"" + identifier.replacing("\"", with: "\"\"") + "\""
    }
}
