/// What somebody sees of the objects of a kind on a day: as sets, so that a database finds the objects by them.
///
/// It is what ``PermissionPolicy/decide(_:)`` says of each object, for all of them at once: an object is seen when its owner is
/// one of the logins, when its branch is one of the nodes on its own day, or when the whole group is seen; and when it is not
/// among what a line takes.
public struct PermissionSight: Sendable, Equatable {
    /// A node that counts on some days.
    public struct Node: Sendable, Equatable {
        /// The node.
        public let id: String
        /// The first day; `nil` for no first.
        public let from: CalendarDay?
        /// The last day; `nil` for no last.
        public let until: CalendarDay?
    }

    /// By what something is seen.
    public struct Ground: Sendable, Hashable {
        /// The line of the policy.
        public let line: String
        /// The delegation by which it is lent.
        public let delegation: String?
        /// Whose right it is, when not one's own.
        public let onBehalfOf: String?
    }

    /// Whether the whole group is seen.
    public fileprivate(set) var isWhole = false
    /// The logins whose objects are seen.
    public fileprivate(set) var logins: [String] = []
    /// The nodes whose objects are seen, of whichever day.
    public fileprivate(set) var nodes: [String] = []
    /// The nodes whose objects of some days are seen.
    public fileprivate(set) var datedNodes: [Node] = []
    /// The logins whose objects a line takes.
    public fileprivate(set) var hiddenLogins: [String] = []
    /// The nodes whose objects a line takes.
    public fileprivate(set) var hiddenNodes: [Node] = []
    /// The protected fields that are told of every object that is seen.
    public fileprivate(set) var fields: [PermissionField] = []
    /// By what; nothing when nothing is seen.
    public fileprivate(set) var grounds: [Ground] = []
    /// The line that takes what is asked for, when nothing is seen.
    public fileprivate(set) var refusing: String?
    /// The number of the policy.
    public let version: Int

    /// Whether no object at all is seen, whatever there is.
    public var isNothing: Bool { grounds.isEmpty }

    /// Whether every object is seen.
    public var isEverything: Bool { isWhole && hiddenLogins.isEmpty && hiddenNodes.isEmpty }
}

extension PermissionPolicy {
    /// What somebody sees of the objects of a kind.
    ///
    /// One's own place is that of the day, and each object's that of its own day: a branch that was moved shows its earlier
    /// objects to the division that it belonged to. What is lent is seen as whom it belongs to sees it. What is exported is what
    /// is seen as well: by whichever right less is told, that counts.
    ///
    /// - Parameters:
    ///   - asker: who asks.
    ///   - right: for which right: to see, or to export.
    ///   - kind: the kind of object.
    ///   - book: who belongs where.
    ///   - day: the day on which is asked.
    ///   - within: as far as is asked for, when that is less than the policy gives.
    ///   - asTotals: whether sums alone are told, as far as totals reach.
    public func sight(
        of asker: PermissionRequest.Asker, _ right: PermissionRight, _ kind: PermissionKind, in book: OrganisationBook,
        on day: CalendarDay, within: PermissionScope? = nil, asTotals: Bool = false
    ) -> PermissionSight {
        let (roles, login): ([PermissionRole], String?) =
            switch asker {
            case .person(let name): (self.roles(of: name), name)
            case .role(let role): ([role], nil)
            }
        let rights = right == .export ? [.see, .export] : [right]
        // What belongs to nobody is asked for as a whole, however far is asked for otherwise.
        let within = kind.isOwned ? within ?? .all : .all
        let own = SightPart(
            self, roles, login, rights, kind, within: within, outcomes: asTotals ? [.full, .totals] : [.full])
        var lent: [SightPart] = []
        for delegation in login.map({ self.lent(to: $0, right, kind, on: day) }) ?? [] where !own.isTakenWhole {
            let lentRights = rights.filter(delegation.rights.contains)
            // To export what one sees oneself is lent to whom nothing is hidden from.
            if lentRights != rights {
                guard SightPart(self, roles, login, [.see], kind, within: .all, outcomes: [.full]).isEverything else {
                    continue
                }
            }
            let part = SightPart(
                self, self.roles(of: delegation.principal), delegation.principal, lentRights, kind,
                within: min(delegation.scope, within), outcomes: [.full], by: delegation, without: own.refusedFields)
            // What a line takes from whom it belongs to, and from nobody else, is not told by the sets of both.
            if !part.isNothing, part.taken == nil || own.isNothing && lent.isEmpty { lent.append(part) }
        }
        let parts = (own.isNothing ? [] : [own]) + lent
        var sight = PermissionSight(version: version)
        guard !parts.isEmpty else {
            sight.refusing = own.takingLine
            return sight
        }
        sight.grounds = parts.flatMap(\.grounds).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        sight.fields = kind.fields.filter { field in parts.allSatisfy { $0.fields.contains(field) } }
        let places = PlacesOfPeople(book: book, day: day)
        var (logins, nodes) = (Set<String>(), [String: DaySpans]())
        for part in parts {
            guard let farthest = part.farthest else { continue }
            sight.isWhole = sight.isWhole || farthest == .group
            logins.formUnion(places.logins(of: part.login, farthest))
            nodes.merge(places.nodes(of: part.login, farthest)) { $0.union($1) }
        }
        if !sight.isWhole {
            sight.logins = logins.sorted()
            sight.nodes = nodes.filter(\.value.isAlways).keys.sorted()
            sight.datedNodes = PermissionSight.Node.each(of: nodes.filter { !$0.value.isAlways })
        }
        // What is taken from who asks is so for what is lent to them, too.
        for part in [own] + lent {
            guard let taken = part.taken else { continue }
            sight.hiddenLogins = Set(sight.hiddenLogins).union(places.logins(of: part.login, taken)).sorted()
            sight.hiddenNodes += PermissionSight.Node.each(of: places.nodes(of: part.login, taken))
        }
        return sight
    }

