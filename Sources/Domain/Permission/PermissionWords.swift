/// What somebody is for the group: what a line of a policy is written for. A person may have several.
public enum PermissionRole: String, Sendable, CaseIterable {
    /// Sells, and looks after customers of their own.
    case salesRep = "sales-rep"
    /// Leads a team that sells.
    case salesManager = "sales-manager"
    /// Answers for a branch.
    case branchManager = "branch-manager"
    /// Answers for a division with its branches.
    case divisionHead = "division-head"
    /// Keeps receivables, payables and expenses.
    case financeClerk = "finance-clerk"
    /// Answers for the books and their months.
    case financeController = "finance-controller"
    /// Answers for what customers may owe.
    case creditManager = "credit-manager"
    /// Takes complaints and answers them.
    case serviceAgent = "service-agent"
    /// Leads those who take complaints.
    case serviceManager = "service-manager"
    /// Buys from carriers and other suppliers.
    case buyer
    /// Keeps who is who.
    case dataSteward = "data-steward"
    /// Leads the group.
    case executive
    /// Operates the system.
    case `operator`
    /// Looks at everything and changes nothing.
    case auditor
}

/// What somebody may do with an object.
public enum PermissionRight: String, Sendable, CaseIterable {
    /// See it.
    case see
    /// Do something with it that needs nobody else.
    case act
    /// Say yes or no to what somebody else has done or asks for.
    case approve
    /// Take it out of the system, as a file.
    case export
    /// Change what holds for everybody: settings, rates, policies, people.
    case administer

    /// Whether it tells fields, so that a line of it may name protected ones.
    public var tellsFields: Bool { self == .see || self == .export }
}

/// A field that nobody sees without a right of its own.
public enum PermissionField: String, Sendable, CaseIterable {
    /// What something costs us.
    case cost
    /// What is left of the revenue, as an amount or per cent.
    case margin
    /// What a supplier charges by its rates.
    case purchaseRate = "purchase-rate"
    /// What is about a natural person: names, telephones, addresses.
    case personalData = "personal-data"
}

/// A kind of object. Each question and each command is about one.
public enum PermissionKind: String, Sendable, CaseIterable {
    /// A customer as the group knows it: golden record, classes, figures.
    case customer
    /// Who is who: reviews, merges, corrections, erasures.
    case identity
    /// A contact with a customer.
    case interaction
    /// An order with its lines.
    case order
    /// An alert about a margin, and its loop.
    case marginAlert = "margin-alert"
    /// Whether a customer's orders are taken, and overrides of it.
    case acceptance
    /// What a customer may owe, what it owes, and overrides of it.
    case credit
    /// Invoices, statements, promises, disputes, write-offs.
    case receivable
    /// What suppliers are owed, prepayments, releases.
    case payable
    /// Expenses and their budgets.
    case expense
    /// Profit by line, bridges, figures by time and branch.
    case profit
    /// A month of the books.
    case period
    /// Exchange rates and rate cards.
    case rate
    /// An agreement with a customer.
    case agreement
    /// What sales is told about its orders.
    case notice
    /// A complaint and its steps.
    case complaint
    /// A supplier with the bias of its costs.
    case supplier
    /// What one system calls another's.
    case reference
    /// A message of the system itself: dead letters, the ledger.
    case message
    /// Settings, topology, tasks.
    case setting
    /// A person or a node of the organisation.
    case person
    /// What was done and seen, by whom.
    case audit

    /// The protected fields that such an object has.
    public var fields: [PermissionField] {
        switch self {
        case .order, .profit: [.cost, .margin, .purchaseRate]
        case .marginAlert, .acceptance, .period: [.cost, .margin]
        case .customer: [.cost, .margin, .personalData]
        case .notice: [.margin]
        case .supplier: [.cost, .purchaseRate]
        case .payable, .rate: [.purchaseRate]
        case .identity, .interaction, .complaint, .person, .audit: [.personalData]
        case .credit, .receivable, .expense, .agreement, .reference, .message, .setting: []
        }
    }

    /// Whether such an object belongs to somebody or to a node of the organisation, so that a part of the group can be seen
    /// without the rest. Of every other kind all is seen or nothing: by whom a line reaches the group.
    public var isOwned: Bool {
        switch self {
        case .customer, .interaction, .order, .marginAlert, .acceptance, .credit, .receivable, .payable, .expense,
            .profit, .agreement, .notice, .complaint, .person:
            true
        case .identity, .period, .rate, .supplier, .reference, .message, .setting, .audit: false
        }
    }

    /// How near such an object can be to somebody: what belongs to nobody and to no node is the group's and nothing else.
    public var relations: [PermissionRelation] { isOwned ? PermissionRelation.allCases : [.group] }

    /// Whether things are done with it that a second person has to say yes to. A policy must let somebody.
    public var needsApproval: Bool {
        switch self {
        case .order, .acceptance, .credit, .receivable, .payable, .expense, .period: true
        default: false
        }
    }
}

/// How near an object is to somebody on a day, the nearest first. Whoever asks for a decision says it: it follows from the
/// organisation of that day.
public enum PermissionRelation: String, Sendable, CaseIterable, Comparable {
    /// It is theirs.
    case own
    /// It belongs to somebody of the same team.
    case sameTeam = "same-team"
    /// It belongs to the same branch, or to what lies below the person's node.
    case sameBranch = "same-branch"
    /// It belongs to another branch of the same division.
    case otherBranch = "other-branch"
    /// It belongs to another division.
    case otherDivision = "other-division"
    /// It belongs to the group as a whole and to no division.
    case group

    /// How far it is; 0 for the nearest.
    public var distance: Int {
        switch self {
        case .own: 0
        case .sameTeam: 1
        case .sameBranch: 2
        case .otherBranch: 3
        case .otherDivision: 4
        case .group: 5
        }
    }

    /// Whether the first is the nearer.
    public static func < (first: Self, second: Self) -> Bool { first.distance < second.distance }
}

/// How far a line reaches. Each scope holds those before it.
public enum PermissionScope: String, Sendable, CaseIterable, Comparable {
    /// What is one's own.
    case own
    /// What belongs to the team.
    case team
    /// What belongs to the own node, such as a branch, and to what lies below it.
    case node
    /// What belongs to the division.
    case division
    /// What belongs to any division.
    case group
    /// That, and what belongs to the group as a whole.
    case all

    /// The farthest relation that it reaches.
    public var reach: PermissionRelation {
        switch self {
        case .own: .own
        case .team: .sameTeam
        case .node: .sameBranch
        case .division: .otherBranch
        case .group: .otherDivision
        case .all: .group
        }
    }

    /// Whether it reaches an object that is so near.
    public func covers(_ relation: PermissionRelation) -> Bool { relation <= reach }

    /// Whether the first is the narrower.
    public static func < (first: Self, second: Self) -> Bool { first.reach < second.reach }
}
