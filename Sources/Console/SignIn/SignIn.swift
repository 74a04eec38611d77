import BrokerLayout
import Postgres

/// Lets people in by a password of the console's own.
struct SignIn: Sendable {
    /// What came of an attempt.
    enum Outcome: Sendable, Equatable {
        /// The person is in: what the browser keeps.
        case signedIn(secret: String)
        /// Login or password is wrong, or the user is closed: which of them is not said.
        case failed
        /// Too many attempts have failed: this one was not looked at.
        case wait(seconds: Int)
    }

    let pool: PostgresPool
    let desk: PasswordDesk

    /// An attempt.
    ///
    /// - Parameters:
    ///   - login: as it was typed.
    ///   - password: as it was typed.
    ///   - address: from where.
    ///   - agent: what the browser says that it is.
    ///   - language: in which language to go on, unless the user has one.
    func attempt(
        _ login: String, _ password: String, from address: String, agent: String, language: Language
    ) async throws -> Outcome {
        // What is no login cannot be anybody's, and is kept nowhere; it takes as long as any other.
        let isLogin = BrokerUsers.isLogin(login)
        let (user, wait) = try await pool.withTransaction(isReadOnly: true) { transaction in
            let waits = try [(BackOff.Kind.login, isLogin ? login : ""), (.address, address)].map { kind, subject in
                guard let failures = try SignInStore.failures(kind, subject, transaction) else { return 0 }
                return max(0, BackOff.wait(after: failures.count, kind) - failures.secondsAgo)
            }
            return (isLogin ? try SignInStore.user(login, transaction) : nil, waits.max() ?? 0)
        }
        guard wait == 0 else { return .wait(seconds: wait) }
        let kept = user.flatMap { PasswordHash($0.password) }
        let isRight: Bool
        do {
            // More than so much nobody types; the work would grow with it.
            let typed = password.utf8.count <= 1_024 ? password : ""
            isRight = try await desk.work { try (kept ?? .ofNobody).isOf(typed) }
        } catch is PasswordDesk.TooMany {
            return .wait(seconds: 5)
        }
        guard let user, kept != nil, isRight, !user.isClosed else {
            try await pool.withTransaction { transaction in
                // In one order, as every other attempt.
                try SignInStore.failed(.address, address, transaction)
                if isLogin { try SignInStore.failed(.login, login, transaction) }
            }
            return .failed
        }
        let renewed = kept?.cost == .standard ? nil : try await desk.work { try PasswordHash(of: password) }
        let secret = Secret.make()
        try await pool.withTransaction { transaction in
            try SignInStore.forget(login, transaction)
            if let renewed { try SignInStore.rehash(login, renewed, transaction) }
            try SignInStore.begin(
                Secret.digest(secret), of: user, language: user.language.flatMap(Language.init) ?? language,
                address: address, agent: String(agent.unicodeScalars.prefix(200)), transaction)
        }
        return .signedIn(secret: secret)
    }
}