    /// What is lent to somebody, of a right to a kind, on a day.
    private func lent(
        to login: String, _ right: PermissionRight, _ kind: PermissionKind, on day: CalendarDay
    ) -> [PermissionDelegation] {
        // Who is not among the people any more has nothing, lent or not.
        guard people.contains(where: { $0.login.hasSameBytes(as: login) }) else { return [] }
        return delegations.filter {
            $0.deputy.hasSameBytes(as: login) && $0.days.contains(day) && $0.rights.contains(right)
                && $0.kinds.contains(kind)
        }
    }
}

extension PermissionSight.Node {
    /// The stretches of days of some nodes, by their codes.
    fileprivate static func each(of nodes: [String: DaySpans]) -> [Self] {
        nodes.sorted { $0.key < $1.key }.flatMap { id, days in
            days.stretches.map { Self(id: id, from: $0.from, until: $0.until) }
        }
    }
}

/// What is seen by one's own roles, or by those of somebody who lends.
///
/// Scopes are a chain, and so is what is seen: from just beyond what a line takes to as far as lines reach.
private struct SightPart {
    let login: String?
    let farthest: PermissionRelation?
    /// How far a line takes what others give.
    let taken: PermissionRelation?
    let takingLine: String?
    /// Whether a line takes everything.
    let isTakenWhole: Bool
    let fields: [PermissionField]
    let refusedFields: [PermissionField]
    let grounds: [PermissionSight.Ground]

    var isNothing: Bool { farthest == nil }
    var isEverything: Bool { farthest == .group && taken == nil }

    init(
        _ policy: PermissionPolicy, _ roles: [PermissionRole], _ login: String?, _ rights: [PermissionRight],
        _ kind: PermissionKind, within: PermissionScope, outcomes: [PermissionOutcome],
        by delegation: PermissionDelegation? = nil, without refused: [PermissionField] = []
    ) {
        self.login = login
        let rulings = kind.relations.map { relation in
            (relation, JoinedRuling(rights.map { policy.ruling(roles, $0, kind, relation) }))
        }
        let seen = rulings.filter { within.covers($0.0) && outcomes.contains($0.1.outcome) }
        farthest = seen.last?.0
        let taking = kind.isOwned ? rulings.last { $0.1.isTaken } : nil
        taken = taking?.0
        isTakenWhole = rulings.last?.1.isTaken ?? false
        takingLine = rulings.first { $0.1.isTaken }?.1.line?.name
        refusedFields = rulings.flatMap(\.1.refusedFields)
        fields = kind.fields.filter { field in
            seen.allSatisfy { $0.1.fields.contains(field) } && !refused.contains(field)
                && delegation.map { $0.fields.contains(field) } ?? true
        }
        grounds = seen.compactMap(\.1.line).reduce(into: []) { grounds, line in
            let ground = PermissionSight.Ground(
                line: line.name, delegation: delegation?.name, onBehalfOf: delegation?.principal)
            if !grounds.contains(ground) { grounds.append(ground) }
        }
    }
}

/// What several rights to one object come to where all of them are needed.
private struct JoinedRuling {
    let outcome: PermissionOutcome
    /// The line that takes one of them; else that of the last.
    let line: PermissionLine?
    let isTaken: Bool
    let fields: [PermissionField]
    let refusedFields: [PermissionField]

    init(_ rulings: [PermissionRuling]) {
        outcome = PermissionOutcome.allCases.last { outcome in rulings.contains { $0.outcome == outcome } } ?? .refused
        let taking = rulings.first(where: \.isTaken)
        isTaken = taking != nil
        line = taking?.line ?? rulings.last?.line
        let told = rulings.map { $0.fields.map(\.field) }
        fields = told.first?.filter { field in told.allSatisfy { $0.contains(field) } } ?? []
        refusedFields = rulings.flatMap(\.refusedFields)
    }
}

/// Whose and where the objects are that are so near to somebody, or nearer.
private struct PlacesOfPeople {
    let book: OrganisationBook
    let day: CalendarDay

    /// Those who own such objects.
    func logins(of login: String?, _ relation: PermissionRelation) -> Set<String> {
        guard let login else { return [] }
        guard relation >= .sameTeam else { return [login] }
        let team = book.person(login, on: day).map { book.members(of: $0.node, on: day) } ?? []
        return Set([login] + (team + book.managed(by: login, on: day)).map(\.login))
    }

    /// The nodes to which such objects belong, each with the days on which it is so near.
    func nodes(of login: String?, _ relation: PermissionRelation) -> [String: DaySpans] {
        guard relation >= .sameBranch else { return [:] }
        var nodes: [String: DaySpans] = [:]
        if let node = login.flatMap({ book.person($0, on: day) })?.node {
            nodes = book.days(within: node)
            if relation >= .otherBranch,
                let division = book.path(from: node, on: day).first(where: { $0.kind.isDivision })
            {
                nodes.merge(book.days(within: division.id)) { $0.union($1) }
            }
        }
        guard relation >= .otherDivision else { return nodes }
        return nodes.merging(book.days { $0.kind.isDivision }) { $0.union($1) }
    }
}

extension NodeKind {
    /// Whether what lies below it is of one division.
    fileprivate var isDivision: Bool { self == .division || self == .centre }
}
