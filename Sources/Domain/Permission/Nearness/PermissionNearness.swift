/// How near objects are to people on a day, by where both belong.
///
/// A person's place is that of the day; an object's, that of its own day: an order of a branch that has been moved since is in
/// the division that the branch belonged to when it was placed.
package struct PermissionNearness {
    /// Whose and where the objects are that are near to somebody.
    private struct Place {
        var team: Set<String> = []
        var node: [String: DaySpans] = [:]
        var division: [String: DaySpans] = [:]
    }

    private let book: OrganisationBook
    private let day: CalendarDay
    private var places: [String: Place] = [:]
    private lazy var divisions = book.days { Self.isDivision($0.kind) }

    /// - Parameters:
    ///   - book: who belongs where.
    ///   - day: the day on which something is to be done.
    package init(in book: OrganisationBook, on day: CalendarDay) {
        self.book = book
        self.day = day
    }

    /// How near an object is to somebody.
    ///
    /// - Parameters:
    ///   - login: the person.
    ///   - owner: the login of whose it is, when it is anybody's.
    ///   - branch: the node to which it belongs, when it belongs to one.
    ///   - objectDay: the day of the object; without one it is where its branch is today.
    package mutating func relation(
        to login: String, ofOwner owner: String?, in branch: String?, on objectDay: CalendarDay? = nil
    ) -> PermissionRelation {
        if let owner, owner.hasSameBytes(as: login) { return .own }
        let place = place(of: login)
        if let owner, place.team.contains(owner) { return .sameTeam }
        guard let branch else { return .group }
        let day = objectDay ?? day
        func isThere(_ nodes: [String: DaySpans]) -> Bool { nodes[branch]?.contains(day) ?? false }
        if isThere(place.node) { return .sameBranch }
        if isThere(place.division) { return .otherBranch }
        return isThere(divisions) ? .otherDivision : .group
    }

    /// A node and those above it, as they were on the day of an object.
    package func nodes(above branch: String, on objectDay: CalendarDay? = nil) -> [String] {
        let path = book.path(from: branch, on: objectDay ?? day).map(\.id)
        return path.isEmpty ? [branch] : path
    }

    /// The node to which a person belongs on the day, or belonged at the end.
    package func node(of login: String) -> String? { book.lastKnown(login, by: day)?.node }

    private mutating func place(of login: String) -> Place {
        if let known = places[login] { return known }
        var place = Place()
        if let person = book.person(login, on: day) {
            let team = book.members(of: person.node, on: day) + book.managed(by: login, on: day)
            place.team = Set(team.map(\.login))
            place.node = book.days(within: person.node)
            if let division = book.path(from: person.node, on: day).first(where: { Self.isDivision($0.kind) }) {
                place.division = book.days(within: division.id)
            }
        }
        places[login] = place
        return place
    }

    private static func isDivision(_ kind: NodeKind) -> Bool { kind == .division || kind == .centre }
}
