public import Contracts
public import Domain

/// What lets somebody act: by which lines of the policy, in whose stead, and up to what.
///
/// An object of its own, so that the many messages by which nobody acts carry one empty word for it.
public final class ActPermit: Sendable {
    /// The ways by which it is let, one's own right first; at least one.
    public let grants: [PermissionGrant]
    private let policy: PermissionPolicy
    private let claim: ActClaim
    private let standIns: [ActStandIn]

    init(
        _ grants: [PermissionGrant], _ claim: ActClaim, _ policy: PermissionPolicy, _ standIns: [ActStandIn] = []
    ) {
        self.grants = grants
        self.claim = claim
        self.policy = policy
        self.standIns = standIns
    }

    /// Whether the policy says up to what something may be done, of whatever kind, so that no file of a service does.
    public var hasAmounts: Bool { !policy.amounts.isEmpty }

    /// By which way so much may be done.
    ///
    /// - Parameters:
    ///   - measure: how much is to be done.
    ///   - rates: by what amounts of other currencies are compared.
    ///   - day: whose rates these are.
    ///   - path: where the message says how much, or what of.
    ///   - place: where it says what a rate is needed for; `path` when not given.
    /// - Throws: the refusal, when it is more than all ways reach or no rate is known.
    public func way(
        _ measure: PermissionMeasure, _ rates: RateTable, on day: CalendarDay, at path: String,
        rateAt place: String? = nil
    ) throws(Refusal) -> ActWayTaken {
        switch grants.reach(measure, rates, on: day) {
        case .within(let grant, let amount): return ActWayTaken(grant: grant, amount: amount, version: policy.version)
        case .noRate:
            throw Refusal(
                .noRate, path: place ?? path,
                "no rate is known on \(day) by which \(measure.words) could be compared with what may be approved")
        case .beyond(let amounts):
            let most = amounts.map { "'\($0.name)' \($0.extent)" }.joined(separator: "; ")
            throw Refusal(
                .aboveAuthority, path: path,
                "it comes to \(measure.words); policy version \(policy.version) lets \(claim.right.rawValue) "
                    + "'\(claim.kind.rawValue)' up to " + (most.isEmpty ? "no amount" : most))
        }
    }

    /// Whether two people count as one where something needs two of them: one person, one who stands for the other in such
    /// matters, or one who has acted upon the same thing in the other's stead.
    ///
    /// - Parameters:
    ///   - days: the days on which the two have acted.
    ///   - kinds: kinds of object that the matter is of beside that of the act: who stands for the other in these is one, too.
    public func areOne(
        _ first: String, _ second: String, on days: [CalendarDay], also kinds: [PermissionKind] = []
    ) -> Bool {
        ([claim.kind] + kinds).contains { policy.areOne(first, second, $0, on: days) }
            || standIns.contains { standIn in
                standIn.deputy.hasSameBytes(as: first) && standIn.principal.hasSameBytes(as: second)
                    || standIn.deputy.hasSameBytes(as: second) && standIn.principal.hasSameBytes(as: first)
            }
    }
}

/// That somebody has done something about an object in another's stead.
struct ActStandIn: Sendable, Equatable {
    /// The kind of object.
    let kind: String
    /// Its key.
    let object: String
    /// Who has acted.
    let deputy: String
    /// In whose stead.
    let principal: String
}

extension ActPermit? {
    /// Whether two people count as one where something needs two of them. Without a policy nobody stands for anybody.
    ///
    /// - Parameter days: the days on which the two have acted.
    public func areOne(
        _ first: String, _ second: String, on days: [CalendarDay], also kinds: [PermissionKind] = []
    ) -> Bool {
        self?.areOne(first, second, on: days, also: kinds) ?? first.hasSameBytes(as: second)
    }

    /// Whether the policy alone says who may and up to what, so that no file of a service is asked.
    public var hasAmounts: Bool { self?.hasAmounts ?? false }
}

/// The way by which somebody has acted: the records name it.
public struct ActWayTaken: Sendable, Equatable {
    /// The right.
    public let grant: PermissionGrant
    /// The amount that was enough; `nil` where nothing is measured.
    public let amount: PermissionAmount?
    /// The version of the policy.
    let version: Int

    /// By whose authority it was, in a word: the role whose amount was enough, or the line.
    public var authority: String { amount?.role.rawValue ?? grant.line }

    /// In whose stead it was, where it was by a right that was lent.
    public var onBehalfOf: String? { grant.onBehalfOf }

    /// What the audit says of it.
    var rule: AuditRule {
        AuditRule(
            line: grant.line, policyVersion: Int64(version), onBehalfOf: grant.onBehalfOf,
            delegation: grant.delegation, amount: amount?.name)
    }
}

extension PermissionMeasure {
    /// How much, in words.
    fileprivate var words: String {
        [amount?.description, days.map { "\($0) days" }].compactMap(\.self).joined(separator: " for ")
    }
}

extension Received {
    /// In whose stead its person acts, where that one's own right is not enough: the record of what was done names it beside who
    /// has done it.
    public var onBehalfOf: String? { permit?.grants.first?.onBehalfOf }

    /// The same, where an amount may have decided.
    ///
    /// - Parameter way: the way that was taken; `nil` where none was asked for.
    public func onBehalfOf(by way: ActWayTaken?) -> String? { way.map(\.onBehalfOf) ?? onBehalfOf }
}

extension Effects {
    /// Says by which way an act was carried out, where its amount has decided.
    public mutating func take<Body>(_ way: ActWayTaken, for message: Received<Body>) {
        decided(message.position, by: way.rule)
    }
}
