import Hummingbird

/// Puts the console's paths together.
enum ConsoleRouter {
    /// The groups of paths that there are.
    static let routes: [any ConsoleRoutes] = []

    /// The router with everything that a request passes on its way.
    static func router(_ parts: ConsoleParts) -> Router<ConsoleContext> {
        let router = Router(context: ConsoleContext.self)
        for group in routes { group.add(to: router, parts) }
        return router
    }
}
