import Postgres

/// The SQL of who may sign in, who has, and who has failed to.
enum SignInStore {
    // MARK: Users

    /// A local user.
    struct User: PostgresRow, Sendable, Equatable {
        let login: String
        let name: String
        let password: String
        let language: String?
        let isClosed: Bool

        init(row: inout RowReader) throws(PostgresError) {
            login = try row("login")
            name = try row("name")
            password = try row("password")
            language = try row("language")
            isClosed = try row("is_closed")
        }
    }

    /// The user of a login.
    static func user(_ login: String, _ transaction: borrowing Transaction) throws -> User? {
        try transaction.query(
            "select login, name, password, language, is_closed from local_user where login = \(login)", as: User.self
        ).first
    }

    /// All users, by login.
    static func users(_ transaction: borrowing Transaction) throws -> [User] {
        try transaction.query(
            "select login, name, password, language, is_closed from local_user order by login", as: User.self)
    }

    /// Makes a user.
    ///
    /// - Returns: whether there was none of this login.
    static func add(
        _ login: String, name: String, password: PasswordHash, _ transaction: borrowing Transaction
    ) throws -> Bool {
        try transaction.execute(
            """
            insert into local_user (login, name, password) values (\(login), \(name), \(password.description))
            on conflict (login) do nothing
            """) == 1
    }

    /// Gives a user another password, and opens it again when it was closed. Its sessions end.
    ///
    /// - Returns: whether there is such a user.
    static func change(
        _ login: String, password: PasswordHash, _ transaction: borrowing Transaction
    ) throws -> Bool {
        try transaction.execute("delete from session where login = \(login)")
        try transaction.execute("delete from sign_in_link where login = \(login)")
        let isUser =
            try transaction.execute(
                """
                update local_user set password = \(password.description), is_closed = false, changed_at = now()
                where login = \(login)
                """) == 1
        // Where nobody gets a password nothing is opened either.
        guard isUser else { return false }
        try transaction.execute("update provider_person set is_closed = false where login = \(login)")
        return true
    }

    /// Writes the same password with today's cost; sessions go on.
    static func rehash(_ login: String, _ password: PasswordHash, _ transaction: borrowing Transaction) throws {
        try transaction.execute(
            "update local_user set password = \(password.description) where login = \(login)")
    }

    /// What was closed of somebody.
    struct Closed: Sendable, Equatable {
        /// Whether there is a local user, which signs in no more.
        var isUser = false
        /// Whether the login has come in by the provider, and does no more.
        var isBound = false
        /// How many sessions have ended, also of those who sign in elsewhere.
        var sessions = 0
        /// How many tokens of the person's programs are gone.
        var tokens = 0
        /// How many links that let the person in are gone.
        var links = 0

        /// Whether there was anything of the login.
        var isAnything: Bool { self != Closed() }
    }

    /// Closes a login: it signs in no more, its sessions end, its links and the tokens of its programs are gone.
    static func close(_ login: String, _ transaction: borrowing Transaction) throws -> Closed {
        var closed = Closed()
        closed.sessions = try transaction.execute("delete from session where login = \(login)")
        closed.tokens = try transaction.execute("delete from token where kind = 'person' and login = \(login)")
        closed.links = try transaction.execute("delete from sign_in_link where login = \(login)")
        closed.isBound =
            try transaction.execute("update provider_person set is_closed = true where login = \(login)") == 1
        closed.isUser =
            try transaction.execute(
                "update local_user set is_closed = true, changed_at = now() where login = \(login)") == 1
        return closed
    }

    // MARK: Sessions

    /// A session.
    struct Session: PostgresRow, Sendable {
        let digest: String
        let login: String
        let name: String
        let language: String?
        let address: String
        let agent: String
        let began: String
        let used: String
        /// Whether its last use is so long ago that it is worth writing down.
        let isStale: Bool

        init(row: inout RowReader) throws(PostgresError) {
            digest = try row("digest")
            login = try row("login")
            name = try row("name")
            language = try row("language")
            address = try row("address")
            agent = try row("agent")
            began = try row("began")
            used = try row("used")
            isStale = try row("is_stale")
        }
    }

    private static let columns: SQL = """
        digest, login, name, language, address, agent,
        to_char(began_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as began,
        to_char(used_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as used,
        used_at < now() - interval '1 minute' as is_stale
        """

    /// A session that goes on, by the database's clock.
    private static func lasting(_ limits: ConsoleSettings.SessionLimits) -> SQL {
        """
        began_at > now() - \(Double(limits.absolute)) * interval '1 second'
        and used_at > now() - \(Double(limits.idle)) * interval '1 second'
        """
    }

