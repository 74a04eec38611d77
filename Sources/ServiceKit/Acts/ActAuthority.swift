public import Domain
public import Postgres

/// Who may do something by the policy that holds, where nobody acts: what is told of whose turn it is.
public enum ActAuthority {
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
