/// What a node of the organisation is.
public enum NodeKind: String, Sendable, CaseIterable {
    /// The whole, at the top.
    case group
    /// A centre of headquarters, such as finance or market and brand.
    case centre
    /// A division: branches that belong together.
    case division
    /// A branch: who does the business.
    case branch
    /// A team within any of them.
    case team

    /// How far from the top it stands: nothing is below what stands further down than itself.
    var level: Int {
        switch self {
        case .group: 0
        case .centre, .division: 1
        case .branch: 2
        case .team: 3
        }
    }
}

/// What a node is there for.
public enum NodePurpose: String, Sendable, CaseIterable {
    /// It serves the others: finance, personnel, market and brand.
    case functional
    /// It does business with customers.
    case business
}

/// What is true of something for a stretch of days.
protocol DatedRecord: Sendable {
    /// What it is about: records of one key are one life.
    var key: String { get }
    /// The first day on which it holds.
    var from: CalendarDay { get }
    /// The last day on which it holds; `nil` while no end is known.
    var until: CalendarDay? { get }
}

/// A node of the organisation as it is for a stretch of days. What is moved, renamed or made another kind has a record
/// for the days before and one for the days after.
public struct NodeRecord: DatedRecord, Equatable {
    /// Its code, as orders name a branch.
    public let id: String
    /// What it is.
    public let kind: NodeKind
    /// The node above it; `nil` for a group, which stands at the top.
    public let parent: String?
    /// The first day on which this holds.
    public let from: CalendarDay
    /// The last day on which this holds; `nil` while no end is known.
    public let until: CalendarDay?
    /// Its name in Chinese; one of the two names is there.
    public let chineseName: String?
    /// Its name in English.
    public let englishName: String?
    /// What it is there for.
    public let purpose: NodePurpose

    /// - Parameters: as the properties.
    public init(
        id: String, kind: NodeKind, parent: String?, from: CalendarDay, until: CalendarDay? = nil,
        chineseName: String? = nil, englishName: String? = nil, purpose: NodePurpose = .business
    ) {
        self.id = id
        self.kind = kind
        self.parent = parent
        self.from = from
        self.until = until
        self.chineseName = chineseName
        self.englishName = englishName
        self.purpose = purpose
    }

    var key: String { id }
}

/// A person as employed for a stretch of days: where, as what, under whom.
public struct PersonRecord: DatedRecord, Equatable {
    /// By which the person is known to broker, console and records: one login is one person.
    public let login: String
    /// The person's name.
    public let name: String
    /// The person's name in English, where it is another.
    public let englishName: String?
    /// The node to which the person belongs.
    public let node: String
    /// What the person does there, in the words of the personnel system.
    public let position: String?
    /// The login of the person's manager; `nil` for who has none.
    public let manager: String?
    /// The first day on which this holds.
    public let from: CalendarDay
    /// The last day on which this holds; `nil` while no end is known.
    public let until: CalendarDay?
    /// The person's number in the personnel system.
    public let externalId: String?

    /// - Parameters: as the properties.
    public init(
        login: String, name: String, englishName: String? = nil, node: String, position: String? = nil,
        manager: String? = nil, from: CalendarDay,
        until: CalendarDay? = nil, externalId: String? = nil
    ) {
        self.login = login
        self.name = name
        self.englishName = englishName
        self.node = node
        self.position = position
        self.manager = manager
        self.from = from
        self.until = until
        self.externalId = externalId
    }

    var key: String { login }
}
