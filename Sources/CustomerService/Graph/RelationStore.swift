import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL that writes relations.
enum RelationStore {
    /// Lets nobody else declare who owns whom until the transaction ends: two declarations that close a circle together
    /// must see one another.
    static func lockOwnership(_ transaction: borrowing Transaction) throws {
        try KeyLock.lock("ownership", transaction)
    }

    /// The nodes of some codes; those that are not there yet are made.
    private static func nodes(_ keys: Set<NodeKey>, _ transaction: borrowing Transaction) throws -> [NodeKey: Int32] {
        let sorted = keys.sorted()
        func find() throws -> [NodeKey: Int32] {
            let rows = try transaction.query(
                """
                select n.role, n.source, n.code, n.node
                from unnest(\(sorted.map(\.role.rawValue)), \(sorted.map(\.source)), \(sorted.map(\.code)))
                    as k(role, source, code)
                join graph_node n using (source, code, role)
                """, as: (String, String, String, Int32).self)
            var nodes: [NodeKey: Int32] = [:]
            for row in rows {
                guard let role = NodeKey.Role(rawValue: row.0) else { continue }
                nodes[NodeKey(role: role, source: row.1, code: row.2)] = row.3
            }
            return nodes
        }
        let known = try find()
        let missing = sorted.filter { known[$0] == nil }
        guard !missing.isEmpty else { return known }
        try transaction.queue(
            """
            insert into graph_node (role, source, code, own_id)
            select * from unnest(
                \(missing.map(\.role.rawValue)), \(missing.map(\.source)), \(missing.map(\.code)),
                \(missing.map(\.ownId)))
            on conflict do nothing
            """)
        return try find()
    }

    /// Writes names beside nodes that have none, or another one.
    static func name(_ names: [NodeKey: String], _ transaction: borrowing Transaction) throws {
        let sorted = names.sorted { $0.key < $1.key }
        guard !sorted.isEmpty else { return }
        try transaction.queue(
            """
            update graph_node n set name = t.name
            from unnest(
                \(sorted.map(\.key.role.rawValue)), \(sorted.map(\.key.source)), \(sorted.map(\.key.code)),
                \(sorted.map(\.value))) as t(role, source, code, name)
            where n.role = t.role and n.source = t.source and n.code = t.code and n.name is null
            """)
    }

    /// Adds to relations what orders say.
    static func add(
        _ changes: [InferredRelation.Key: InferredRelation], _ transaction: borrowing Transaction
    ) throws {
        guard !changes.isEmpty else { return }
        let nodes = try nodes(Set(changes.keys.flatMap { [$0.from, $0.to] }), transaction)
        let rows = changes.compactMap { key, change in
            nodes[key.from].flatMap { from in nodes[key.to].map { (key.relationId, from, $0, key.kind, change) } }
        }.sorted { $0.0 < $1.0 }
        try transaction.queue(
            """
            insert into relation (relation_id, from_node, to_node, kind, origin, weight, weighed_at, evidence)
            select id, from_node, to_node, kind, 'inferred', weight,
                timestamptz 'epoch' + at * interval '1 microsecond', evidence
            from unnest(
                \(rows.map(\.0)), \(rows.map(\.1)), \(rows.map(\.2)), \(rows.map(\.3.rawValue)),
                \(rows.map(\.4.weight.weight)), \(rows.map(\.4.weight.at.microsecondsSinceEpoch)),
                \(rows.map(\.4.evidence))) as t(id, from_node, to_node, kind, weight, at, evidence)
            on conflict (relation_id) do update set
                weight = case when excluded.weighed_at >= relation.weighed_at
                    then relation.weight * \(fading("excluded.weighed_at - relation.weighed_at")) + excluded.weight
                    else relation.weight + excluded.weight * \(fading("relation.weighed_at - excluded.weighed_at")) end,
                weighed_at = greatest(relation.weighed_at, excluded.weighed_at),
                evidence = relation.evidence + excluded.evidence
            """)
        let lessened = rows.filter { $0.4.evidence <= 0 }.map(\.0)
        guard !lessened.isEmpty else { return }
        try transaction.queue(
            "delete from relation where relation_id = any(\(lessened)) and evidence = 0 and origin = 'inferred'")
    }

    /// By how much a weight has faded after an interval.
    static func fading(_ interval: String) -> SQL {
        "power(2::double precision, -date_part('epoch', \(unsafe: interval)) / 15552000)"
    }

    /// Declared relations as they stand, locked until the transaction ends.
    static func declared(
        _ identifiers: [String], _ transaction: borrowing Transaction
    ) throws -> [String: DeclaredRelation] {
        let rows = try transaction.query(
            """
            select r.relation_id, coalesce(r.reference, '') as reference, r.revision, f.source, f.code as from_code,
                t.source as to_source, t.code as to_code, r.kind, r.share, r.since, r.until, r.said_by
            from relation r join graph_node f on f.node = r.from_node join graph_node t on t.node = r.to_node
            where r.relation_id = any(\(Set(identifiers).sorted())) and r.origin = 'declared'
            order by r.relation_id for update of r
            """, as: StoredRelation.self)
        return Dictionary(uniqueKeysWithValues: rows.compactMap(\.relation).map { ($0.relationId, $0) })
    }

    /// A declared relation as it stands in the table; `nil` when it is of a kind that only a later release knows.
    private struct StoredRelation: PostgresRow {
        let relation: DeclaredRelation?

