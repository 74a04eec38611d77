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
            select r.relation_id, r.reference, r.revision, f.source, f.code, t.code, r.kind, r.share::text,
                r.since::text, r.until::text, r.said_by
            from relation r join graph_node f on f.node = r.from_node join graph_node t on t.node = r.to_node
            where r.relation_id = any(\(Set(identifiers).sorted())) and r.origin = 'declared'
            order by r.relation_id for update of r
            """,
            as: (String, String?, Int, String, String, String, String, String?, String?, String?, String?).self)
        var found: [String: DeclaredRelation] = [:]
        for row in rows {
            guard let kind = RelationKind(rawValue: row.6) else { continue }
            found[row.0] = DeclaredRelation(
                relationId: row.0, reference: row.1 ?? "", revision: row.2,
                from: NodeKey(role: .customer, source: row.3, code: row.4),
                to: NodeKey(role: .customer, source: row.3, code: row.5), kind: kind,
                share: row.7.flatMap { FixedDecimal($0) }, since: row.8.flatMap { CalendarDay($0) },
                until: row.9.flatMap { CalendarDay($0) }, by: row.10)
        }
        return found
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
