import HTTPTypes
import Hummingbird
import Postgres

/// Signing in by a link that an operator made: it holds once and for minutes. The page asks before it uses the link up, so that what
/// only looks at addresses, as programs of mail and chat do, leaves it as it was.
struct LinkRoutes: ConsoleRoutes {
    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        let cookie = SessionCookie(isSecure: parts.exposure.isSecure)
        router.get("/sign-in/link/:secret") { _, context -> Response in
            let digest = Secret.digest(context.parameters.get("secret") ?? "")
            let user = try await parts.pool.withTransaction(isReadOnly: true) { try LinkStore.user(digest, $0) }
            return Self.page(user, context)
        }
        router.post("/sign-in/link/:secret") { request, context -> Response in
            let digest = Secret.digest(context.parameters.get("secret") ?? "")
            let secret = Secret.make()
            let (peer, language) = (context.peer ?? "unknown", context.language)
            let agent = String((request.headers[.userAgent] ?? "").unicodeScalars.prefix(200))
            let isIn = try await parts.pool.withTransaction { transaction in
                guard let user = try LinkStore.user(digest, transaction), try LinkStore.take(digest, transaction) else {
                    return false
                }
                try SignInStore.begin(
                    Secret.digest(secret), of: user, by: "link",
                    language: user.language.flatMap(Language.init) ?? language,
                    address: peer, agent: agent, transaction)
                return true
            }
            guard isIn else { return Self.page(nil, context) }
            var response = Response.redirect(to: Link().address, type: .normal)
            response.headers.append(HTTPField(name: .setCookie, value: cookie.set(secret)))
            return response
        }
    }

    /// The page that asks, or that says that the link is over.
    private static func page(_ user: SignInStore.User?, _ context: ConsoleContext) -> Response {
        let words = Words(language: context.language)
        guard let user else {
            return Layout(
                title: words[.signIn], context: context, notice: .init(kind: .refused, text: words[.linkOver])
            ).response(.notFound) { Tag.p { Tag.a(.href(Link("sign-in"))) { words[.signIn] } } }
        }
        return Layout(title: words[.signIn], context: context).response {
            // A form without an address goes to where it stands: the link is in no page.
            Node.element(.form, [.class("sheet sign-in"), .method(.post)]) {
                Tag.button(.class("main"), .autofocus) { words[.signInAs(user.name)] }
                Tag.p(.class("hint")) { words[.linkHelp(LinkStore.minutes)] }
            }
        }
    }
}
