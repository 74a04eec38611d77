public import Domain

/// A kind of thing that an act is about. From it follows whose it is, and so how far a right has to reach.
public enum ActSubject: String, Sendable, CaseIterable {
    /// The group as a whole: who acts needs a right that reaches everything.
    case group
    /// A branch, or another node of the organisation.
    case branch
    /// An order.
    case order
    /// A customer, by its identifier; that of the branches and owners of its accounts, of which the nearest counts.
    case customer
    /// A customer by the code of a system; as the customer that it belongs to.
    case account
    /// Customers whose credit is one.
    case creditGroup = "credit-group"
    /// A margin alert.
    case alert
    /// An invoice to a customer.
    case invoice
    /// A customer's payment.
    case payment
    /// A dispute about an invoice.
    case dispute
    /// A write-off of an invoice.
    case writeOff = "write-off"
    /// A supplier's invoice, by the orders that it is for.
    case supplierInvoice = "supplier-invoice"
    /// An expense of sales.
    case expense
    /// A notice of sales.
    case notice
    /// A complaint.
    case complaint
    /// A lead.
    case lead
    /// An opportunity.
    case opportunity
    /// A quote.
    case quote
    /// A person, by login: what is theirs.
    case person

    /// Whether one that belongs to several is wholly of each of them, so that a right has to reach them all.
    public var isOfEach: Bool { self == .supplierInvoice || self == .creditGroup }

    /// Whether its name alone says whose it is, so that no service keeps that.
    public var isSaidByName: Bool { self == .group || self == .branch || self == .person }
}

/// What one act is about.
public struct ActSubjectName: Sendable, Hashable {
    /// The kind of thing.
    public let subject: ActSubject
    /// Whose number it is; empty for what the group numbers itself.
    public let source: String
    /// Its number; empty for the group.
    public let identifier: String

    /// - Parameters: as the properties.
    public init(_ subject: ActSubject, source: String = "", _ identifier: String) {
        self.subject = subject
        self.source = source
        self.identifier = identifier
    }

    /// The group as a whole.
    public static let group = ActSubjectName(.group, "")
}

/// What an act asks the policy for.
public struct ActClaim: Sendable, Equatable {
    /// Which right.
    public let right: PermissionRight
    /// To which kind of object.
    public let kind: PermissionKind
    /// What it is about; the right is needed of each.
    public let subjects: [ActSubjectName]
    /// Where in the message its subject is named; `$` for the group.
    public let path: String
    /// The line of business, when the message says one.
    public let line: String?

    /// Whether it is done about what came to somebody themselves, and so takes no line of a policy and none takes it.
    ///
    /// - Parameter person: who acts.
    public func isOfOneself(_ person: String) -> Bool {
        right == .act && kind == .notice && subjects == [ActSubjectName(.person, person)]
    }

    /// - Parameters: as the properties.
    public init(
        right: PermissionRight, kind: PermissionKind, subjects: [ActSubjectName], path: String, line: String?
    ) {
        self.right = right
        self.kind = kind
        self.subjects = subjects
        self.path = path
        self.line = line
    }
}
