import BrokerLayout
import Contracts
import HTTPAPI
import Hummingbird
import Logging
import Postgres

/// Knows who calls the HTTP API: by a token in `Authorization`, else by the session of the request's cookie.
struct ConsoleCallers: CallerRecognising {
    let parts: ConsoleParts
    /// The partners as they are known now.
    let partners: @Sendable () -> KnownPartners

    func caller(of request: Request) async throws -> APICaller? {
        do {
            // Who sends a token wants to be known by it: with one that does not hold, a cookie does not help.
            if let authorization = request.headers[.authorization] { return try await bearer(authorization) }
            return try await session(request)
        } catch let error as PostgresError {
            parts.logger.error("who calls cannot be told", metadata: ["error": "\(error)"])
            throw Problem(.serviceAway, "who calls cannot be told now: call again", retryAfter: 5)
        }
    }

    private func bearer(_ authorization: String) async throws -> APICaller? {
        let words = authorization.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer", words[1].utf8.count == 43 else { return nil }
        let digest = Secret.digest(String(words[1]))
        guard let token = try await parts.pool.withTransaction({ try TokenStore.token(digest, $0) }) else {
            return nil
        }
        let scopes = Set(token.scopes.split(separator: ",").compactMap { APICaller.Scope(rawValue: String($0)) })
        switch TokenStore.Kind(rawValue: token.kind) {
        case .person?: return APICaller(.person(token.login), by: .token, scopes: scopes)
        case .partner?:
            try check(token.login)
            return APICaller(.partner(token.login), by: .token, scopes: scopes)
        case nil: return nil
        }
    }

    /// That a partner is one whom the services know, too.
    private func check(_ partner: String) throws {
        switch partners() {
        case .any: return
        case .none: throw Problem(.outOfScope, "partners are not served here: WAYBILL_PARTNERS names no file")
        case .registered(let registry):
            guard registry.partners.contains(where: { $0.name == partner }) else {
                throw Problem(
                    Refusal(
                        .publisherUnknown, path: "headers.authorization",
                        "there is no partner '\(partner)' in the file of partners any more"))
            }
        }
    }

    private func session(_ request: Request) async throws -> APICaller? {
        guard let secret = SessionCookie(isSecure: parts.exposure.isSecure).secret(of: request) else { return nil }
        let (digest, limits) = (Secret.digest(secret), parts.sessions)
        let session = try await parts.pool.withTransaction { try SignInStore.session(digest, limits, $0) }
        return session.map { APICaller(.person($0.login), by: .session) }
    }
}
