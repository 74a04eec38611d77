/// What is wrong with one record of an organisation.
public struct OrganisationFault: Sendable, Equatable, CustomStringConvertible {
    /// Why a record is refused. The raw value is the code that programs read.
    public enum Reason: String, Sendable, CaseIterable {
        /// An identifier is missing, or holds what nobody sees or what has two ways to be written.
        case badIdentifier = "bad-identifier"
        /// There is no name.
        case noName = "no-name"
        /// A name or an identifier holds control characters, or marks that turn the direction of reading.
        case controlCharacters = "control-characters"
        /// The last day is before the first.
        case emptyPeriod = "empty-period"
        /// Two records of one node hold on one day.
        case nodeTwice = "node-twice"
        /// A login stands twice on one day, or is two persons'.
        case loginTwice = "login-twice"
        /// A number of the personnel system is that of two logins.
        case externalIdTwice = "external-id-twice"
        /// A person has two managers on one day.
        case twoManagers = "two-managers"
        /// Between two records of a life there are days without one.
        case gap = "gap-in-life"
        /// A node that is no group has no parent, or one that is not there for all of its days.
        case orphan
        /// A node stands below one that is smaller by its kind, such as a division below a branch.
        case wrongLevel = "wrong-level"
        /// A node is above itself.
        case cycle
        /// A person belongs to no node, or to one that is not there, or not yet.
        case noNode = "no-node"
        /// A node is closed while a person is in it.
        case nodeClosed = "node-closed"
        /// There is no such manager.
        case unknownManager = "unknown-manager"
        /// The manager is not there on all days of the record.
        case managerAway = "manager-away"
        /// A person is the manager of their own manager, at once or by others.
        case managerCircle = "manager-circle"
    }

    /// Of what kind the record is.
    public enum Subject: String, Sendable {
        /// A node's.
        case node
        /// A person's.
        case person
    }

    /// The code.
    public let reason: Reason
    /// Of what kind the record is.
    public let subject: Subject
    /// Which of the records of its kind it is, from 0.
    public let index: Int
    /// The field of the record, as messages and files name it.
    public let field: String
    /// What is wrong and what to do.
    public let detail: String

    /// Where it is, such as `persons[3].manager`.
    public var path: String { "\(subject.rawValue)s[\(index)].\(field)" }

    /// Such as `orphan (nodes[3].parent): there is no node 'EAST'`.
    public var description: String { "\(reason.rawValue) (\(path)): \(detail)" }
}

/// Records that are no organisation, with everything that is wrong with them: nothing is taken over of them.
public struct OrganisationRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong: nodes first, each kind in the order of its records. There is at least one.
    public let faults: [OrganisationFault]

    /// The first fault, and how many more there are.
    public var description: String {
        let first = faults.first.map(\.description) ?? ""
        return faults.count > 1 ? "\(first) (and \(faults.count - 1) more)" : first
    }
}
