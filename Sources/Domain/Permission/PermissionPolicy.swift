/// A line of a policy: those of a role have a right to objects of some kinds as far as a scope reaches, or have it not.
public struct PermissionLine: Sendable, Equatable {
    /// Whether it gives or takes.
    public enum Effect: String, Sendable, CaseIterable {
        /// It gives the right.
        case allow
        /// It takes the right, or only its fields, whatever other lines give: of this role and of a person's other roles.
        case refuse
    }

    /// What it is called; decisions name it.
    public let name: String
    /// For whom.
    public let role: PermissionRole
    /// Which right.
    public let right: PermissionRight
    /// To which kinds of object.
    public var kinds: [PermissionKind]
    /// Whether the kinds are written as every kind there is.
    public let isOfEveryKind: Bool
    /// How far.
    public let scope: PermissionScope
    /// The protected fields that come with it; of a line that refuses, those that are refused instead of the whole.
    public var fields: [PermissionField]
    /// How far totals are told beyond the scope, without any single object and without protected fields.
    public var totals: PermissionScope?
    /// Whether it gives or takes.
    public let effect: Effect

    /// - Parameters: as the properties; without kinds it is of every kind.
    public init(
        name: String, role: PermissionRole, right: PermissionRight, kinds: [PermissionKind]? = nil,
        scope: PermissionScope, fields: [PermissionField] = [], totals: PermissionScope? = nil,
        effect: Effect = .allow
    ) {
        self.name = name
        self.role = role
        self.right = right
        self.kinds = kinds ?? PermissionKind.allCases
        isOfEveryKind = kinds == nil
        self.scope = scope
        self.fields = fields
        self.totals = totals
        self.effect = effect
    }
}

/// A person with roles.
public struct PermissionHolder: Sendable, Equatable {
    /// The login.
    public let login: String
    /// The roles.
    public let roles: [PermissionRole]

    /// - Parameters: as the properties.
    public init(login: String, roles: [PermissionRole]) {
        self.login = login
        self.roles = roles
    }
}

/// That somebody acts for somebody else for some days.
public struct PermissionDelegation: Sendable, Equatable {
    /// What it is called; decisions name it.
    public let name: String
    /// Whose rights they are.
    public let principal: String
    /// Who has them for these days.
    public let deputy: String
    /// Which rights.
    public let rights: [PermissionRight]
    /// To which kinds of object.
    public let kinds: [PermissionKind]
    /// How far, seen from whose rights they are.
    public let scope: PermissionScope
    /// The protected fields that come with them.
    public let fields: [PermissionField]
    /// From when until when, both days included.
    public let days: DayWindow
    /// The day on which it was written down.
    public let recorded: CalendarDay
    /// Why.
    public let reason: String

    /// - Parameters: as the properties.
    public init(
        name: String, principal: String, deputy: String, rights: [PermissionRight], kinds: [PermissionKind],
        scope: PermissionScope, fields: [PermissionField] = [], days: DayWindow, recorded: CalendarDay, reason: String
    ) {
        self.name = name
        self.principal = principal
        self.deputy = deputy
        self.rights = rights
        self.kinds = kinds
        self.scope = scope
        self.fields = fields
        self.days = days
        self.recorded = recorded
        self.reason = reason
    }
}

/// Who may do what: lines by role, who has which roles, who stands for whom, and up to what amounts.
///
/// What no line allows is refused. Of several roles each gives; what a line refuses, none of them gives.
public struct PermissionPolicy: Sendable, Equatable {
    /// The number of the policy; a later one is higher. Decisions name it.
    public let version: Int
    /// The lines, in their order.
    public let lines: [PermissionLine]
    /// Who has which roles. It may be empty when another system says so.
    public let people: [PermissionHolder]
    /// Who stands for whom.
    public let delegations: [PermissionDelegation]
    /// Up to what those of a role may do what a line lets them do.
    public let amounts: [PermissionAmount]

    /// - Parameters: as the properties.
    public init(
        version: Int, lines: [PermissionLine], people: [PermissionHolder] = [],
        delegations: [PermissionDelegation] = [], amounts: [PermissionAmount] = []
    ) {
        self.version = version
        self.lines = lines
        self.people = people
        self.delegations = delegations
        self.amounts = amounts
    }

    /// The roles of a person; none for one who is not there.
    public func roles(of login: String) -> [PermissionRole] {
        people.first { $0.login.hasSameBytes(as: login) }?.roles ?? []
    }
}
