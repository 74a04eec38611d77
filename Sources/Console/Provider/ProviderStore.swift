import Postgres

/// The SQL of who signs in by the provider.
enum ProviderStore {
    /// How somebody stands here, whom the provider names.
    struct Standing: Sendable, Equatable {
        /// Whether there is a local user of the login: an operator has let the person in.
        var isUser = false
        /// Whether an operator has closed the login.
        var isClosed = false
        /// The name that the local user has.
        var name: String?
        /// The language that the local user has.
        var language: String?
    }

    /// What came of letting somebody in.
    enum Admission: Sendable, Equatable {
        /// The person is who was here before by this login, or is the first.
        case admitted
        /// The login is closed.
        case closed
        /// The login belongs to another account of the provider, or the account to another login.
        case bound
    }

    /// How a login stands.
    static func standing(_ login: String, _ transaction: borrowing Transaction) throws -> Standing {
        var standing = Standing()
        if let user = try SignInStore.user(login, transaction) {
            standing = Standing(isUser: true, isClosed: user.isClosed, name: user.name, language: user.language)
        }
        let closed = try transaction.query(
            "select is_closed from provider_person where login = \(login)", as: Bool.self)
        if closed.first == true { standing.isClosed = true }
        return standing
    }

    /// Binds a login to the account by which it signs in first, and says of every later one whether it is the same.
    ///
    /// A login that was bound at another provider is bound anew: which provider is believed the operator has said.
    ///
    /// - Parameters:
    ///   - login: the login.
    ///   - issuer: the provider.
    ///   - subject: the account, by the name that never changes.
    static func admit(
        _ login: String, issuer: String, subject: String, _ transaction: borrowing Transaction
    ) throws -> Admission {
        try transaction.execute(
            """
            update provider_person set issuer = \(issuer), subject = \(subject), bound_at = now()
            where login = \(login) and issuer <> \(issuer)
                and not exists (
                    select from provider_person o where o.issuer = \(issuer) and o.subject = \(subject))
            """)
        // Of two who come at once one is first.
        try transaction.execute(
            """
            insert into provider_person (login, issuer, subject) values (\(login), \(issuer), \(subject))
            on conflict do nothing
            """)
        let signedIn = try transaction.query(
            """
            update provider_person set signed_in_at = now()
            where login = \(login) and issuer = \(issuer) and subject = \(subject)
            returning is_closed
            """, as: Bool.self)
        guard let isClosed = signedIn.first else { return .bound }
        return isClosed ? .closed : .admitted
    }

    /// Forgets to which account a login is bound: the next that the provider names by it is.
    ///
    /// - Returns: whether it was bound.
    static func unbind(_ login: String, _ transaction: borrowing Transaction) throws -> Bool {
        try transaction.execute("delete from session where login = \(login) and way = 'oidc'")
        return try transaction.execute("delete from provider_person where login = \(login)") == 1
    }

    /// Marks a sign-in as used.
    ///
    /// - Returns: whether it was not yet: of two who bring the same one is looked at.
    static func use(_ digest: String, _ transaction: borrowing Transaction) throws -> Bool {
        try transaction.execute(
            """
            insert into used_sign_in (digest, expires_at)
            values (\(digest), now() + \(Double(2 * ProviderAttempt.seconds)) * interval '1 second')
            on conflict (digest) do nothing
            """) == 1
    }
}
