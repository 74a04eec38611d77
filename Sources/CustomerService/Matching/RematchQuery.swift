import Contracts
import Domain
import PartyMatching
import Postgres
import ServiceKit

/// What the rules of today would say of accounts that were judged by those of some time ago; nothing is changed.
enum RematchQuery {
    /// Judges some accounts after a given one anew.
    static func rematch(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let limit = try arguments.integer("limit")
        let after = AccountKey(source: arguments["afterSource"] ?? "", code: arguments["afterCode"] ?? "")
        let keys = try transaction.query(
            """
            select source, code from account where (source, code) > (\(after.source), \(after.code))
            order by source, code limit \(limit)
            """, as: (String, String).self
        ).map { AccountKey(source: $0.0, code: $0.1) }
        guard let last = keys.last else { return [] }
        let edges = try edges(of: keys, transaction)
        let cluster = try AccountCluster.around(
            Set(keys).union(edges.flatMap { [$0.one, $0.other] }), transaction
        ).replacing(edges, of: Set(keys))
        let homes = cluster.homes()
        var rows: [[String?]] = []
        for key in keys {
            guard let account = cluster.accounts[key],
                let home = homes[key].flatMap({ cluster.accounts[$0]?.ownId }), home != account.customerId
            else { continue }
            rows.append([key.source, key.code, account.fact.name, account.customerId, home])
        }
        return [
            try arguments.table("page", rows: [[String(keys.count), last.source, last.code]]),
            try arguments.table("changes", rows: rows),
        ]
    }

    /// The evidence that the rules of today find between some accounts and all others.
    private static func edges(
        of keys: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [PartyMembership.Edge] {
        var scorer = PairScorer()
        var subjects: [AccountKey: PairScorer.Subject] = [:]
        for (key, profile) in try Gate.profiles(keys, transaction) {
            subjects[key] = scorer.read(profile.profile(key))
        }
        let asked = keys.flatMap { key in (subjects[key]?.keys ?? []).map { (key, $0) } }
        let pairs = try transaction.query(
            """
            select distinct k.source, k.code, m.source, m.code
            from unnest(\(asked.map(\.0.source)), \(asked.map(\.0.code)), \(asked.map(\.1))) as k(source, code, key)
            join block b on b.key = k.key and b.size <= \(PairScorer.cap)
            join block_member m on m.key = k.key and (m.source, m.code) <> (k.source, k.code)
            """, as: (String, String, String, String).self
        ).map { (AccountKey(source: $0.0, code: $0.1), AccountKey(source: $0.2, code: $0.3)) }
        let others = Set(pairs.map(\.1)).subtracting(keys).sorted()
        for (key, profile) in try Gate.profiles(others, transaction) {
            subjects[key] = scorer.read(profile.profile(key))
        }
        return pairs.compactMap { one, other in
            guard let first = subjects[one], let second = subjects[other] else { return nil }
            let evidence = scorer.evidence(first, second)
            guard evidence.verdict == .same else { return nil }
            return PartyMembership.Edge(one: min(one, other), other: max(one, other), probability: evidence.probability)
        }
    }
}
