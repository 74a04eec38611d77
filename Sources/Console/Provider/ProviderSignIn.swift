import BrokerLayout
import Client
import Contracts
import Domain
import Foundation
import Logging
import Postgres
import Synchronization

/// Lets people in whom a provider knows: the code flow of OpenID Connect with PKCE, all of it between this program and the provider.
/// The provider says who somebody is; what they may see and do the services decide, as for everybody.
struct ProviderSignIn: Sendable {
    /// Why somebody is not let in.
    enum Fault: Sendable, Equatable {
        /// It was begun in another browser, too long ago, or has come back before.
        case over
        /// The provider says that it does not let the person in; holds its code.
        case denied(String)
        /// The provider cannot be reached.
        case away
        /// What came from the provider is not to be believed.
        case untrusted
        /// The provider names nobody by a login that is one of ours.
        case noLogin
        /// The person is in none of the groups that come in.
        case noGroup
        /// An operator has closed the login.
        case closed
        /// The login belongs to another account, or the account to another login.
        case bound
        /// The organisation has nobody of this login today.
        case notRecorded
        /// Whether it has cannot be found out now.
        case cannotTell
        /// Too many come at once, or too many attempts have failed.
        case wait(Int)
    }

    /// What came of an attempt.
    enum Outcome: Sendable, Equatable {
        /// The person is in: what the browser keeps, and where to go on.
        case signedIn(secret: String, next: String)
        /// The person is not.
        case failed(Fault)
    }

    /// From where somebody comes, and with what.
    struct Visitor: Sendable {
        /// The address.
        let address: String
        /// What the browser says that it is.
        let agent: String
        /// In which language to go on, unless the person has one.
        let language: Language
    }

    /// Who the provider says that somebody is.
    private struct Claimed {
        let login: String
        let subject: String
        let name: String?
    }

    let settings: ProviderSettings
    let directory: ProviderDirectory
    let caller: ProviderCaller
    let pool: PostgresPool
    let services: any Services
    let patience: Duration
    let logger: Logger
    /// Puts on record that somebody came in by a password because the provider is away.
    let record: @Sendable (_ login: String) async throws -> Void
    private let now: @Sendable () -> Int
    private let room = Room()

    /// - Parameters:
    ///   - settings: which provider, and whom of it.
    ///   - parts: what the console stands on.
    ///   - timeout: how long one answer of the provider may take.
    ///   - now: seconds since 1970.
    ///   - record: puts an entry by password on record while the provider is away.
    init(
        _ settings: ProviderSettings, _ parts: ConsoleParts, timeout: Duration = .seconds(5),
        now: @escaping @Sendable () -> Int = { Int(Timestamp.now().microsecondsSinceEpoch / 1_000_000) },
        record: @escaping @Sendable (_ login: String) async throws -> Void
    ) {
        self.settings = settings
        caller = ProviderCaller(certificateAuthorities: settings.certificateAuthorities, timeout: timeout)
        directory = ProviderDirectory(settings, caller, now: now, logger: parts.logger)
        (pool, services, patience, logger) = (parts.pool, parts.services, parts.patience, parts.logger)
        (self.now, self.record) = (now, record)
    }

    // MARK: The way there

    /// Begins a sign-in.
    ///
    /// - Parameter next: where to go on afterwards.
    /// - Returns: what the browser keeps, and where it is sent.
    /// - Throws: ``ProviderProblem`` when the provider cannot be made use of.
    func begin(next: String?) async throws(ProviderProblem) -> (attempt: ProviderAttempt, address: String) {
        let document = try await directory.known().document
        let attempt = ProviderAttempt(next: next, now: now())
        let address = Self.address(
            document.authorization,
            [
                ("response_type", "code"), ("client_id", settings.client), ("redirect_uri", settings.redirect),
                ("scope", settings.scopes.joined(separator: " ")), ("state", attempt.state),
                ("nonce", attempt.nonce), ("code_challenge", attempt.challenge), ("code_challenge_method", "S256"),
            ])
        return (attempt, address)
    }

    /// Where a browser is sent that is to sign out at the provider as well; `nil` when the provider has no such place.
    func signOutAddress() async -> String? {
        guard let place = try? await directory.known().document.endSession else { return nil }
        return Self.address(
            place, [("client_id", settings.client), ("post_logout_redirect_uri", settings.signedOut)])
    }

    private static func address(_ place: String, _ values: [(String, String)]) -> String {
        let query = values.map { "\($0.0.asAddressPart)=\($0.1.asAddressPart)" }.joined(separator: "&")
        return place + (place.contains("?") ? "&" : "?") + query
    }

    // MARK: The way back

