/// What went wrong between us and the database.
///
/// `description` never shows bound values or row data; `debugDescription` adds what the server says in detail.
public struct PostgresError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// What kind of thing went wrong.
    public enum Code: String, Sendable {
        /// There is no connection, or it was lost.
        case connection
        /// The server refused a statement.
        case statement
        /// A column does not hold what was asked for.
        case decoding
        /// A value cannot be sent.
        case encoding
        /// The server did not answer in time.
        case timeout
        /// Another transaction was in the way: the same thing is to be tried again from the start.
        case concurrentChange
        /// The migrations do not fit the schema.
        case migration
        /// No connection came free in time, or the pool is closed.
        case pool
        /// The connection text cannot be understood.
        case configuration
    }

    /// What kind of thing went wrong.
    public let code: Code
    /// The server's five-character SQLSTATE, when it gave one.
    public let sqlState: String?
    /// What is wrong, without data.
    public let message: String
    /// What the server adds: detail, table, column, constraint. May hold data.
    public let detail: String?
    /// Whether the connection is gone.
    public let isConnectionLost: Bool
    /// Whether the connection was lost while COMMIT was under way: the transaction may or may not have happened. Such
    /// an error is retriable as well, but only for who finds out first, by a key of their own, whether it happened.
    public let isCommitUnknown: Bool
    /// Whether no partition takes the row.
    private let isWithoutPartition: Bool

    init(
        _ code: Code, _ message: String, sqlState: String? = nil, detail: String? = nil,
        isConnectionLost: Bool = false, isCommitUnknown: Bool = false, isWithoutPartition: Bool = false
    ) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.detail = detail
        self.isConnectionLost = isConnectionLost
        self.isCommitUnknown = isCommitUnknown
        self.isWithoutPartition = isWithoutPartition
    }

    /// Whether the same thing may work when it is tried again: the connection was lost, another transaction was in
    /// the way, or the server is short of something or going down.
    public var isRetriable: Bool {
        if isConnectionLost || code == .pool || code == .timeout || code == .concurrentChange { return true }
        guard let sqlState else { return code == .connection }
        // A pooler that does not know what a connection asks for: it will not know it later.
        if sqlState == "08P01", message.contains("unsupported startup parameter") { return false }
        // 40001 serialisation, 40P01 deadlock, 55P03 lock not available; 57014 cancelled by a time-out of the server;
        // classes 08 connection, 53 insufficient resources, 57P shutdown and start-up, 58 system error.
        return ["40001", "40P01", "55P03", "57014"].contains(sqlState) || isReadOnly
            || ["08", "53", "58"].contains(String(sqlState.prefix(2))) || sqlState.hasPrefix("57P")
    }

    /// Whether the server takes no changes now (25006): it follows another one, or it was told to only read.
    public var isReadOnly: Bool { sqlState == "25006" }

    /// Whether the fault is in how the database stands and not in what was to be stored: a grant, a table, a partition
    /// or a function is missing, the user may not log in any more, pages are damaged, a pooler mixes sessions up.
    /// Everything meets such a fault, a person mends it, and then what met it works.
    public var isOfSetUp: Bool {
        if code == .connection || isReadOnly || isWithoutPartition { return true }
        guard let sqlState else { return false }
        // 42501 privilege; 42P01, 42703, 42883, 42704 no such table, column, function, object; 3F000, 3D000 no such
        // schema, database; 26000, 42P05, 08P01 sessions mixed up; XX001, XX002 damaged table, index; classes 28 login,
        // 55 not in a state for it.
        return [
            "42501", "42P01", "42703", "42883", "42704", "3F000", "3D000", "26000", "42P05", "08P01", "XX001", "XX002",
        ].contains(sqlState) || ["28", "55"].contains(String(sqlState.prefix(2)))
    }

    /// Whether the server gave up because something took too long: a statement (57014), or the time between two of them
    /// in a transaction (25P03). Such an error is retriable too, but what is too slow once may be so each time.
    public var exceedsPatience: Bool { sqlState == "57014" || sqlState == "25P03" }

    /// Whether the server had no memory left for what the transaction held at once, above all locks (53200): the same
    /// work in smaller parts may pass where the whole never does.
    public var asksForLess: Bool { sqlState == "53200" }

    /// Another transaction changed meanwhile what this one had read, or holds what this one needs.
    ///
    /// - Parameter what: what that is, in words: of rows, what one of them is.
    public static func concurrentChange(of what: String) -> PostgresError {
        PostgresError(.concurrentChange, "another transaction was in the way meanwhile: \(what)")
    }

    /// Whether a row with the same key is there already (23505).
    public var isUniqueViolation: Bool { sqlState == "23505" }

    /// What is wrong, without data.
    public var description: String {
        sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message
    }

    /// What is wrong, with what the server adds. For a person who may see the data.
    public var debugDescription: String {
        detail.map { "\(description): \($0)" } ?? description
    }

    func duringCommit() -> PostgresError {
        guard isConnectionLost else { return self }
        return PostgresError(
            code, "the connection was lost during COMMIT, its outcome is unknown: \(message)", sqlState: sqlState,
            detail: detail, isConnectionLost: true, isCommitUnknown: true)
    }
}
