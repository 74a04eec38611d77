/// Whether somebody may do something with an object, and why.
public struct PermissionDecision: Sendable, Equatable {
    /// A protected field that is told.
    public struct Field: Sendable, Equatable {
        /// Which.
        public let field: PermissionField
        /// The line that gives it.
        public let line: String
        /// By whose rights, when not by one's own.
        public let onBehalfOf: String?

        /// - Parameters: as the properties.
        public init(field: PermissionField, line: String, onBehalfOf: String?) {
            self.field = field
            self.line = line
            self.onBehalfOf = onBehalfOf
        }
    }

    /// How much.
    public let outcome: PermissionOutcome
    /// The line that decides; `nil` when there is none, and so nothing is allowed.
    public let line: String?
    /// The delegation by which it is allowed.
    public let delegation: String?
    /// By whose rights, when not by one's own.
    public let onBehalfOf: String?
    /// The protected fields that are told. Every other one stays blank.
    public let fields: [Field]
    /// The number of the policy.
    public let version: Int

    /// The fields as they are told: with whose rights where these are somebody else's.
    public var toldFields: String {
        fields.map { $0.field.rawValue + ($0.onBehalfOf.map { " (\($0))" } ?? "") }.joined(separator: " ")
    }
}

/// What is asked of a policy.
public struct PermissionRequest: Sendable, Equatable {
    /// Who asks.
    public enum Asker: Sendable, Equatable {
        /// A person, by login.
        case person(String)
        /// Whoever has this role and no other.
        case role(PermissionRole)
    }

    /// Who asks.
    public var asker: Asker
    /// For which right.
    public var right: PermissionRight
    /// To what kind of object.
    public var kind: PermissionKind
    /// How near the object is to who asks.
    public var relation: PermissionRelation
    /// The day.
    public var day: CalendarDay
    /// How near the object is to those for whom who asks may stand, by login. Who is not named here lends nothing.
    public var relationsOfOthers: [String: PermissionRelation]

    /// - Parameters: as the properties.
    public init(
        _ asker: Asker, _ right: PermissionRight, _ kind: PermissionKind, _ relation: PermissionRelation,
        on day: CalendarDay, relationsOfOthers: [String: PermissionRelation] = [:]
    ) {
        self.asker = asker
        self.right = right
        self.kind = kind
        self.relation = relation
        self.day = day
        self.relationsOfOthers = relationsOfOthers
    }
}

extension PermissionPolicy {
    /// Decides.
    ///
    /// One's own rights come first, then what is lent for the day, then totals of one's own. A line that takes the right
    /// from who asks holds for lent rights too: whoever may not approve what is their own may not do so for somebody else.
    /// What is lent is never more than whom it belongs to has, seen from there; and to approve what is one's own is never lent.
    public func decide(_ request: PermissionRequest) -> PermissionDecision {
        let own = ruling(roles(of: request.asker), request.right, request.kind, request.relation)
        var fields = own.fields.map { PermissionDecision.Field(field: $0.field, line: $0.line.name, onBehalfOf: nil) }
        if own.isTaken { return decision(own, of: request.kind, fields: []) }
        let lent = lent(request)
        for (ruling, delegation, _) in lent {
            for (field, line) in ruling.fields
            where delegation.fields.contains(field) && !own.refusedFields.contains(field)
                && !fields.contains(where: { $0.field == field })
            {
                fields.append(.init(field: field, line: line.name, onBehalfOf: delegation.principal))
            }
        }
        if own.outcome != .full, let first = lent.first {
            return decision(first.ruling, by: first.delegation, of: request.kind, fields: fields)
        }
        return decision(own, of: request.kind, fields: fields)
    }

    /// The roles of who asks.
    func roles(of asker: PermissionRequest.Asker) -> [PermissionRole] {
        switch asker {
        case .person(let login): roles(of: login)
        case .role(let role): [role]
        }
    }

    /// What is lent to who asks, of that right to that object: what the lines say of whose right it is, and how near the
    /// object is to them.
    func lent(
        _ request: PermissionRequest
    ) -> [(ruling: PermissionRuling, delegation: PermissionDelegation, relation: PermissionRelation)] {
        // Who is not among the people any more has nothing, lent or not.
        guard case .person(let login) = request.asker, people.contains(where: { $0.login.hasSameBytes(as: login) })
        else { return [] }
        // Who stands for somebody counts as the same person: what is one's own needs another one's yes.
        if request.right == .approve, request.relation == .own { return [] }
        return delegations.compactMap { delegation in
            guard delegation.deputy.hasSameBytes(as: login),
                let relation = request.relationsOfOthers[delegation.principal],
                delegation.days.contains(request.day), delegation.rights.contains(request.right),
                delegation.kinds.contains(request.kind), delegation.scope.covers(relation)
            else { return nil }
            let ruling = ruling(roles(of: delegation.principal), request.right, request.kind, relation)
            return ruling.outcome == .full ? (ruling, delegation, relation) : nil
        }
    }

    /// What the lines of some roles say.
    func ruling(
        _ roles: [PermissionRole], _ right: PermissionRight, _ kind: PermissionKind, _ relation: PermissionRelation
    ) -> PermissionRuling {
        PermissionRuling(lines.lazy.filter { roles.contains($0.role) }, right, kind, relation)
    }

    private func decision(
        _ ruling: PermissionRuling, by delegation: PermissionDelegation? = nil, of kind: PermissionKind,
        fields: [PermissionDecision.Field]
    ) -> PermissionDecision {
        PermissionDecision(
            outcome: ruling.outcome, line: ruling.line?.name, delegation: delegation?.name,
            onBehalfOf: delegation?.principal,
            fields: kind.fields.compactMap { field in fields.first { $0.field == field } }, version: version)
    }
}
