import Domain
import ServiceKit

/// What accounts may be one party with, as far as it reaches: the accounts, and everything that ties them together.
struct AccountCluster {
    var accounts: [AccountKey: Account] = [:]
    var edges: [PartyMembership.Edge] = []
    var links: [PartyMembership.Link] = []

    /// The same with other evidence about some of the accounts.
    func replacing(_ other: [PartyMembership.Edge], of keys: Set<AccountKey>) -> AccountCluster {
        var cluster = self
        cluster.edges = edges.filter { !keys.contains($0.one) && !keys.contains($0.other) } + other
        return cluster
    }

    /// Who is who among them.
    ///
    /// - Parameter ignored: decisions that shall not count.
    func homes(without ignored: Set<String> = []) -> [AccountKey: AccountKey] {
        PartyMembership(
            members: accounts.values.map {
                PartyMembership.Member(key: $0.key, firstAt: $0.firstAt, creditCode: $0.identityCode)
            }, edges: edges, links: links.filter { !ignored.contains($0.decisionId) }
        ).homes
    }
}
