import Domain

/// Who is to decide about what somebody else has worked on. Pure.
enum SecondPerson {
    /// The first who leads a node, or one above it, and has not worked on it; without a node that is there, whoever leads the group.
    ///
    /// - Returns: `nil` when there is no such person: then it is for who leads the notice's node.
    static func first(
        of node: String?, but workers: some Collection<String>, in book: OrganisationBook, on day: CalendarDay
    ) -> String? {
        let own = node.map { book.path(from: $0, on: day) } ?? []
        let path = own.isEmpty ? book.groups(on: day) : own
        return path.lazy.compactMap { book.head(of: $0.id, on: day)?.login }.first { !workers.contains($0) }
    }
}
