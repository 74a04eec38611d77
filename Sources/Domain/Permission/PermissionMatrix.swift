/// What one role, or one person, may at one place of the matrix of rights, kinds and relations.
public struct PermissionCell: Sendable, Equatable {
    /// The right.
    public let right: PermissionRight
    /// The kind of object.
    public let kind: PermissionKind
    /// How near the object is.
    public let relation: PermissionRelation
    /// How much.
    public let outcome: PermissionOutcome
    /// The line that decides; `nil` when none does.
    public let line: String?
    /// The protected fields that are told.
    public let fields: [PermissionField]
}

/// What two policies decide otherwise.
public struct PermissionChange: Sendable, Equatable {
    /// What the policy in force decides.
    public let before: PermissionCell
    /// What the other one would.
    public let after: PermissionCell

    /// The protected fields that would be told and are not.
    public var gained: [PermissionField] { after.fields.filter { !before.fields.contains($0) } }
    /// The protected fields that are told and would not be.
    public var lost: [PermissionField] { before.fields.filter { !after.fields.contains($0) } }
    /// Whether more would be allowed somewhere.
    public var gains: Bool { Self.rank(after.outcome) > Self.rank(before.outcome) || !gained.isEmpty }
    /// Whether less would be allowed somewhere.
    public var loses: Bool { Self.rank(after.outcome) < Self.rank(before.outcome) || !lost.isEmpty }

    private static func rank(_ outcome: PermissionOutcome) -> Int {
        switch outcome {
        case .refused: 0
        case .totals: 1
        case .full: 2
        }
    }
}

/// Up to what something may be done otherwise by two policies; without amounts, up to any.
public struct PermissionAmountChange: Sendable, Equatable {
    /// The right.
    public let right: PermissionRight
    /// The kind of object.
    public let kind: PermissionKind
    /// The amounts of the policy in force; `nil` where it has none for anybody.
    public let before: [PermissionAmount]?
    /// Those of the other one.
    public let after: [PermissionAmount]?

    /// Whether more would be let do somewhere.
    public var gains: Bool { !Self.isWithin(after, before) }
    /// Whether less would be let do somewhere.
    public var loses: Bool { !Self.isWithin(before, after) }

    /// Whether each of some amounts is held by one of others.
    private static func isWithin(_ inner: [PermissionAmount]?, _ outer: [PermissionAmount]?) -> Bool {
        guard let outer else { return true }
        guard let inner else {
            return outer.contains { $0.upTo == nil && $0.days == nil && $0.isOfEveryBusiness }
        }
        return inner.allSatisfy { amount in outer.contains { $0.holds(amount) } }
    }
}

extension PermissionPolicy {
    /// All that whoever has these roles may, in the order of rights, kinds and relations, without what is lent.
    public func matrix(of roles: [PermissionRole]) -> [PermissionCell] {
        let mine = lines.filter { roles.contains($0.role) }
        var cells: [PermissionCell] = []
        for right in PermissionRight.allCases {
            for kind in PermissionKind.allCases {
                for relation in PermissionRelation.allCases {
                    let ruling = PermissionRuling(mine, right, kind, relation)
                    cells.append(
                        PermissionCell(
                            right: right, kind: kind, relation: relation, outcome: ruling.outcome,
                            line: ruling.line?.name, fields: ruling.fields.map(\.field)))
                }
            }
        }
        return cells
    }

    /// What those of a role would gain and lose if this policy held instead of another.
    public func changes(for role: PermissionRole, against other: PermissionPolicy) -> [PermissionChange] {
        Self.changes(from: other.matrix(of: [role]), to: matrix(of: [role]))
    }

    /// What a person would gain and lose if this policy held instead of another, by roles of their own.
    public func changes(for login: String, against other: PermissionPolicy) -> [PermissionChange] {
        Self.changes(from: other.matrix(of: other.roles(of: login)), to: matrix(of: roles(of: login)))
    }

    /// Up to what those of a role may do otherwise if this policy held instead of another.
    public func amountChanges(for role: PermissionRole, against other: PermissionPolicy) -> [PermissionAmountChange] {
        PermissionRight.allCases.flatMap { right in
            PermissionKind.allCases.compactMap { kind in
                guard mayDo([role], right, kind) || other.mayDo([role], right, kind) else { return nil }
                let change = PermissionAmountChange(
                    right: right, kind: kind, before: other.amounts(of: role, right, kind),
                    after: amounts(of: role, right, kind))
                return change.gains || change.loses ? change : nil
            }
        }
    }

    /// The amounts of a role for a right to a kind that is measured; `nil` where it is not measured.
    private func amounts(
        of role: PermissionRole, _ right: PermissionRight, _ kind: PermissionKind
    ) -> [PermissionAmount]? {
        guard isMeasured(right, kind) else { return nil }
        return amounts.filter { $0.role == role && $0.right == right && $0.kinds.contains(kind) }
    }

    private static func changes(from before: [PermissionCell], to after: [PermissionCell]) -> [PermissionChange] {
        zip(before, after).map(PermissionChange.init).filter { $0.gains || $0.loses }
    }
}
