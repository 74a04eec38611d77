import Contracts
import Domain
import Postgres
import ServiceKit

/// What accounts may be one party with, as far as it reaches: the accounts, and everything that ties them together.
struct Household {
    private(set) var accounts: [AccountKey: Account] = [:]
    private(set) var edges: [PartyMembership.Edge] = []
    private(set) var links: [PartyMembership.Link] = []

    /// Everything that a change at some accounts may move, followed from account to account.
    static func around(
        _ seeds: some Collection<AccountKey>, _ transaction: borrowing Transaction
    ) throws -> Household {
        var household = Household()
        var seen = Set(seeds)
        var frontier = seen
        while !frontier.isEmpty {
            let keys = frontier.sorted()
            for (key, account) in try IdentityStore.accounts(keys, transaction) { household.accounts[key] = account }
            let found = try neighbours(of: keys, transaction)
            frontier = Set(found).subtracting(seen)
            seen.formUnion(frontier)
        }
        try household.tie(transaction)
        return household
    }

    private static func neighbours(
        of keys: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [AccountKey] {
        try transaction.query(
            """
            with k as materialized (
                select * from unnest(\(keys.map(\.source)), \(keys.map(\.code))) as k(source, code)
            )
            select e.other_source, e.other_code from k
            join match_edge e on e.one_source = k.source and e.one_code = k.code and e.verdict = 'same'
            union select e.one_source, e.one_code from k
            join match_edge e on e.other_source = k.source and e.other_code = k.code and e.verdict = 'same'
            union select l.other_source, l.other_code from k
            join decision_link l on l.one_source = k.source and l.one_code = k.code
            join decision d on d.decision_id = l.decision_id and d.undone_at is null
            union select l.one_source, l.one_code from k
            join decision_link l on l.other_source = k.source and l.other_code = k.code
            join decision d on d.decision_id = l.decision_id and d.undone_at is null
            union select o.source, o.code from k
            join account a on a.source = k.source and a.code = k.code
            join account o on o.customer_id = a.customer_id
            union select o.source, o.code from k
            join account a on a.source = k.source and a.code = k.code
            join account o on o.identity_code = a.identity_code
            """, as: (String, String).self
        ).map { AccountKey(source: $0.0, code: $0.1) }
    }

    private mutating func tie(_ transaction: borrowing Transaction) throws {
        let keys = accounts.keys.sorted()
        guard !keys.isEmpty else { return }
        edges = try transaction.query(
            """
            select e.one_source, e.one_code, e.other_source, e.other_code, e.probability
            from unnest(\(keys.map(\.source)), \(keys.map(\.code))) as k(source, code)
            join match_edge e on e.one_source = k.source and e.one_code = k.code and e.verdict = 'same'
            """, as: (String, String, String, String, Double).self
        ).map {
            PartyMembership.Edge(
                one: AccountKey(source: $0.0, code: $0.1), other: AccountKey(source: $0.2, code: $0.3),
                probability: $0.4)
        }
        links = try transaction.query(
            """
            select l.one_source, l.one_code, l.other_source, l.other_code, l.is_same, d.decided_at, d.decision_id
            from unnest(\(keys.map(\.source)), \(keys.map(\.code))) as k(source, code)
            join decision_link l on l.one_source = k.source and l.one_code = k.code
            join decision d on d.decision_id = l.decision_id and d.undone_at is null
            """, as: (String, String, String, String, Bool, Int64, String).self
        ).map {
            PartyMembership.Link(
                one: AccountKey(source: $0.0, code: $0.1), other: AccountKey(source: $0.2, code: $0.3),
                isSame: $0.4, decidedAt: $0.5, decisionId: $0.6)
        }
    }

    /// The same with other evidence about some of the accounts.
    func replacing(_ other: [PartyMembership.Edge], of keys: Set<AccountKey>) -> Household {
        var household = self
        household.edges = edges.filter { !keys.contains($0.one) && !keys.contains($0.other) } + other
        return household
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