    /// Looks at what a browser brings back.
    ///
    /// - Parameters:
    ///   - values: what stands in the address.
    ///   - cookie: what the browser has kept.
    ///   - visitor: from where it comes.
    func finish(_ values: FormValues, _ cookie: String?, _ visitor: Visitor) async throws -> Outcome {
        guard let attempt = cookie.flatMap({ ProviderAttempt(cookie: $0, now: now()) }),
            let state = values["state"], Secret.digest(state) == Secret.digest(attempt.state)
        else { return try await fail(.over, "the state does not belong to this browser, or is too old", visitor) }
        guard room.enter() else { return .failed(.wait(5)) }
        defer { room.leave() }
        let digest = Secret.digest(attempt.state)
        let (isFirst, wait) = try await pool.withTransaction { transaction in
            let failures = try SignInStore.failures(.address, visitor.address, transaction)
            let wait = failures.map { max(0, BackOff.wait(after: $0.count, .address) - $0.secondsAgo) } ?? 0
            return (wait > 0 ? true : try ProviderStore.use(digest, transaction), wait)
        }
        guard wait == 0 else { return .failed(.wait(wait)) }
        guard isFirst else { return try await fail(.over, "it has come back before", visitor) }
        do {
            let claimed: Claimed
            switch try await claims(of: values, attempt) {
            case .success(let found): claimed = found
            case .failure(let refused): return try await fail(refused.fault, refused.why, visitor)
            }
            return try await enter(claimed, attempt, visitor)
        } catch let problem as ProviderProblem {
            return try await fail(problem.kind == .away ? .away : .untrusted, problem.description, visitor)
        } catch let fault as IdentityToken.Fault {
            return try await fail(.untrusted, "the identity token: \(fault.rawValue)", visitor)
        }
    }

    /// A fault with what the log has of it.
    private struct Refused: Error {
        let fault: Fault
        let why: String
    }

    private func fail(_ fault: Fault, _ why: String, _ visitor: Visitor) async throws -> Outcome {
        logger.warning(
            "a sign-in by the provider has failed", metadata: ["reason": "\(why)", "from": "\(visitor.address)"])
        // What somebody may have made up counts as a wrong password does. What belongs to no sign-in of this browser does not: there is
        // nothing to be guessed by it, and any page elsewhere could have the browsers of an office ask for it until nobody there may
        // sign in any more.
        if fault == .untrusted {
            try await pool.withTransaction { try SignInStore.failed(.address, visitor.address, $0) }
        }
        return .failed(fault)
    }

    /// Who the provider says that somebody is.
    private func claims(of values: FormValues, _ attempt: ProviderAttempt) async throws -> Result<Claimed, Refused> {
        let known = try await directory.known()
        // Who answers in another's stead is found out before anything is told to it. An error is told to nobody; not all
        // providers name themselves beside one.
        guard values["iss"].map({ $0 == settings.issuer }) ?? (!known.document.namesItself || values["error"] != nil)
        else { throw ProviderProblem(.untrusted, "another provider has answered") }
        if let error = values["error"] {
            let code = ProviderCaller.plain(error)
            return .failure(Refused(fault: .denied(code), why: "the provider says \(code)"))
        }
        guard let code = values["code"], code.utf8.count <= 4_096 else {
            throw ProviderProblem(.untrusted, "the provider has sent neither a code nor an error")
        }
        let answer = try await exchange(code, attempt, at: known.document)
        guard let text = answer["id_token"]?.string else {
            throw ProviderProblem(.untrusted, "the provider has sent no identity token")
        }
        let access = answer["access_token"]?.string
        let token = try IdentityToken(text)
        let claims = try token.claims(
            by: try await key(of: token, among: known.keys),
            expecting: .init(
                issuer: settings.issuer, client: settings.client, nonce: attempt.nonce, accessToken: access,
                now: now()))
        let subject = claims["sub"]?.string ?? ""
        let more = try await more(of: subject, beside: claims, access, known.document)
        return claimed(subject) { name in claims[name] ?? more?[name] }
    }

