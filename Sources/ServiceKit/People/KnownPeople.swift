public import Domain

/// Who belongs where and who may do what, as a service knows it: read once, and kept until it changes.
public struct KnownPeople: Sendable {
    /// The organisation and its people.
    ///
    /// What came before what it stands on, such as a branch before its division, is in it without that: it is an organisation
    /// again once the rest has come.
    public let book: OrganisationBook
    /// Who may do what; `nil` while nobody has said so.
    public let policy: PermissionPolicy?
    /// Whether an organisation has been recorded at all.
    public let isRecorded: Bool
    /// Its divisions and branches; empty while no branch is recorded.
    package let organisation: Organisation
    /// The records of nodes and of persons, in no order.
    package let nodes: [NodeRecord]
    package let persons: [PersonRecord]
    /// The revision of each node, by its code.
    package let nodeRevisions: [String: Int]
    /// The revision of each person, by login.
    package let personRevisions: [String: Int]

    /// - Parameters:
    ///   - nodes: the records of nodes, each with the revision of its node.
    ///   - persons: the records of persons, each with the revision of its person.
    ///   - policy: who may do what.
    package init(
        nodes: [(record: NodeRecord, revision: Int)], persons: [(record: PersonRecord, revision: Int)],
        policy: PermissionPolicy?
    ) {
        self.nodes = nodes.map(\.record)
        self.persons = persons.map(\.record)
        book = OrganisationBook(known: self.nodes, self.persons)
        organisation = book.organisation
        self.policy = policy
        isRecorded = !nodes.isEmpty
        nodeRevisions = Dictionary(nodes.map { ($0.record.id, $0.revision) }) { first, _ in first }
        personRevisions = Dictionary(persons.map { ($0.record.login, $0.revision) }) { first, _ in first }
    }
}