    /// Begins a session.
    ///
    /// - Parameter way: how the person has signed in.
    static func begin(
        _ digest: String, of user: User, by way: String = "password", language: Language, address: String,
        agent: String, _ transaction: borrowing Transaction
    ) throws {
        try begin(
            digest, login: user.login, name: user.name, by: way, language: language, address: address, agent: agent,
            transaction)
    }

    /// Begins a session of somebody who need not be a local user.
    static func begin(
        _ digest: String, login: String, name: String, by way: String, language: Language, address: String,
        agent: String, _ transaction: borrowing Transaction
    ) throws {
        try transaction.execute(
            """
            insert into session (digest, login, name, way, language, address, agent, began_at, used_at)
            values (\(digest), \(login), \(name), \(way), \(language.rawValue), \(address), \(agent), now(),
                now())
            """)
    }

    /// The session of a digest, if it goes on; that it was used is written down once a minute.
    static func session(
        _ digest: String, _ limits: ConsoleSettings.SessionLimits, _ transaction: borrowing Transaction
    ) throws -> Session? {
        let session = try transaction.query(
            "select \(columns) from session where digest = \(digest) and \(lasting(limits))", as: Session.self
        ).first
        if session?.isStale == true {
            try transaction.execute("update session set used_at = now() where digest = \(digest)")
        }
        return session
    }

    /// The sessions of a person that go on, the one used last first.
    static func sessions(
        of login: String, _ limits: ConsoleSettings.SessionLimits, _ transaction: borrowing Transaction
    ) throws -> [Session] {
        try transaction.query(
            """
            select \(columns) from session where login = \(login) and \(lasting(limits))
            order by used_at desc, digest
            """, as: Session.self)
    }

    /// Ends a session of a person.
    static func end(_ digest: String, of login: String, _ transaction: borrowing Transaction) throws {
        try transaction.execute("delete from session where digest = \(digest) and login = \(login)")
    }

    /// Ends all sessions of a person.
    static func endAll(of login: String, _ transaction: borrowing Transaction) throws {
        try transaction.execute("delete from session where login = \(login)")
    }

    /// Keeps the language in which a session is answered.
    static func keep(_ language: Language, in digest: String, _ transaction: borrowing Transaction) throws {
        try transaction.execute("update session set language = \(language.rawValue) where digest = \(digest)")
    }

    // MARK: Failures

    /// How many attempts have failed, and how many seconds ago the last of them was.
    static func failures(
        _ kind: BackOff.Kind, _ subject: String, _ transaction: borrowing Transaction
    ) throws -> (count: Int, secondsAgo: Int)? {
        let rows = try transaction.query(
            """
            select count::bigint, extract(epoch from now() - last_at)::bigint from failed_sign_in
            where kind = \(kind.rawValue) and subject = \(subject)
                and last_at > now() - \(Double(BackOff.memory)) * interval '1 second'
            """, as: (Int, Int).self)
        return rows.first.map { (count: $0.0, secondsAgo: $0.1) }
    }

    /// Writes down that an attempt has failed.
    static func failed(_ kind: BackOff.Kind, _ subject: String, _ transaction: borrowing Transaction) throws {
        try transaction.execute(
            """
            insert into failed_sign_in as f (kind, subject, count, last_at) values (\(kind.rawValue), \(subject), 1, now())
            on conflict (kind, subject) do update set
                count = case when f.last_at > now() - \(Double(BackOff.memory)) * interval '1 second' then f.count + 1 else 1 end,
                last_at = now()
            """)
    }

    /// Forgets the failures of a login that has signed in. Those of its address stay: they may be of other logins.
    static func forget(_ login: String, _ transaction: borrowing Transaction) throws {
        try transaction.execute(
            "delete from failed_sign_in where kind = \(BackOff.Kind.login.rawValue) and subject = \(login)")
    }

    /// Whether people could be let in: it reads what a sign-in reads.
    static func probe(_ transaction: borrowing Transaction) throws {
        _ = try transaction.query("select count(*) from (select from local_user limit 1) u", as: Int.self)
    }

    /// Removes what is over: sessions, failures, and tokens a month after their end.
    static func clean(_ limits: ConsoleSettings.SessionLimits, _ transaction: borrowing Transaction) throws {
        try transaction.execute("delete from session where not (\(lasting(limits)))")
        try transaction.execute("delete from failed_sign_in where last_at < now() - interval '1 day'")
        try transaction.execute("delete from sign_in_link where expires_at < now()")
        try transaction.execute("delete from used_sign_in where expires_at < now()")
        try transaction.execute("delete from token where expires_at < now() - interval '30 days'")
    }
}