        init(row: inout RowReader) throws(PostgresError) {
            guard let kind = RelationKind(rawValue: try row("kind")) else {
                relation = nil
                return
            }
            relation = DeclaredRelation(
                relationId: try row("relation_id"), reference: try row("reference"), revision: try row("revision"),
                from: NodeKey(role: .customer, source: try row("source"), code: try row("from_code")),
                to: NodeKey(role: .customer, source: try row("to_source"), code: try row("to_code")), kind: kind,
                share: try row("share"), since: try row("since"), until: try row("until"), by: try row("said_by"))
        }
    }

    static func put(
        _ relations: [DeclaredRelation], now: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        let nodes = try nodes(Set(relations.flatMap { [$0.from, $0.to] }), transaction)
        try transaction.queue(
            """
            insert into relation (relation_id, from_node, to_node, kind, origin, reference, revision, share, since,
                until, said_by, weight, weighed_at)
            select id, from_node, to_node, kind, 'declared', reference, revision, share, since, until, said_by, 1,
                \(PostgresValue.timestamp(now.description))
            from unnest(
                \(relations.map(\.relationId)), \(relations.map { nodes[$0.from] }), \(relations.map { nodes[$0.to] }),
                \(relations.map(\.kind.rawValue)), \(relations.map(\.reference)),
                \(relations.map { Int32($0.revision) }),
                \(relations.map(\.share)),
                \(PostgresValue.dates(relations.map { $0.since?.description })),
                \(PostgresValue.dates(relations.map { $0.until?.description })), \(relations.map(\.by)))
                as t(id, from_node, to_node, kind, reference, revision, share, since, until, said_by)
            on conflict (relation_id) do update set
                from_node = excluded.from_node, to_node = excluded.to_node, kind = excluded.kind,
                revision = excluded.revision, share = excluded.share, since = excluded.since, until = excluded.until,
                said_by = excluded.said_by
            where relation.revision < excluded.revision
            """)
    }

    /// Whose codes some are now.
    static func parties(_ keys: [NodeKey], _ transaction: borrowing Transaction) throws -> [NodeKey: String] {
        let sorted = Set(keys).sorted()
        var parties = Dictionary(uniqueKeysWithValues: sorted.map { ($0, $0.ownId) })
        let rows = try transaction.query(
            """
            select a.source, a.code, a.customer_id
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.code))) as k(source, code)
            join account a using (source, code)
            """, as: (String, String, String).self)
        for row in rows { parties[NodeKey(role: .customer, source: row.0, code: row.1)] = row.2 }
        return parties
    }

    /// Who owns some parties directly, by what is stored and has no end.
    ///
    /// - Parameter without: declarations that are about to be replaced.
    static func owners(
        of parties: Set<String>, without: [String], _ transaction: borrowing Transaction
    ) throws -> Set<String> {
        let rows = try transaction.query(
            """
            with mine as materialized (
                select n.node from account a join graph_node n
                    on n.source = a.source and n.code = a.code and n.role = 'customer'
                where a.customer_id = any(\(parties.sorted()))
            )
            select p.party_id from mine m
            join relation r on r.to_node = m.node and r.kind = 'parent-of'
            join graph_party p on p.node = r.from_node
            where r.until is null and r.relation_id <> all(\(without))
            union
            select p.party_id from mine m
            join relation r on r.from_node = m.node and r.kind = 'branch-of'
            join graph_party p on p.node = r.to_node
            where r.until is null and r.relation_id <> all(\(without))
            """, as: String.self)
        return Set(rows)
    }
}

/// The whole graph at once, for its ranking.
extension RelationStore {
    /// Who each node is now.
    static func parties(_ transaction: borrowing Transaction) throws -> [(Int32, String)] {
        try transaction.query("select node, party_id from graph_party order by node", as: (Int32, String).self)
    }

    /// The relations that hold at a time, each with its weight by then: from, to, kind, weight.
    static func weighed(
        at time: Timestamp, _ transaction: borrowing Transaction
    ) throws -> [(Int32, Int32, String, Double)] {
        let now = PostgresValue.timestamp(time.description)
        return try transaction.query(
            """
            select from_node, to_node, kind,
                case origin when 'declared' then weight
                    else weight * \(fading("at - weighed_at")) end
            from (select relation.*, \(now)::timestamptz as at from relation) r
            where coalesce(since <= \(SQL.day(of: "at")), true)
                and coalesce(until > \(SQL.day(of: "at")), true)
            order by relation_id
            """, as: (Int32, Int32, String, Double).self)
    }

    /// What one party matters in the whole graph.
    struct Rank {
        let party: String
        let rank: Double
        let degree: Int
        let component: Int
    }

    /// Keeps the ranks in place of those before.
    static func keep(
        _ ranks: [Rank], rankedAt: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue("delete from graph_rank")
        // Not by COPY, which a table whose rows are told apart does not take.
        for start in stride(from: 0, to: ranks.count, by: 20_000) {
            let part = ranks[start..<min(start + 20_000, ranks.count)]
            try transaction.queue(
                """
                insert into graph_rank (party_id, rank, degree, component, ranked_at)
                select t.*, \(PostgresValue.timestamp(rankedAt.description))::timestamptz from unnest(
                    \(part.map(\.party)), \(part.map(\.rank)), \(part.map { Int32($0.degree) }),
                    \(part.map { Int32($0.component) })) as t
                """)
        }
    }
}
