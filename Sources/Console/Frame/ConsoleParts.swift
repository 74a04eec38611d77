import Hummingbird
import Logging
import Postgres

/// What every part of the console stands on.
struct ConsoleParts: Sendable {
    /// The services, asked and commanded in the name of who is signed in.
    let services: any Services
    /// The schema `console`: sessions, users, tokens, views and marks.
    let pool: PostgresPool
    /// What the console was told when it started.
    let exposure: ConsoleSettings.Exposure
    /// How sessions end by themselves.
    let sessions: ConsoleSettings.SessionLimits
    /// How long a page waits for a service.
    let patience: Duration
    /// The provider by which people sign in as well; `nil` when there is none.
    var provider: ProviderSignIn?
    /// Since when services are not heard of.
    let silences = Silences()
    /// Where to say what goes wrong.
    let logger: Logger
    /// The system as whoever operates it has it; `nil` when the console was given no user for that.
    var operating: (any Operating)?
}

/// A group of paths of the console: pages, or the HTTP API. Each is added once to the router, behind the middleware that
/// every request passes: headers, the refusal of cross-site requests, and the person of the session in the context.
protocol ConsoleRoutes: Sendable {
    /// Adds its paths.
    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts)
}
