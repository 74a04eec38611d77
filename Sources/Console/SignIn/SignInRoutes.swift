import Foundation
import HTTPTypes
import Hummingbird
import Postgres

/// Signing in and out, one's sessions, and the language.
struct SignInRoutes: ConsoleRoutes {
    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        let desk = SignIn(pool: parts.pool, desk: PasswordDesk())
        let cookie = SessionCookie(isSecure: parts.exposure.isSecure)
        router.get("/sign-in") { request, context -> Response in
            if context.person != nil { return .redirect(to: "/", type: .normal) }
            let values = FormValues(query: request)
            return Self.page(context, parts.provider, next: values["next"], login: "", fault: nil)
        }
        router.post("/sign-in") { request, context -> Response in
            let values = try await FormValues(form: request, context)
            let login = values["login"] ?? ""
            if let provider = parts.provider, await !EmergencyEntry.isOpen(provider) {
                return Self.page(
                    context, provider, status: .forbidden, next: values["next"], login: login,
                    fault: .provider(.emergency))
            }
            let outcome = try await desk.attempt(
                login, values["password"] ?? "", from: context.peer ?? "unknown",
                agent: request.headers[.userAgent] ?? "", language: context.language)
            switch outcome {
            case .signedIn(let secret):
                if let provider = parts.provider, try await !EmergencyEntry.note(login, secret, provider) {
                    return Self.page(
                        context, provider, status: .serviceUnavailable, next: values["next"], login: login,
                        fault: .provider(.notOnRecord))
                }
                var response = Response.redirect(to: Link.returning(to: values["next"]), type: .normal)
                response.headers.append(HTTPField(name: .setCookie, value: cookie.set(secret)))
                return response
            case .failed:
                return Self.page(
                    context, parts.provider, status: .unauthorized, next: values["next"], login: login,
                    fault: .signInFailed)
            case .wait(let seconds):
                var response = Self.page(
                    context, parts.provider, status: .tooManyRequests, next: values["next"], login: login,
                    fault: .signInWait(seconds))
                response.headers[.retryAfter] = "\(seconds)"
                return response
            }
        }
        router.post("/sign-out") { request, context -> Response in
            if let person = context.person, case .session(let digest) = person.proof {
                try await parts.pool.withTransaction { try SignInStore.end(digest, of: person.login, $0) }
            }
            return Self.left(cookie, to: parts.provider == nil ? "sign-in" : "sign-out")
        }
        router.post("/language") { request, context -> Response in
            let values = try await FormValues(form: request, context)
            guard let language = values["language"].flatMap(Language.init) else { throw HTTPError(.badRequest) }
            if case .session(let digest) = context.person?.proof {
                try await parts.pool.withTransaction { try SignInStore.keep(language, in: digest, $0) }
            }
            var response = Response.redirect(to: Self.page(of: request), type: .normal)
            response.headers.append(
                HTTPField(name: .setCookie, value: LanguageCookie.set(language, isSecure: parts.exposure.isSecure)))
            return response
        }
        router.get("/sessions") { _, context in try await Self.sessions(context, parts) }
        router.post("/sessions/end") { request, context -> Response in
            guard let person = context.person else { throw ConsoleRefusal.signIn }
            let values = try await FormValues(form: request, context)
            guard let digest = values["session"] else {
                try await parts.pool.withTransaction { try SignInStore.endAll(of: person.login, $0) }
                return Self.left(cookie)
            }
            try await parts.pool.withTransaction { try SignInStore.end(digest, of: person.login, $0) }
            return .redirect(to: Link("sessions").address, type: .normal)
        }
    }

    /// To a page for those who are not signed in, and the browser forgets.
    private static func left(_ cookie: SessionCookie, to page: String = "sign-in") -> Response {
        var response = Response.redirect(to: Link(page).address, type: .normal)
        response.headers.append(HTTPField(name: .setCookie, value: cookie.clear))
        return response
    }

    /// The page of the console that a request was sent from, by its referrer; the first page when that is another's.
    private static func page(of request: Request) -> String {
        guard let referrer = HTTPField.Name("Referer").flatMap({ request.headers[$0] }),
            let mark = referrer.range(of: "://"), let host = request.head.authority
        else { return "/" }
        let rest = referrer[mark.upperBound...]
        guard rest.hasPrefix(host + "/") else { return "/" }
        return Link.returning(to: String(rest.dropFirst(host.count)))
    }

    private static func page(
        _ context: ConsoleContext, _ provider: ProviderSignIn?, status: HTTPResponse.Status = .ok, next: String?,
        login: String, fault: Text?
    ) -> Response {
        let words = Words(language: context.language)
        return Layout(
            title: words[.signIn], context: context,
            notice: fault.map { .init(kind: .refused, text: words[$0]) }
        ).response(status) {
            if let provider {
                Tag.div(.class("sheet sign-in")) {
                    Tag.a(
                        .class("button"),
                        .href(Link("sign-in", "provider", values: [("next", next.map { Link.returning(to: $0) })]))
                    ) { words[.provider(.signIn(provider.settings.name))] }
                    Tag.p(.class("hint")) {
                        words[.provider(provider.settings.passwords == .emergency ? .emergency : .orPassword)]
                    }
                }
            }
            Tag.form(.class("sheet sign-in"), .method(.post), .action(Link("sign-in"))) {
                if let next { Tag.input(.type(.hidden), .name("next"), .value(Link.returning(to: next))) }
                Tag.div(.class("field")) {
                    Tag.label(.for("login")) { words[.login] }
                    Tag.input(
                        .id("login"), .name("login"), .type(.text), .value(login), .autocomplete("username"),
                        .maxLength(64), .required, provider == nil ? .autofocus : nil)
                }
                Tag.div(.class("field")) {
                    Tag.label(.for("password")) { words[.password] }
                    Tag.input(
                        .id("password"), .name("password"), .type(.password), .autocomplete("current-password"),
                        .maxLength(1_024), .required)
                }
                Tag.button(.class("main")) { words[.signIn] }
                Tag.p(.class("hint")) { words[.signInHelp] }
            }
        }
    }

    private static func sessions(_ context: ConsoleContext, _ parts: ConsoleParts) async throws -> Response {
        guard let person = context.person else { throw ConsoleRefusal.signIn }
        let limits = parts.sessions
        let sessions = try await parts.pool.withTransaction(isReadOnly: true) {
            try SignInStore.sessions(of: person.login, limits, $0)
        }
        let words = Words(language: context.language)
        return Layout(title: words[.mySessions], context: context).response {
            Tag.p { words[.sessionsHelp] }
            Tag.div(.class("sheet scroll"), .tabIndex(0)) {
                Tag.table {
                    Tag.thead {
                        Tag.tr {
                            for text in [Text.began, .lastUsed, .address, .browser, .endThis] {
                                Tag.th(.scope(.col)) { words[text] }
                            }
                        }
                    }
                    Tag.tbody {
                        for session in sessions {
                            Tag.tr {
                                Tag.td(.class("when")) { Figure.time(session.began, context.zone) }
                                Tag.td(.class("when")) { Figure.time(session.used, context.zone) }
                                Tag.td { session.address }
                                Tag.td(.class("words")) { session.agent }
                                Tag.td {
                                    if person.proof == .session(session.digest) {
                                        words[.sessionHere]
                                    } else {
                                        Tag.form(.method(.post), .action(Link("sessions", "end"))) {
                                            Tag.input(.type(.hidden), .name("session"), .value(session.digest))
                                            Tag.button { words[.endThis] }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            Tag.form(.method(.post), .action(Link("sessions", "end"))) { Tag.button { words[.endAll] } }
        }
    }
}
