import Contracts
import Logging

/// What the provider says of itself (OpenID Connect Discovery), as far as the console makes use of it.
struct ProviderDocument: Sendable {
    /// Where browsers are sent to sign in.
    let authorization: String
    /// Where a code is exchanged.
    let token: String
    /// Where its keys are.
    let keys: String
    /// Where more is told of a person.
    let userInfo: String?
    /// Where browsers are sent to sign out.
    let endSession: String?
    /// Whether the console's secret goes into the form, because the provider takes no header.
    let takesSecretInForm: Bool
    /// Whether it names itself when it sends a browser back (RFC 9207).
    let namesItself: Bool

    /// - Throws: ``ProviderProblem`` for one that is another's, or lacks something.
    init(_ root: JSONNode, _ settings: ProviderSettings) throws(ProviderProblem) {
        guard root["issuer"]?.string == settings.issuer else {
            throw ProviderProblem(
                .untrusted,
                "the provider calls itself '\(ProviderCaller.plain(root["issuer"]?.string ?? ""))', and not as "
                    + "WAYBILL_OIDC_ISSUER says")
        }
        func address(_ name: String) throws(ProviderProblem) -> String? {
            guard let node = root[name], node.kind != .null else { return nil }
            guard let text = node.string, settings.isAllowed(text), !text.contains("#") else {
                throw ProviderProblem(.untrusted, "the provider's '\(name)' is no address that may be used")
            }
            return text
        }
        guard let authorization = try address("authorization_endpoint"), let token = try address("token_endpoint"),
            let keys = try address("jwks_uri")
        else {
            throw ProviderProblem(
                .untrusted, "the provider lacks authorization_endpoint, token_endpoint or jwks_uri")
        }
        (self.authorization, self.token, self.keys) = (authorization, token, keys)
        userInfo = try address("userinfo_endpoint")
        endSession = try address("end_session_endpoint")
        let ways = root["token_endpoint_auth_methods_supported"]?.elements.compactMap(\.string)
        takesSecretInForm =
            ways.map { !$0.contains("client_secret_basic") && $0.contains("client_secret_post") } ?? false
        namesItself = root["authorization_response_iss_parameter_supported"]?.kind == .true
    }
}

/// What is known of the provider: what it says of itself, and its keys. Asked for when it is needed, by one at a time, and kept for a
/// while; a provider that is away is left alone for some seconds.
actor ProviderDirectory {
    /// What is known.
    struct Known: Sendable {
        let document: ProviderDocument
        let keys: [SigningKey]
        /// Since when, in seconds since 1970.
        let at: Int
    }

    /// After how many seconds it is asked for again.
    static let fresh = 600
    /// For how many seconds it is used when it cannot be had again.
    static let usable = 3_600
    /// For how many seconds a provider that is away is left alone.
    static let pause = 10
    /// How many seconds lie between two askings for a key that is not known.
    static let between = 60

    private let settings: ProviderSettings
    private let caller: ProviderCaller
    private let now: @Sendable () -> Int
    private let logger: Logger
    private var last: Known?
    private var failure: (problem: ProviderProblem, at: Int)?
    private var forced: Int?
    private var isLoading = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - settings: which provider.
    ///   - caller: by what it is asked.
    ///   - now: seconds since 1970.
    ///   - logger: where it is told that it is away.
    init(_ settings: ProviderSettings, _ caller: ProviderCaller, now: @escaping @Sendable () -> Int, logger: Logger) {
        (self.settings, self.caller, self.now, self.logger) = (settings, caller, now, logger)
    }

    /// What is known.
    ///
    /// - Throws: ``ProviderProblem`` when it cannot be had, and was not for an hour.
    func known() async throws(ProviderProblem) -> Known {
        await refresh(afterSeconds: Self.fresh)
        if let last, failure == nil || now() - last.at < Self.usable { return last }
        throw failure?.problem ?? ProviderProblem(.away, "nobody waits for the provider any more")
    }

    /// Whether it cannot be reached, looked at anew when that was not done this half minute.
    func isAway() async -> Bool {
        await refresh(afterSeconds: 30)
        return failure != nil
    }

    /// Its keys, asked for anew because one of them is not known; `nil` when that was done a moment ago.
    func keysAnew() async -> [SigningKey]? {
        guard forced.map({ now() - $0 >= Self.between }) ?? true else { return nil }
        forced = now()
        await turn()
        await load()
        return failure == nil ? last?.keys : nil
    }

    private func refresh(afterSeconds seconds: Int) async {
        if failure == nil, let last, now() - last.at < seconds { return }
        await turn()
        // Whoever was before may have done it.
        if failure == nil, let last, now() - last.at < seconds { return }
        if let failure, now() - failure.at < Self.pause { return }
        await load()
    }

    /// Waits until nobody asks the provider.
    private func turn() async {
        while isLoading { await withCheckedContinuation { waiting.append($0) } }
    }

    private func load() async {
        isLoading = true
        do {
            let base = settings.issuer.hasSuffix("/") ? String(settings.issuer.dropLast()) : settings.issuer
            let document = try ProviderDocument(
                try await caller.get("\(base)/.well-known/openid-configuration"), settings)
            let keys = SigningKey.keys(of: try await caller.get(document.keys))
            guard !keys.isEmpty else {
                throw ProviderProblem(
                    .untrusted, "the provider has no key for RS256, PS256 or ES256, of which one is needed")
            }
            if failure != nil { logger.notice("the provider of sign-ins is back") }
            (last, failure) = (Known(document: document, keys: keys, at: now()), nil)
        } catch is CancellationError {
            // Whoever asked has gone: that says nothing of the provider.
        } catch {
            let problem = error as? ProviderProblem ?? ProviderProblem(.away, "\(error)")
            failure = (problem, now())
            logger.warning("the provider of sign-ins cannot be used", metadata: ["reason": "\(problem)"])
        }
        isLoading = false
        let others = waiting
        waiting = []
        for other in others { other.resume() }
    }
}
