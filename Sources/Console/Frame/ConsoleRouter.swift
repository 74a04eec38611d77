import Hummingbird

/// Puts the console's paths together.
enum ConsoleRouter {
    /// The groups of paths that there are.
    static let routes: [any ConsoleRoutes] = [
        Assets(), SignInRoutes(), QuestionRoutes(),
    ]

    /// The router with everything that a request passes on its way.
    static func router(_ parts: ConsoleParts) -> Router<ConsoleContext> {
        let router = Router(context: ConsoleContext.self)
        router.addMiddleware {
            SecurityHeaders(isSecure: parts.exposure.isSecure)
            Compressing()
            ErrorPages()
            Peers(exposure: parts.exposure)
            CrossSite()
            Sessions(parts: parts, roles: RoleBook(parts.services))
        }
        for group in routes { group.add(to: router, parts) }
        return router
    }
}
