import HTTPTypes
import Hummingbird
import Postgres

/// The way to the provider of sign-ins and back. Browsers go by links: a form may send them nowhere but to the console itself.
struct ProviderRoutes: ConsoleRoutes {
    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        guard let provider = parts.provider else { return }
        let session = SessionCookie(isSecure: parts.exposure.isSecure)
        let cookie = ProviderCookie(isSecure: parts.exposure.isSecure)
        router.get("/sign-in/provider") { request, context -> Response in
            let next = FormValues(query: request)["next"]
            if context.person != nil { return .redirect(to: Link.returning(to: next), type: .normal) }
            do throws(ProviderProblem) {
                let (attempt, address) = try await provider.begin(next: next)
                return Self.redirect(to: address, setting: [cookie.set(attempt)])
            } catch {
                return Self.page(error.kind == .away ? .away : .untrusted, next: next, context)
            }
        }
        router.get("/sign-in/provider/done") { request, context -> Response in
            let visitor = ProviderSignIn.Visitor(
                address: context.peer ?? "unknown", agent: request.headers[.userAgent] ?? "",
                language: context.language)
            let outcome = try await provider.finish(
                FormValues(query: request), cookie.value(of: request), visitor)
            switch outcome {
            case .signedIn(let secret, let next):
                // Who was signed in by this browser before is not any more.
                if case .session(let digest) = context.person?.proof, let login = context.person?.login {
                    try await parts.pool.withTransaction { try SignInStore.end(digest, of: login, $0) }
                }
                return Self.redirect(to: next, setting: [cookie.clear, session.set(secret)])
            case .failed(let fault):
                var response = Self.page(fault, next: nil, context)
                response.headers.append(HTTPField(name: .setCookie, value: cookie.clear))
                return response
            }
        }
        router.get("/sign-out") { _, context -> Response in
            if context.person != nil { return .redirect(to: "/", type: .normal) }
            let words = Words(language: context.language)
            return Layout(title: words[.signedOut], context: context).response {
                Tag.div(.class("sheet sign-in")) {
                    Tag.p { words[.provider(.signedOut(provider.settings.name))] }
                    Tag.p {
                        Tag.a(.class("button"), .href(Link("sign-out", "provider"))) {
                            words[.provider(.signOutThere(provider.settings.name))]
                        }
                    }
                    Tag.p { Tag.a(.href(Link("sign-in"))) { words[.signIn] } }
                }
            }
        }
        router.get("/sign-out/provider") { _, _ -> Response in
            Self.redirect(to: await provider.signOutAddress() ?? "/sign-in", setting: [])
        }
    }

    private static func redirect(to address: String, setting cookies: [String]) -> Response {
        var response = Response.redirect(to: address, type: .normal)
        for cookie in cookies { response.headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return response
    }

    /// The page that says why somebody is not let in, with the ways to go on.
    private static func page(_ fault: ProviderSignIn.Fault, next: String?, _ context: ConsoleContext) -> Response {
        let words = Words(language: context.language)
        let text = words[.provider(.fault(fault))]
        var response = Layout(
            title: words[.provider(.unsuccessful)], context: context, notice: .init(kind: .refused, text: text)
        ).response(status(of: fault)) {
            Tag.div(.class("sheet sign-in")) {
                Tag.p {
                    Tag.a(.class("button"), .href(Link("sign-in", "provider", values: [("next", next)]))) {
                        words[.provider(.again)]
                    }
                }
                Tag.p { Tag.a(.href(Link("sign-in", values: [("next", next)]))) { words[.provider(.other)] } }
            }
        }
        if case .wait(let seconds) = fault { response.headers[.retryAfter] = "\(seconds)" }
        return response
    }

    private static func status(of fault: ProviderSignIn.Fault) -> HTTPResponse.Status {
        switch fault {
        case .over: .badRequest
        case .untrusted: .badGateway
        case .away, .cannotTell: .serviceUnavailable
        case .denied, .noLogin, .noGroup, .closed, .bound, .notRecorded: .forbidden
        case .wait: .tooManyRequests
        }
    }
}
