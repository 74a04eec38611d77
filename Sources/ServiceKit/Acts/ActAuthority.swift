public import Contracts
public import Domain
public import Postgres

/// Who may do something by the policy that holds, where nobody acts: what is told of whose turn it is.
public struct ActAuthority: Sendable {
    private let candidates: [String]
    private let claim: ActClaim
    private var rules: ActRules

    /// - Parameters:
    ///   - arguments: the question that is answered.
    ///   - right: the right.
    ///   - kind: the kind of object.
    /// - Returns: `nil` while no policy has amounts, so that the file of the service counts.
    public init?(_ arguments: QueryArguments, _ right: PermissionRight, _ kind: PermissionKind) throws(Refusal) {
        guard let known = arguments.known, let policy = try known.policy, !policy.amounts.isEmpty else { return nil }
        let roles = Set(
            policy.lines.filter { $0.effect == .allow && $0.right == right && $0.kinds.contains(kind) }.map(\.role))
        let deputies = Set(
            policy.delegations.filter { $0.rights.contains(right) && $0.kinds.contains(kind) }.map(\.deputy))
        candidates = policy.people.filter { person in
            person.roles.contains(where: roles.contains) || deputies.contains(person.login)
        }.map(\.login).sorted()
        claim = ActClaim(right: right, kind: kind, subjects: [], path: "$", line: nil)
        rules = ActRules(policy, in: known.book, on: arguments.today)
    }

    /// Who may do it with an object that comes to so much.
    ///
    /// - Parameters:
    ///   - owner: the login of whose it is.
    ///   - branch: the node to which it belongs.
    ///   - day: its day.
    ///   - line: its line of business.
    ///   - measure: what it comes to.
    ///   - rates: by what amounts of other currencies are compared.
    public mutating func people(
        owner: String?, branch: String?, on day: CalendarDay?, line: String?, _ measure: PermissionMeasure,
        _ rates: RateTable
    ) -> [String] {
        let home = ActHome(owner: owner, branch: branch, day: day, line: line)
        return candidates.filter { rules.lets($0, claim, of: home, measure, rates) }
    }

    /// The amounts up to which something may be done, the lowest first; `nil` while no policy has any, so that the file of the
    /// service counts.
    public static func amounts(
        _ right: PermissionRight, _ kind: PermissionKind, _ transaction: borrowing Transaction
    ) throws -> [PermissionAmount]? {
        guard let policy = try PeopleReplica.known(transaction).policy, !policy.amounts.isEmpty else { return nil }
        let concerned = policy.amounts.filter { $0.right == right && $0.kinds.contains(kind) }
        return concerned.filter { $0.upTo != nil }.sorted { first, second in
            guard let one = first.upTo, let other = second.upTo else { return false }
            return (one.amount.units, first.name) < (other.amount.units, second.name)
        } + concerned.filter { $0.upTo == nil }
    }
}