    /// The answer to a code.
    private func exchange(
        _ code: String, _ attempt: ProviderAttempt, at document: ProviderDocument
    ) async throws -> JSONNode {
        var form = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", settings.redirect),
            ("code_verifier", attempt.verifier),
        ]
        var authorization: String?
        if let secret = settings.secret, !document.takesSecretInForm {
            let pair = "\(settings.client.asAddressPart):\(secret.asAddressPart)"
            authorization = "Basic \(Data(pair.utf8).base64EncodedString())"
        } else {
            form.append(("client_id", settings.client))
            if let secret = settings.secret { form.append(("client_secret", secret)) }
        }
        return try await caller.post(document.token, form, authorization: authorization)
    }

    /// The key of a token. One that is not known may be new.
    private func key(of token: IdentityToken, among keys: [SigningKey]) async throws -> SigningKey {
        if let key = token.key(among: keys) { return key }
        guard let anew = await directory.keysAnew(), let key = token.key(among: anew) else {
            throw IdentityToken.Fault.unknownKey
        }
        return key
    }

    /// What the provider tells of a person beside the token, where that lacks what is needed.
    private func more(
        of subject: String, beside claims: JSONNode, _ access: String?, _ document: ProviderDocument
    ) async throws -> JSONNode? {
        let needed = [settings.loginClaim] + (settings.groups.isEmpty ? [] : [settings.groupsClaim])
        guard needed.contains(where: { claims[$0] == nil }), let access, let place = document.userInfo else {
            return nil
        }
        let more = try await caller.get(place, token: access)
        guard more["sub"]?.string == subject else {
            throw ProviderProblem(.untrusted, "what the provider tells of the person is somebody else's")
        }
        return more
    }

    /// The person of claims.
    private func claimed(_ subject: String, _ claim: (String) -> JSONNode?) -> Result<Claimed, Refused> {
        guard var login = claim(settings.loginClaim)?.string else {
            return .failure(Refused(fault: .noLogin, why: "there is no claim '\(settings.loginClaim)'"))
        }
        // An address that nobody has verified anybody can claim.
        if settings.loginClaim == "email", claim("email_verified")?.kind != .true {
            return .failure(Refused(fault: .noLogin, why: "the provider has not verified the person's address"))
        }
        if let suffix = settings.loginSuffix {
            guard login.hasSuffix(suffix) else {
                return .failure(
                    Refused(fault: .noLogin, why: "the login does not end as WAYBILL_OIDC_LOGIN_SUFFIX says"))
            }
            login.removeLast(suffix.count)
        }
        guard BrokerUsers.isLogin(login) else {
            return .failure(
                Refused(fault: .noLogin, why: "'\(ProviderCaller.plain(login))' is no login of ours"))
        }
        if !settings.groups.isEmpty {
            let said = claim(settings.groupsClaim)
            let groups = said?.string.map { [$0] } ?? said?.elements.compactMap(\.string) ?? []
            guard groups.contains(where: settings.groups.contains) else {
                return .failure(Refused(fault: .noGroup, why: "'\(login)' is in none of the groups that come in"))
            }
        }
        let name = claim("name")?.string.map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(100))) }
        return .success(Claimed(login: login, subject: subject, name: name.flatMap { $0.isEmpty ? nil : $0 }))
    }

    /// Lets a person in who is one of ours.
    private func enter(_ person: Claimed, _ attempt: ProviderAttempt, _ visitor: Visitor) async throws -> Outcome {
        let login = person.login
        let standing = try await pool.withTransaction(isReadOnly: true) { try ProviderStore.standing(login, $0) }
        guard !standing.isClosed else { return try await fail(.closed, "'\(login)' is closed", visitor) }
        if !standing.isUser, settings.people == .recorded, let fault = await missing(login) {
            return try await fail(fault, "'\(login)' is not found in the organisation", visitor)
        }
        let secret = Secret.make()
        let (issuer, subject) = (settings.issuer, person.subject)
        let name = standing.name ?? person.name ?? login
        let language = standing.language.flatMap(Language.init) ?? visitor.language
        let admission = try await pool.withTransaction { transaction in
            let admission = try ProviderStore.admit(login, issuer: issuer, subject: subject, transaction)
            guard admission == .admitted else { return admission }
            // What was closed meanwhile stays closed.
            guard try !ProviderStore.standing(login, transaction).isClosed else { return .closed }
            try SignInStore.begin(
                Secret.digest(secret), login: login, name: name, by: "oidc", language: language,
                address: visitor.address, agent: String(visitor.agent.unicodeScalars.prefix(200)), transaction)
            return .admitted
        }
        switch admission {
        case .admitted: return .signedIn(secret: secret, next: attempt.next)
        case .closed: return try await fail(.closed, "'\(login)' is closed", visitor)
        case .bound:
            return try await fail(
                .bound, "'\(login)' is bound to another account ('waybill console user unbind \(login)')", visitor)
        }
    }

    /// Why the organisation does not have somebody today; `nil` when it has.
    private func missing(_ login: String) async -> Fault? {
        let question = Asking.Question(
            service: .customer, query: PeopleQuestions.person.name, values: [("login", login)])
        let answer = await services.ask(
            question, for: SignedIn(login: login, proof: .session("")), within: patience)
        switch answer {
        case .success(let answer):
            return answer.tables.contains { $0.name == "person" && !$0.rows.isEmpty } ? nil : .notRecorded
        case .failure(let error as ClientError) where error.code == .refused: return .notRecorded
        case .failure: return .cannotTell
        }
    }

    /// How many may be looked at together: each may wait for the provider for some seconds.
    private final class Room: Sendable {
        private let places = Mutex(16)

        func enter() -> Bool {
            places.withLock { left in
                guard left > 0 else { return false }
                left -= 1
                return true
            }
        }

        func leave() { places.withLock { $0 += 1 } }
    }
}
