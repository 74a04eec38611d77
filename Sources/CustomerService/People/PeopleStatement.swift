import Contracts
import Domain

/// What one message says of the organisation and its people.
struct PeopleStatement: Sendable {
    enum Said: Sendable {
        /// What nodes and persons are.
        case lives(nodes: [RecordedNode], persons: [RecordedPerson])
        /// That somebody leaves.
        case left(PersonLeft)
    }

    let said: Said
    /// When it was written down where it comes from.
    let recordedAt: Timestamp
    /// Whether a person of ours says it, who is told when it is not done.
    let isAct: Bool
}

/// What is known of a node or a person.
struct KnownLife<Life: Sendable>: Sendable {
    let life: Life
    let revision: Int
    /// When it was written down where it comes from; nothing for what no word is kept of.
    var recordedAt: Timestamp?
}

/// A node or person that is another one than before.
struct PeopleChange: Sendable {
    enum Life: Sendable, Equatable {
        case node(NodeLife)
        case person(PersonLife)
    }

    let life: Life
    let revision: Int
    let recordedAt: Timestamp
    /// Which of the statements says so.
    let statement: Int

    /// The node's code or the person's login.
    var key: String {
        switch life {
        case .node(let life): life.node
        case .person(let life): life.login
        }
    }
}
