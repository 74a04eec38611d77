import Contracts
import Domain
import PartyMatching
import Postgres
import ServiceKit

/// Evidence that two accounts are one party, or may be.
struct FoundEdge: Sendable {
    let one: AccountKey
    let other: AccountKey
    let evidence: PairEvidence

    /// The pair's name, the same whichever account came first.
    var pairId: String { Self.pairId(one, other) }

    static func pairId(_ one: AccountKey, _ other: AccountKey) -> String {
        let (first, second) = one < other ? (one, other) : (other, one)
        return StableIdentifier.of("pair", first.source, first.code, second.source, second.code)
    }
}

/// The SQL of blocks and evidence.
enum EvidenceStore {
    /// Writes down what accounts can be found by.
    ///
    /// - Returns: the keys that too many accounts share from now on.
    static func index(
        _ keys: [(account: AccountKey, key: Int64)], _ transaction: borrowing Transaction
    ) throws -> [Int64] {
        guard !keys.isEmpty else { return [] }
        return try transaction.query(
            """
            with added as (
                insert into block_member (key, source, code)
                select * from unnest(\(keys.map(\.key)), \(keys.map(\.account.source)), \(keys.map(\.account.code)))
                on conflict do nothing
                returning key
            ), grown as (
                select key, count(*)::integer as by from added group by key
            ), counted as (
                insert into block as b (key, size) select key, by from grown
                on conflict (key) do update set size = b.size + excluded.size
                returning key, size
            )
            select key from counted join grown using (key)
            where size > \(PairScorer.cap) and size - by <= \(PairScorer.cap)
            """, as: Int64.self)
    }

    /// Takes evidence back that was found only by keys which too many share now: had all of them been there before, it
    /// would never have been looked for.
    ///
    /// - Returns: the accounts it was about.
    static func withdraw(crowded keys: [Int64], _ transaction: borrowing Transaction) throws -> [AccountKey] {
        guard !keys.isEmpty else { return [] }
        return try transaction.query(
            """
            delete from match_edge e using block_member x, block_member y
            where x.key = any(\(keys)) and y.key = x.key
                and x.source = e.one_source and x.code = e.one_code
                and y.source = e.other_source and y.code = e.other_code
                and not exists (
                    select from block_member p
                    join block_member q on q.key = p.key and q.source = e.other_source and q.code = e.other_code
                    join block b on b.key = p.key and b.size <= \(PairScorer.cap)
                    where p.source = e.one_source and p.code = e.one_code)
            returning e.one_source, e.one_code, e.other_source, e.other_code
            """, as: (String, String, String, String).self
        ).flatMap { [AccountKey(source: $0.0, code: $0.1), AccountKey(source: $0.2, code: $0.3)] }
    }

    /// With which others some accounts are worth comparing, for all of them in one statement.
    static func candidates(
        of keys: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [AccountKey: [AccountKey]] {
        guard !keys.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            select distinct x.source, x.code, y.source, y.code
            from unnest(\(keys.map(\.source)), \(keys.map(\.code))) as k(source, code)
            join block_member x on x.source = k.source and x.code = k.code
            join block b on b.key = x.key and b.size between 2 and \(PairScorer.cap)
            join block_member y on y.key = x.key and (y.source, y.code) <> (x.source, x.code)
            """, as: (String, String, String, String).self)
        var found: [AccountKey: [AccountKey]] = [:]
        for row in rows {
            found[AccountKey(source: row.0, code: row.1), default: []].append(AccountKey(source: row.2, code: row.3))
        }
        return found
    }

    /// Which known accounts could be found by some keys, as long as not too many share one.
    static func sharing(
        _ keys: [(account: AccountKey, key: Int64)], _ transaction: borrowing Transaction
    ) throws -> [(account: AccountKey, other: AccountKey)] {
        guard !keys.isEmpty else { return [] }
        return try transaction.query(
            """
            select distinct k.source, k.code, m.source, m.code
            from unnest(\(keys.map(\.key)), \(keys.map(\.account.source)), \(keys.map(\.account.code)))
                as k(key, source, code)
            join block b on b.key = k.key and b.size <= \(PairScorer.cap) join block_member m on m.key = k.key
            """, as: (String, String, String, String).self
        ).map { (AccountKey(source: $0.0, code: $0.1), AccountKey(source: $0.2, code: $0.3)) }
    }

    /// Replaces the evidence about some accounts.
    ///
    /// - Returns: the accounts on either side of what came or went.
    static func replace(
        of keys: [AccountKey], by edges: [FoundEdge], now: Timestamp, _ transaction: borrowing Transaction
    ) throws -> [AccountKey] {
        guard !keys.isEmpty else { return [] }
        let gone = try transaction.query(
            """
            delete from match_edge e using unnest(\(keys.map(\.source)), \(keys.map(\.code))) as k(source, code)
            where (e.one_source = k.source and e.one_code = k.code
                    or e.other_source = k.source and e.other_code = k.code)
                and e.pair_id <> all(\(edges.map(\.pairId)))
            returning e.one_source, e.one_code, e.other_source, e.other_code
            """, as: (String, String, String, String).self
        ).flatMap { [AccountKey(source: $0.0, code: $0.1), AccountKey(source: $0.2, code: $0.3)] }
        try put(edges, now: now, transaction)
        return gone + edges.flatMap { [$0.one, $0.other] }
    }

    private static func put(_ edges: [FoundEdge], now: Timestamp, _ transaction: borrowing Transaction) throws {
        guard !edges.isEmpty else { return }
        try transaction.queue(
            """
            insert into match_edge (pair_id, one_source, one_code, other_source, other_code, probability, verdict,
                evidence, found_at)
            select t.*, \(PostgresValue.timestamp(now.description)) from unnest(
                \(edges.map(\.pairId)), \(edges.map(\.one.source)), \(edges.map(\.one.code)),
                \(edges.map(\.other.source)), \(edges.map(\.other.code)), \(edges.map(\.evidence.probability)),
                \(edges.map(\.evidence.verdict.rawValue)),
                \(edges.map { PostgresValue.json(Self.json($0.evidence)) })) as t
            on conflict (pair_id) do update set
                probability = excluded.probability, verdict = excluded.verdict, evidence = excluded.evidence
            """)
    }

    /// The evidence field by field, as it is kept and shown.
    static func json(_ evidence: PairEvidence) -> String {
        let lines = evidence.lines.map { line in
            var object = ObjectWriter()
            object.text("field", line.field)
            object.text("level", line.level)
            object.text("bits", FixedDecimal(units: Int128((line.weight * 10_000).rounded())).description)
            return String(decoding: object.finished(), as: UTF8.self)
        }
        return "[" + lines.joined(separator: ",") + "]"
    }
}
