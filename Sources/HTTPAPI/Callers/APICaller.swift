package import Hummingbird

/// Who calls, and how far the way by which they are known reaches.
///
/// It says nothing of what they may do with which object: that is decided in the services.
package struct APICaller: Sendable, Equatable {
    /// Somebody, or another company's system.
    package enum Identity: Sendable, Hashable {
        /// One of our people, by login.
        case person(String)
        /// A partner, by its name in the file of partners.
        case partner(String)
    }

    /// By what they are known.
    package enum Means: Sendable, Equatable {
        /// A session of a browser, by its cookie, which a browser sends whoever has made it call.
        case session
        /// A token in the header `Authorization`, which only who has it can send.
        case token
    }

    /// What a token can be for.
    package enum Scope: String, Sendable, CaseIterable {
        /// Questions.
        case ask
        /// Answers that are taken out of the system as files.
        case export
        /// Commands.
        case act
        /// A partner's events.
        case publish
        /// What a partner is told.
        case hear
    }

    /// Who it is.
    package let identity: Identity
    /// By what that is known.
    package let means: Means
    /// How far it reaches.
    package let scopes: Set<Scope>

    /// - Parameters: as the properties.
    package init(_ identity: Identity, by means: Means, scopes: Set<Scope> = Set(Scope.allCases)) {
        (self.identity, self.means, self.scopes) = (identity, means, scopes)
    }

    /// The person, who must be one, by a token that reaches so far.
    ///
    /// - Throws: ``Problem`` `out-of-scope`.
    package func person(for scope: Scope) throws -> String {
        try check(scope)
        guard case .person(let login) = identity else {
            throw Problem(
                .outOfScope, "a partner's token is for its events: questions and commands are for people of ours")
        }
        return login
    }

    /// The partner, which it must be, by a token that reaches so far.
    ///
    /// - Throws: ``Problem`` `out-of-scope`.
    package func partner(for scope: Scope) throws -> String {
        try check(scope)
        guard case .partner(let name) = identity else {
            throw Problem(
                .outOfScope, "this is for a partner's token: what people do is a command, by /api/v1/commands/TYPE")
        }
        return name
    }

    private func check(_ scope: Scope) throws {
        guard scopes.contains(scope) else {
            throw Problem(.outOfScope, "the token lacks the scope '\(scope.rawValue)': have one made that has it")
        }
    }
}

/// Tells who calls. The console does, by its sessions and tokens.
package protocol CallerRecognising: Sendable {
    /// Who makes a call; `nil` when nobody is signed in and no token that holds came along.
    ///
    /// - Throws: ``Problem`` when that cannot be told now, or the call is to be refused before anything else.
    func caller(of request: Request) async throws -> APICaller?
}
