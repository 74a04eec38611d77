package import Contracts
public import Domain
import Synchronization

/// Who belongs where and who may do what, as a service knows it: read once, and kept until it changes.
public struct KnownPeople: Sendable {
    /// The organisation and its people.
    ///
    /// What came before what it stands on, such as a branch before its division, is in it without that: it is an organisation
    /// again once the rest has come.
    public let book: OrganisationBook
    /// Who may do what; `nil` while nobody has said so.
    ///
    /// - Throws: why it cannot be read, when it is one of a later release: nothing goes by it then, and nothing by none. Who belongs
    ///   where is known all the same.
    public var policy: PermissionPolicy? { get throws(Refusal) { try said.get() } }
    private let said: Result<PermissionPolicy?, Refusal>
    /// Whether an organisation has been recorded at all.
    public let isRecorded: Bool
    /// Its divisions and branches; empty while no branch is recorded.
    package let organisation: Organisation
    /// The records of nodes and of persons, in no order.
    package let nodes: [NodeRecord]
    package let persons: [PersonRecord]
    /// What was worked out of it.
    private let sights = KnownSights()
    /// The revision of each node, by its code.
    package let nodeRevisions: [String: Int]
    /// The revision of each person, by login.
    package let personRevisions: [String: Int]

    /// - Parameters:
    ///   - nodes: the records of nodes, each with the revision of its node.
    ///   - persons: the records of persons, each with the revision of its person.
    ///   - policy: who may do what, or why that cannot be read.
    package init(
        nodes: [(record: NodeRecord, revision: Int)], persons: [(record: PersonRecord, revision: Int)],
        policy: Result<PermissionPolicy?, Refusal>
    ) {
        self.nodes = nodes.map(\.record)
        self.persons = persons.map(\.record)
        book = OrganisationBook(known: self.nodes, self.persons)
        organisation = book.organisation
        said = policy
        isRecorded = !nodes.isEmpty
        nodeRevisions = Dictionary(nodes.map { ($0.record.id, $0.revision) }) { first, _ in first }
        personRevisions = Dictionary(persons.map { ($0.record.login, $0.revision) }) { first, _ in first }
    }
}

extension KnownPeople {
    /// What somebody sees of the objects of a kind, or may export of them: worked out once, for as long as nothing of this
    /// changes.
    ///
    /// - Parameters:
    ///   - asker: who asks.
    ///   - right: for which right.
    ///   - kind: the kind of object.
    ///   - policy: by which policy; the one that holds, or one that stands in for it.
    ///   - day: the day on which is asked.
    ///   - within: as far as is asked for, when that is less than the policy gives.
    ///   - asTotals: whether sums alone are told.
    package func sight(
        of asker: PermissionRequest.Asker, _ right: PermissionRight = .see, _ kind: PermissionKind,
        by policy: PermissionPolicy, on day: CalendarDay, within: PermissionScope? = nil, asTotals: Bool = false
    ) -> PermissionSight {
        let login: String =
            switch asker {
            case .person(let login): login
            // No login has a colon.
            case .role(let role): "role:\(role.rawValue)"
            }
        let subject = KnownSights.Subject(
            asker: login, version: policy.version, right: right, kind: kind, day: day, within: within,
            asTotals: asTotals)
        return sights.value(of: subject) {
            policy.sight(of: asker, right, kind, in: book, on: day, within: within, asTotals: asTotals)
        }
    }
}

/// What people see, for as long as organisation and policy are the same.
private final class KnownSights: Sendable {
    struct Subject: Hashable {
        let asker: String
        let version: Int
        let right: PermissionRight
        let kind: PermissionKind
        let day: CalendarDay
        let within: PermissionScope?
        let asTotals: Bool
    }

    private static let most = 4_096
    private let kept = Mutex<[Subject: PermissionSight]>([:])

    func value(of subject: Subject, _ make: () -> PermissionSight) -> PermissionSight {
        if let known = kept.withLock({ $0[subject] }) { return known }
        let made = make()
        kept.withLock { kept in
            if kept.count >= Self.most { kept.removeAll() }
            kept[subject] = made
        }
        return made
    }
}
