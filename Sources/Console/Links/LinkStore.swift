import Postgres

/// The SQL of links by which somebody signs in once.
enum LinkStore {
    /// For how many minutes a link holds.
    static let minutes = 15

    /// Makes a link for a user; those made before hold no more.
    ///
    /// - Returns: whether there is such a user who may sign in.
    static func add(_ digest: String, for login: String, _ transaction: borrowing Transaction) throws -> Bool {
        try transaction.execute("delete from sign_in_link where login = \(login) or expires_at < now()")
        return try transaction.execute(
            """
            insert into sign_in_link (digest, login, expires_at)
            select \(digest), login, now() + \(Double(minutes)) * interval '1 minute'
            from local_user where login = \(login) and not is_closed
            """) == 1
    }

    /// Whom a link lets in, as long as it holds.
    static func user(_ digest: String, _ transaction: borrowing Transaction) throws -> SignInStore.User? {
        try transaction.query(
            """
            select u.login, u.name, u.password, u.language, u.is_closed
            from sign_in_link l join local_user u using (login)
            where l.digest = \(digest) and l.expires_at > now() and not u.is_closed
            """, as: SignInStore.User.self
        ).first
    }

    /// Uses a link up.
    ///
    /// - Returns: whether it was there: of two who use it at once one is let in.
    static func take(_ digest: String, _ transaction: borrowing Transaction) throws -> Bool {
        try transaction.execute("delete from sign_in_link where digest = \(digest) and expires_at > now()") == 1
    }
}
