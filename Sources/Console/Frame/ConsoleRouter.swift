import HTTPAPI
import Hummingbird

/// Puts the console's paths together.
enum ConsoleRouter {
    /// The groups of paths that there are.
    static let routes: [any ConsoleRoutes] = [
        Assets(), HealthRoutes(), SignInRoutes(), ProviderRoutes(), LinkRoutes(), TodayRoutes(), FindRoutes(),
        BoardRoutes(), OperatingRoutes(), WhatIfRoutes(),
        AlertRoutes(),
        OrderRoutes(), ComplaintRoutes(), CustomerRoutes(), QuestionRoutes(), TheseRoutes(), ActRoutes(), ManyRoutes(),
        ViewRoutes(),
    ]

    /// The router with everything that a request passes on its way.
    ///
    /// - Parameters:
    ///   - parts: what everything stands on.
    ///   - api: the HTTP API, which recognises its callers and refuses other sites itself: it stands before both.
    ///   - people: what finds out who asks; by the sessions, unless a test says otherwise.
    static func router(
        _ parts: ConsoleParts, api: HTTPAPI? = nil,
        people: (any MiddlewareProtocol<Request, Response, ConsoleContext>)? = nil
    ) -> Router<ConsoleContext> {
        let router = Router(context: ConsoleContext.self)
        router.add(middleware: SecurityHeaders(isSecure: parts.exposure.isSecure))
        router.add(middleware: Compressing())
        router.add(middleware: ErrorPages())
        router.add(middleware: Peers(exposure: parts.exposure))
        if let api { router.add(middleware: HTTPAPIMiddleware<ConsoleContext>(api)) }
        router.add(middleware: CrossSite())
        let sessions: any MiddlewareProtocol<Request, Response, ConsoleContext> = Sessions(
            parts: parts, roles: RoleBook(parts.services))
        router.add(middleware: people ?? sessions)
        for group in routes { group.add(to: router, parts) }
        return router
    }
}
