import HTTPTypes
import Hummingbird
import Postgres

/// What a browser keeps of a session.
struct SessionCookie: Sendable {
    /// Whether browsers reach the console by TLS.
    let isSecure: Bool

    /// Its name. With `__Host-` a browser takes it by TLS alone, for the whole console and for no other host.
    var name: String { isSecure ? "__Host-waybill" : "waybill" }

    /// The secret that a request brings along.
    func secret(of request: Request) -> String? {
        guard let value = request.cookies[name]?.value, value.utf8.count == 43 else { return nil }
        return value
    }

    /// Has the browser keep a secret until it is closed: when the session ends, the console says.
    func set(_ secret: String) -> String { "\(name)=\(secret); \(attributes)" }

    /// Has the browser forget it.
    var clear: String { "\(name)=; Max-Age=0; \(attributes)" }

    private var attributes: String { "Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "") }
}

/// The language that was chosen before the sign-in. It is no secret.
enum LanguageCookie {
    static let name = "waybill-language"

    /// The language that a browser wants: the one that was chosen, else the first of its own that the console speaks.
    static func language(of request: Request) -> Language {
        request.cookies[name].flatMap { Language(rawValue: $0.value) }
            ?? Language(accepted: request.headers[.acceptLanguage])
    }

    /// Has the browser keep a language for a year.
    static func set(_ language: Language, isSecure: Bool) -> String {
        "\(name)=\(language.rawValue); Path=/; Max-Age=31536000; SameSite=Lax" + (isSecure ? "; Secure" : "")
    }
}

/// Finds out who asks, from the session that the request's cookie names.
struct Sessions: RouterMiddleware {
    let parts: ConsoleParts
    let roles: RoleBook

    func handle(
        _ request: Request, context: ConsoleContext, next: Next
    ) async throws -> Response {
        var context = context
        context.language = LanguageCookie.language(of: request)
        let isAsset = request.uri.path.hasPrefix("/assets/")
        if !isAsset, let secret = SessionCookie(isSecure: parts.exposure.isSecure).secret(of: request) {
            let digest = Secret.digest(secret)
            let limits = parts.sessions
            let session = try await parts.pool.withTransaction { try SignInStore.session(digest, limits, $0) }
            if let session {
                let person = SignedIn(login: session.login, proof: .session(session.digest), name: session.name)
                context.person = person
                context.language = session.language.flatMap(Language.init) ?? context.language
                context.roles = await roles.roles(of: person)
            }
        }
        return try await next(request, context)
    }
}
