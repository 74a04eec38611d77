import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// What comes behind a middleware.
typealias Next = @concurrent (Request, ConsoleContext) async throws -> Response

/// What every answer says to the browser: nothing but the console's own files, nothing inline, in nobody's frame.
struct SecurityHeaders: RouterMiddleware {
    /// The policy, in full. There is one for all pages, without exceptions.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    /// Whether browsers reach the console by TLS.
    let isSecure: Bool

    func handle(
        _ request: Request, context: ConsoleContext, next: Next
    ) async throws -> Response {
        var response = try await next(request, context)
        for (name, value) in Self.fields { response.headers[name] = value }
        if isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        // What is told to one person is kept by nobody.
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }

    private static let fields: [(HTTPField.Name, String)] = {
        let named = [
            ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ]
        return named.compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
    }()
}

/// Refuses what another site's page has a person's browser do. There are no tokens in pages: a browser says itself from where
/// a request comes, and what changes something is never a GET.
struct CrossSite: RouterMiddleware {
    func handle(
        _ request: Request, context: ConsoleContext, next: Next
    ) async throws -> Response {
        let fetched = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
        guard
            Self.isAllowed(
                request.method, fetched: fetched, origin: request.headers[.origin], host: request.head.authority,
                hasCookie: request.headers[.cookie] != nil)
        else { throw ConsoleRefusal.crossSite }
        return try await next(request, context)
    }

    /// Whether a request may do what it asks for.
    ///
    /// - Parameters:
    ///   - method: what only asks is allowed from anywhere.
    ///   - fetched: `Sec-Fetch-Site`, which browsers send and pages cannot set.
    ///   - origin: `Origin`, which older browsers send with what changes something.
    ///   - host: the console's name and port, as the request names it.
    ///   - hasCookie: without either of both it is no browser; then it must not come with a browser's cookie.
    static func isAllowed(
        _ method: HTTPRequest.Method, fetched: String?, origin: String?, host: String?, hasCookie: Bool
    ) -> Bool {
        if [.get, .head, .options].contains(method) { return true }
        if let fetched { return fetched == "same-origin" || fetched == "none" }
        guard let origin else { return !hasCookie }
        guard let host, let mark = origin.range(of: "://") else { return false }
        return origin[mark.upperBound...].lowercased() == host.lowercased()
    }
}

/// Answers nobody but the proxy, where the console stands behind one, and takes from it the address that the request is from.
struct Peers: RouterMiddleware {
    let exposure: ConsoleSettings.Exposure

    func handle(
        _ request: Request, context: ConsoleContext, next: Next
    ) async throws -> Response {
        guard case .proxy(let peers) = exposure else { return try await next(request, context) }
        guard let peer = context.peer, peers.contains(peer) else { throw HTTPError(.forbidden) }
        var context = context
        // What stands before the last address was written by others, and may be anything.
        let forwarded = HTTPField.Name("X-Forwarded-For").flatMap { request.headers[$0] }
        if let last = forwarded?.split(separator: ",").last.map(String.init)?.trimmingPrefix(while: \.isWhitespace),
            !last.isEmpty, last.utf8.count <= 64
        {
            context.peer = String(last)
        }
        return try await next(request, context)
    }
}

/// Why the console itself does not do what a request asks for.
enum ConsoleRefusal: Error, Equatable {
    /// It came from another site's page.
    case crossSite
    /// Nobody is signed in.
    case signIn
}

/// Makes a page of what went wrong, for pages; the HTTP API makes problems of its own.
struct ErrorPages: RouterMiddleware {
    func handle(
        _ request: Request, context: ConsoleContext, next: Next
    ) async throws -> Response {
        // Also where it goes wrong before it is known who asks.
        var context = context
        context.language = LanguageCookie.language(of: request)
        do {
            return try await next(request, context)
        } catch  where request.uri.path.hasPrefix("/api/") {
            throw error
        } catch ConsoleRefusal.crossSite {
            return page(.forbidden, .crossSite, .crossSiteHelp, context)
        } catch ConsoleRefusal.signIn {
            let isAsking = request.method == .get || request.method == .head
            let link = Link("sign-in", values: [("next", isAsking ? request.uri.string : nil)])
            return .redirect(to: link.address, type: .normal)
        } catch let error as any HTTPResponseError where error.status == .notFound {
            return page(.notFound, .notFound, .notFoundHelp, context)
        } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
            return page(.contentTooLarge, .tooMuch, nil, context)
        } catch let error as any HTTPResponseError where error.status.code < 500 {
            return page(error.status, .wentWrong, nil, context)
        } catch {
            context.logger.error("a page could not be made", metadata: ["error": "\(error)"])
            return page(.internalServerError, .wentWrong, .wentWrongHelp(context.id), context)
        }
    }

    private func page(
        _ status: HTTPResponse.Status, _ title: Text, _ help: Text?, _ context: ConsoleContext
    ) -> Response {
        let words = Words(language: context.language)
        return Layout(title: words[title], context: context).response(status) {
            if let help { Tag.p { words[help] } }
            Tag.p { Tag.a(.href(Link())) { words[.today] } }
        }
    }
}

/// Sends pages in gzip to whoever takes it. A page holds no secret beside what a person typed, so that its length tells
/// nothing.
struct Compressing: RouterMiddleware {
    func handle(
        _ request: Request, context: ConsoleContext, next: Next
    ) async throws -> Response {
        var context = context
        context.takesGzip = request.headers[.acceptEncoding]?.contains("gzip") ?? false
        return try await next(request, context)
    }
}
