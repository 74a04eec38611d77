package import Domain
package import ServiceKit

/// Why somebody is told: the nearest reason, when there are several.
package enum RecipientRole: String, Sendable, CaseIterable, Comparable {
    /// It is theirs.
    case owner
    /// They stand for whose it is, by a delegation of the day.
    case deputy
    /// They are above whose it is, after the deadline, or because nobody else is there.
    case manager
    /// They are named beside.
    case also
    /// Nobody is there to be told; the operator sees that it is so.
    case `operator`

    /// Whether the first is the nearer reason.
    package static func < (first: Self, second: Self) -> Bool {
        (allCases.firstIndex(of: first) ?? 0) < (allCases.firstIndex(of: second) ?? 0)
    }
}

/// What of a notice says whom it is told.
package struct AddressedNotice: Sendable, Equatable {
    /// What it is about, in the words of a policy.
    package var objectKind: String
    /// Whose it is.
    package var owner: String?
    /// Others who are told as well.
    package var alsoTo: [String]
    /// The node that is concerned.
    package var node: String?
    /// By when something is to be done.
    package var dueAt: Timestamp?

    /// - Parameters: as the properties.
    package init(
        objectKind: String, owner: String? = nil, alsoTo: [String] = [], node: String? = nil, dueAt: Timestamp? = nil
    ) {
        self.objectKind = objectKind
        self.owner = owner
        self.alsoTo = alsoTo
        self.node = node
        self.dueAt = dueAt
    }
}

/// Whom a notice is told, and who is responsible when nobody is named.
package struct Addressees: Sendable, Equatable {
    /// Why each is told, by login. Never empty.
    package var roles: [String: RecipientRole]
    /// Who answers for it in the place of an owner who is not there; `nil` when the owner, or a deputy, is.
    package var instead: RecipientRole?

    /// - Parameters: as the properties.
    package init(roles: [String: RecipientRole], instead: RecipientRole? = nil) {
        self.roles = roles
        self.instead = instead
    }
}

