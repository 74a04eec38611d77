import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of households.
extension AccountCluster {
    /// Everything that a change at some accounts may move, followed from account to account.
    static func around(
        _ seeds: some Collection<AccountKey>, _ transaction: borrowing Transaction
    ) throws -> AccountCluster {
        var cluster = AccountCluster()
        var seen = Set(seeds)
        var frontier = seen
        while !frontier.isEmpty {
            let keys = frontier.sorted()
            for (key, account) in try IdentityStore.accounts(keys, transaction) { cluster.accounts[key] = account }
            let found = try neighbours(of: keys, transaction)
            frontier = Set(found).subtracting(seen)
            seen.formUnion(frontier)
        }
        try cluster.tie(transaction)
        return cluster
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
            """, as: PartyMembership.Edge.self)
        links = try transaction.query(
            """
            select l.one_source, l.one_code, l.other_source, l.other_code, l.is_same, d.decided_at, d.decision_id
            from unnest(\(keys.map(\.source)), \(keys.map(\.code))) as k(source, code)
            join decision_link l on l.one_source = k.source and l.one_code = k.code
            join decision d on d.decision_id = l.decision_id and d.undone_at is null
            """, as: PartyMembership.Link.self)
    }
}

extension PartyMembership.Edge: PostgresRow {
    init(row: inout RowReader) throws(PostgresError) {
        self.init(
            one: AccountKey(source: try row("one_source"), code: try row("one_code")),
            other: AccountKey(source: try row("other_source"), code: try row("other_code")),
            probability: try row("probability"))
    }
}

extension PartyMembership.Link: PostgresRow {
    init(row: inout RowReader) throws(PostgresError) {
        self.init(
            one: AccountKey(source: try row("one_source"), code: try row("one_code")),
            other: AccountKey(source: try row("other_source"), code: try row("other_code")),
            isSame: try row("is_same"), decidedAt: try row("decided_at"), decisionId: try row("decision_id"))
    }
}
