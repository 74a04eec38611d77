/// How to reach the database, and how long anything may take.
public struct PostgresConfiguration: Sendable, CustomStringConvertible {
    let url: String
    let applicationName: String
    let statementTimeout: Duration
    let lockTimeout: Duration
    let idleInTransactionTimeout: Duration
    let connectTimeout: Duration
    let role: String?
    let searchPath: String?
    private let summary: String

    /// - Parameters:
    ///   - url: `postgres://user:password@host:port/database?sslmode=…`, or `key=value` pairs; anything libpq takes.
    ///   - applicationName: what `pg_stat_activity` shows.
    ///   - statementTimeout: after which the server gives a statement up; two seconds later we do.
    ///   - lockTimeout: after which waiting for a lock is given up.
    ///   - idleInTransactionTimeout: after which the server ends a transaction that does nothing.
    ///   - connectTimeout: after which a connection that does not come about is given up.
    ///   - role: a role to take on after connecting (`SET ROLE`).
    ///   - searchPath: the schema to look names up in.
    /// - Throws: ``PostgresError`` when the text cannot be understood.
    public init(
        url: String, applicationName: String, statementTimeout: Duration = .seconds(30),
        lockTimeout: Duration = .seconds(10), idleInTransactionTimeout: Duration = .seconds(30),
        connectTimeout: Duration = .seconds(5), role: String? = nil, searchPath: String? = nil
    ) throws(PostgresError) {
        self.url = url
        self.applicationName = applicationName
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
        self.idleInTransactionTimeout = idleInTransactionTimeout
        self.connectTimeout = connectTimeout
        self.role = role
        self.searchPath = searchPath
        summary = try ConnectionText.summary(of: url)
    }

    /// User, host, port and database; never the password.
    public var description: String { summary }
}

extension Duration {
    /// The time in whole milliseconds.
    var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