/// Whom notices are told on a day, by who belongs where and by the policy. Pure.
///
/// Who is named and not employed that day is nobody; who has no right to see what it is about is not told. When nobody who answers
/// for it is left, the managers of the node and of those above it are asked, from below; without any the operator is told.
package struct Addressing {
    /// The login of whoever operates the system.
    package static let `operator` = "waybill-operator"

    private let known: KnownPeople
    private let policy: PermissionPolicy?
    private let now: Timestamp
    private let day: CalendarDay
    private var nearness: PermissionNearness

    /// - Parameters:
    ///   - known: who belongs where and who may do what.
    ///   - now: the time; its day counts.
    /// - Throws: a refusal when the policy is one of a later release.
    package init(_ known: KnownPeople, at now: Timestamp) throws {
        self.known = known
        policy = try known.policy
        self.now = now
        day = now.day()
        nearness = PermissionNearness(in: known.book, on: day)
    }

    /// Whom a notice is told.
    package mutating func addressees(of notice: AddressedNotice) -> Addressees {
        var roles: [String: RecipientRole] = [:]
        func add(_ login: String, _ role: RecipientRole) { roles[login] = min(roles[login] ?? role, role) }
        if let owner = notice.owner {
            if mayBeTold(owner, notice) { add(owner, .owner) }
            // Who is away is told as well: it stays theirs.
            for deputy in deputies(of: owner, notice) where mayBeTold(deputy, notice) { add(deputy, .deputy) }
        }
        let isAnswered = !roles.isEmpty
        for login in notice.alsoTo where mayBeTold(login, notice) { add(login, .also) }
        var instead: RecipientRole?
        if !isAnswered {
            if let manager = firstManager(of: notice, but: []) {
                add(manager, .manager)
                instead = .manager
            } else {
                add(Self.operator, .operator)
                instead = .operator
            }
        }
        if isAnswered, let dueAt = notice.dueAt, dueAt <= now {
            let answering = Set(roles.filter { $0.value == .owner || $0.value == .deputy }.keys)
            if let manager = firstManager(of: notice, but: answering) { add(manager, .manager) }
        }
        return Addressees(roles: roles, instead: instead)
    }

    /// The protected fields of a notice, and kinds of object named as such, that somebody is told.
    ///
    /// A word that no policy knows is told to nobody while one holds.
    ///
    /// - Returns: whether a field of that name is told.
    package mutating func tells(_ field: String, of notice: AddressedNotice, to login: String) -> Bool {
        guard policy != nil else { return true }
        if let field = PermissionField(rawValue: field) {
            return kinds(of: notice).contains { kind in
                guard let decision = decision(login, kind, notice), decision.outcome == .full else { return false }
                return decision.fields.contains { $0.field == field }
            }
        }
        guard let kind = PermissionKind(rawValue: field) else { return false }
        return decision(login, kind, notice)?.outcome == .full
    }

    /// Whether somebody may see what a notice is about.
    package mutating func sees(_ notice: AddressedNotice, _ login: String) -> Bool {
        guard policy != nil else { return true }
        return kinds(of: notice).contains { decision(login, $0, notice)?.outcome == .full }
    }

    // MARK: Who may be told

    /// The kinds by which it may be seen: that of its object, and notices as such.
    private func kinds(of notice: AddressedNotice) -> [PermissionKind] {
        let kind: PermissionKind? =
            switch notice.objectKind {
            case "alert": .marginAlert
            case "invoice", "payment", "dispute", "promise", "write-off": .receivable
            case "supplier-invoice": .payable
            case "budget": .expense
            case "account", "party", "lead", "opportunity", "product": .customer
            case "quote": .order
            case "rate-card": .rate
            case "review": .identity
            default: PermissionKind(rawValue: notice.objectKind)
            }
        return kind.map { $0 == .notice ? [$0] : [$0, .notice] } ?? [.notice]
    }

    private func isThere(_ login: String) -> Bool {
        !known.isRecorded || known.book.person(login, on: day) != nil
    }

    private mutating func mayBeTold(_ login: String, _ notice: AddressedNotice) -> Bool {
        isThere(login) && sees(notice, login)
    }

    private mutating func decision(
        _ login: String, _ kind: PermissionKind, _ notice: AddressedNotice
    ) -> PermissionDecision? {
        guard let policy else { return nil }
        if login == Self.operator { return policy.decide(.init(.role(.operator), .see, kind, .group, on: day)) }
        var others: [String: PermissionRelation] = [:]
        for delegation in policy.delegations
        where delegation.deputy.hasSameBytes(as: login) && delegation.days.contains(day) {
            others[delegation.principal] = relation(of: delegation.principal, kind, notice)
        }
        return policy.decide(
            .init(.person(login), .see, kind, relation(of: login, kind, notice), on: day, relationsOfOthers: others))
    }

    private mutating func relation(
        of login: String, _ kind: PermissionKind, _ notice: AddressedNotice
    ) -> PermissionRelation {
        kind.isOwned ? nearness.relation(to: login, ofOwner: notice.owner, in: notice.node) : .group
    }

    // MARK: Who stands in

    private func deputies(of owner: String, _ notice: AddressedNotice) -> [String] {
        guard let policy else { return [] }
        let kinds = kinds(of: notice)
        return policy.delegations.filter { delegation in
            delegation.principal.hasSameBytes(as: owner) && delegation.days.contains(day)
                && (delegation.rights.contains(.act) || delegation.rights.contains(.see))
                && kinds.contains(where: delegation.kinds.contains)
        }.map(\.deputy)
    }

    /// The first above it who is there and may be told: the manager of whose it is, then who leads the node and each above it.
    private mutating func firstManager(of notice: AddressedNotice, but others: Set<String>) -> String? {
        managers(of: notice).first { !others.contains($0) && mayBeTold($0, notice) }
    }

    private func managers(of notice: AddressedNotice) -> [String] {
        let owner = notice.owner.flatMap { known.book.lastKnown($0, by: day) }
        var found: [String] = []
        func add(_ login: String?) {
            if let login, login != notice.owner, !found.contains(login) { found.append(login) }
        }
        add(owner?.manager)
        var path = (notice.node ?? owner?.node).map { known.book.path(from: $0, on: day) } ?? []
        // A node that is not there any more, or never was, is the group's.
        if path.isEmpty { path = known.book.groups(on: day) }
        for node in path { add(known.book.head(of: node.id, on: day)?.login) }
        return found
    }
}
