/// A way by which somebody may do something with an object: a right of their own, or one that is lent.
public struct PermissionGrant: Sendable, Equatable {
    /// The line that gives it.
    public let line: String
    /// The delegation by which it is lent.
    public let delegation: String?
    /// Whose right it is, when not one's own.
    public let onBehalfOf: String?
    /// Up to what, by one of these; `nil` where no amounts are written for the right and the kind. With none of them nothing
    /// may be done that has an amount.
    public let amounts: [PermissionAmount]?

    /// - Parameters: as the properties.
    public init(line: String, delegation: String?, onBehalfOf: String?, amounts: [PermissionAmount]?) {
        self.line = line
        self.delegation = delegation
        self.onBehalfOf = onBehalfOf
        self.amounts = amounts
    }
}

/// By which way somebody may do so much.
public enum PermissionReach: Sendable, Equatable {
    /// By this one.
    case within(PermissionGrant, PermissionAmount?)
    /// By none: these are what there is.
    case beyond([PermissionAmount])
    /// It cannot be told, because no rate is known.
    case noRate
}

extension PermissionPolicy {
    /// Whether amounts are written for a right to a kind, so that whoever has it has it up to an amount.
    public func isMeasured(_ right: PermissionRight, _ kind: PermissionKind) -> Bool {
        amounts.contains { $0.right == right && $0.kinds.contains(kind) }
    }

    /// All ways by which somebody may do something with an object itself, one's own right first; none when it is refused.
    ///
    /// - Parameter business: of which business the object is.
    public func grants(_ request: PermissionRequest, of business: PermissionBusiness) -> [PermissionGrant] {
        let roles = roles(of: request.asker)
        let own = ruling(roles, request.right, request.kind, request.relation)
        guard !own.isTaken else { return [] }
        var grants: [PermissionGrant] = []
        if own.outcome == .full, let line = own.line {
            grants.append(
                PermissionGrant(
                    line: line.name, delegation: nil, onBehalfOf: nil,
                    amounts: amounts(roles, request, request.relation, business)))
        }
        for (ruling, delegation, relation) in lent(request) {
            guard let line = ruling.line else { continue }
            grants.append(
                PermissionGrant(
                    line: line.name, delegation: delegation.name, onBehalfOf: delegation.principal,
                    amounts: amounts(self.roles(of: delegation.principal), request, relation, business)))
        }
        return grants
    }

    /// Whether two logins count as one person where something needs two: they are one, or one of them stands for the other in
    /// such matters on one of the days.
    public func areOne(_ first: String, _ second: String, _ kind: PermissionKind, on days: [CalendarDay]) -> Bool {
        first.hasSameBytes(as: second)
            || delegations.contains { delegation in
                let pair = (delegation.principal, delegation.deputy)
                return delegation.kinds.contains(kind) && days.contains(where: delegation.days.contains)
                    && (pair.0.hasSameBytes(as: first) && pair.1.hasSameBytes(as: second)
                        || pair.0.hasSameBytes(as: second) && pair.1.hasSameBytes(as: first))
            }
    }

    /// The amounts of those of some roles by which a right reaches so far, for something of some business.
    private func amounts(
        _ roles: [PermissionRole], _ request: PermissionRequest, _ relation: PermissionRelation,
        _ business: PermissionBusiness
    ) -> [PermissionAmount]? {
        guard isMeasured(request.right, request.kind) else { return nil }
        let giving = roles.filter { ruling([$0], request.right, request.kind, relation).outcome == .full }
        return amounts.filter {
            $0.right == request.right && $0.kinds.contains(request.kind) && giving.contains($0.role)
                && $0.concerns(business)
        }
    }
}

extension [PermissionGrant] {
    /// By which of them so much may be done: the first that reaches.
    ///
    /// - Parameters:
    ///   - measure: how much is to be done.
    ///   - rates: by what amounts of other currencies are compared.
    ///   - day: whose rates these are.
    public func reach(_ measure: PermissionMeasure, _ rates: RateTable, on day: CalendarDay) -> PermissionReach {
        var isUnknown = false
        for grant in self {
            guard let amounts = grant.amounts, measure != PermissionMeasure() else { return .within(grant, nil) }
            for amount in amounts {
                switch amount.covers(measure, rates, on: day) {
                case true?: return .within(grant, amount)
                case false?: break
                case nil: isUnknown = true
                }
            }
        }
        return isUnknown ? .noRate : .beyond(flatMap { $0.amounts ?? [] })
    }
}
