/// How to reach the database, and how long anything may take.
public struct PostgresConfiguration: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    let url: String
    let applicationName: String
    let statementTimeout: Duration
    let lockTimeout: Duration
    let idleInTransactionTimeout: Duration
    let connectTimeout: Duration
    let role: String?
    let searchPath: String?
    let isKeyed: Bool
    private let text: ConnectionText

    /// - Parameters:
    ///   - url: `postgres://user:password@host:port/database?sslmode=…`, or `key=value` pairs; anything libpq takes.
    ///     It may set TLS (`sslmode`, `sslrootcert` …), keepalives and `tcp_user_timeout`.
    ///   - applicationName: what `pg_stat_activity` shows.
    ///   - statementTimeout: after which the server gives a statement up; two seconds later we do, and drop the
    ///     connection. Of several that were sent together, as much for each of them.
    ///   - lockTimeout: after which waiting for a lock is given up.
    ///   - idleInTransactionTimeout: after which the server ends a transaction that does nothing.
    ///   - connectTimeout: after which a connection that does not come about is given up. Looking up the host's name
    ///     is not part of it.
    ///   - role: a role to take on after connecting (`SET ROLE`).
    ///   - searchPath: the schema, or several with commas between, to look names up in.
    ///   - isKeyed: whether every statement finds its rows by their keys. It is then always planned by index, and not
    ///     for the number of keys it is given; plans are made anew every ten seconds, since which index is best may
    ///     change with the tables' size. Not for reports, which want whole tables.
    /// - Throws: ``PostgresError`` when the text cannot be understood.
    public init(
        url: String, applicationName: String, statementTimeout: Duration = .seconds(30),
        lockTimeout: Duration = .seconds(10), idleInTransactionTimeout: Duration = .seconds(30),
        connectTimeout: Duration = .seconds(5), role: String? = nil, searchPath: String? = nil,
        isKeyed: Bool = false
    ) throws(PostgresError) {
        self.url = url
        self.applicationName = applicationName
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
        self.idleInTransactionTimeout = idleInTransactionTimeout
        self.connectTimeout = connectTimeout
        self.role = role
        self.searchPath = searchPath
        self.isKeyed = isKeyed
        text = try ConnectionText(url)
        for part in [applicationName, role, searchPath] where part?.utf8.contains(0) == true {
            throw PostgresError(.configuration, "a database setting holds a null character: remove it")
        }
    }

    /// User, host, port and database; never the password.
    public var description: String { text.summary }

    /// User, host, port and database; never the password.
    public var debugDescription: String { text.summary }

    /// What the library is told. A later pair wins over an earlier one, and over what the text says: the text may
    /// change how the network is watched.
    var parameters: [(String, String)] {
        [
            ("gssencmode", "disable"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "20000"),
            ("dbname", url), ("application_name", applicationName), ("client_encoding", "UTF8"),
        ]
    }

    /// What a session says first, as statements. Whatever server, database, role and connection text have set, values
    /// are written and read in one way and days begin at one time; how long the server works is not for them either.
    /// As start-up options a pooler between would refuse them, or leave them out.
    var opening: String {
        var settings = [
            ("standard_conforming_strings", "on"), ("timezone", "UTC"), ("datestyle", "ISO, MDY"),
            ("intervalstyle", "postgres"), ("bytea_output", "hex"), ("extra_float_digits", "1"),
            ("lc_numeric", "C"), ("lc_monetary", "C"), ("lc_time", "C"), ("array_nulls", "on"),
            ("transform_null_equals", "off"), ("quote_all_identifiers", "off"),
            ("statement_timeout", "\(statementTimeout.milliseconds)"),
            ("lock_timeout", "\(lockTimeout.milliseconds)"),
            ("idle_in_transaction_session_timeout", "\(idleInTransactionTimeout.milliseconds)"),
            // Compiling a plan costs 40 ms and more: every question that looks dear to the planner would pay it.
            ("jit", "off"),
        ]
        if let searchPath { settings.append(("search_path", searchPath)) }
        if isKeyed {
            settings += [
                ("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off"), ("enable_hashjoin", "off"),
                // Most keys of a batch are different: remembering what each has led to is work for nothing.
                ("enable_mergejoin", "off"), ("enable_memoize", "off"),
            ]
        }
        let calls = settings.map { "set_config('\($0)', \(Wire.quoted(literal: $1)), false)" }.joined(separator: ", ")
        return "select \(calls)" + (role.map { "; set role \(Wire.quoted(identifier: $0))" } ?? "")
    }

    /// The same database with another patience.
    func with(statementTimeout: Duration, lockTimeout: Duration) throws(PostgresError) -> PostgresConfiguration {
        try PostgresConfiguration(
            url: url, applicationName: applicationName, statementTimeout: statementTimeout, lockTimeout: lockTimeout,
            idleInTransactionTimeout: idleInTransactionTimeout, connectTimeout: connectTimeout, role: role,
            searchPath: searchPath, isKeyed: isKeyed)
    }
}

extension Duration {
    /// The time in whole milliseconds.
    var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
