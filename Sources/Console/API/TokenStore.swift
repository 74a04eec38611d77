import HTTPAPI
import Postgres

/// The SQL of tokens for programs. A token is known by its SHA-256, so that whoever reads the table can call as nobody.
enum TokenStore {
    /// Whose token it is.
    enum Kind: String, Sendable, CaseIterable {
        /// One of our people's, by login.
        case person
        /// A partner's, by its name in the file of partners.
        case partner

        /// What a token of this kind can be for.
        var scopes: [APICaller.Scope] {
            switch self {
            case .person: [.ask, .export, .act]
            case .partner: [.publish, .hear]
            }
        }
    }

    /// A token as it is kept.
    struct Token: PostgresRow, Sendable, Equatable {
        let kind: String
        let login: String
        let name: String
        let scopes: String
        let created: String
        let expires: String
        let used: String?
        let hasEnded: Bool
        /// Whether its last use is so long ago that it is worth writing down.
        let isStale: Bool

        init(row: inout RowReader) throws(PostgresError) {
            kind = try row("kind")
            login = try row("login")
            name = try row("name")
            scopes = try row("scopes")
            created = try row("created")
            expires = try row("expires")
            used = try row("used")
            hasEnded = try row("has_ended")
            isStale = try row("is_stale")
        }
    }

    private static let columns: SQL = """
        kind, login, name, scopes,
        to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as created,
        to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as expires,
        to_char(used_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as used,
        expires_at <= now() as has_ended,
        coalesce(used_at < now() - interval '1 minute', true) as is_stale
        """

    /// The token of a digest, if it has not ended; that it was used is written down once a minute.
    static func token(_ digest: String, _ transaction: borrowing Transaction) throws -> Token? {
        let token = try transaction.query(
            "select \(columns) from token where digest = \(digest) and expires_at > now()", as: Token.self
        ).first
        if token?.isStale == true {
            try transaction.execute("update token set used_at = now() where digest = \(digest)")
        }
        return token
    }

    /// Makes a token. It takes the place of one of the same name that has ended.
    ///
    /// - Returns: whether there was no other of this name that holds.
    static func add(
        _ digest: String, of kind: Kind, _ login: String, name: String, scopes: [APICaller.Scope], days: Int,
        _ transaction: borrowing Transaction
    ) throws -> Bool {
        let scopes = scopes.map(\.rawValue).joined(separator: ",")
        return try transaction.execute(
            """
            insert into token as t (digest, kind, login, name, scopes, expires_at)
            values (\(digest), \(kind.rawValue), \(login), \(name), \(scopes), now() + \(Double(days)) * interval '1 day')
            on conflict (kind, login, name) do update set
                digest = excluded.digest, scopes = excluded.scopes, created_at = now(), expires_at = excluded.expires_at,
                used_at = null
            where t.expires_at <= now()
            """) == 1
    }

    /// All tokens, by whose they are and by name.
    static func all(_ transaction: borrowing Transaction) throws -> [Token] {
        try transaction.query("select \(columns) from token order by kind, login, name", as: Token.self)
    }

    /// Removes a token.
    ///
    /// - Returns: whether there was one.
    static func remove(
        _ kind: Kind, _ login: String, name: String, _ transaction: borrowing Transaction
    ) throws -> Bool {
        try transaction.execute(
            "delete from token where kind = \(kind.rawValue) and login = \(login) and name = \(name)") == 1
    }
}
