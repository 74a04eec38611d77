import Client
import Contracts
import Synchronization

/// Which roles a policy gives to people, asked once a minute for each: they put the navigation in order, and decide nothing.
final class RoleBook: Sendable {
    private let services: any Services
    private let known = Mutex<[String: (roles: Set<String>, until: ContinuousClock.Instant)]>([:])
    private static let patience = Duration.milliseconds(800)

    init(_ services: any Services) { self.services = services }

    /// The roles of a person; none when they are not known.
    func roles(of person: SignedIn) async -> Set<String> {
        let now = ContinuousClock.now
        let kept = known.withLock { book in book[person.login].flatMap { $0.until > now ? $0.roles : nil } }
        if let kept { return kept }
        let question = Asking.Question(
            service: .customer, query: PeopleQuestions.person.name, values: [("login", person.login)])
        let answer = await services.ask(question, for: person, within: Self.patience)
        var roles: Set<String> = []
        if let tables = try? answer.get().tables, let table = tables.first(where: { $0.name == "roles" }),
            let place = table.columns.firstIndex(where: { $0.name == "role" })
        {
            roles = Set(table.rows.compactMap { $0.values.indices.contains(place) ? $0.values[place] : nil })
        }
        known.withLock { book in
            if book.count > 10_000 { book.removeAll() }
            book[person.login] = (roles, now + .seconds(60))
        }
        return roles
    }
}
