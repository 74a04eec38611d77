import Contracts
import Domain
import PartyGraph
import Postgres
import ServiceKit

/// A part of the graph with what its parties are called.
struct GraphPart {
    struct Party {
        let partyId: String
        let role: String
        let name: String?
        let codes: String
        /// How finance trusts it.
        let standing: String
    }

    /// A tie as it is stored, between parties.
    struct Tie: Hashable {
        let from: String
        let to: String
        let kind: RelationKind
        let origin: String
        let weight: Double
        let evidence: Int
        let share: Double?
        let since: String?
        let until: String?

        /// How sure it is: what somebody said is; what orders showed, the more often the more.
        var confidence: Double { origin == "declared" ? 1 : 1 - 1 / Double(1 << min(evidence, 20)) }
    }

    let graph: RelationGraph
    let parties: [Party]
    let ties: [Tie]
    /// The parties by their identifiers, as their places in ``graph``.
    let places: [String: Int]
    /// How many ties were not looked at because a party has too many.
    let omitted: Int
}

/// Reads parts of the graph, hop by hop, each a statement over the indexes of both directions.
struct GraphStore {
    /// How many ties of one party are followed at most.
    static let fanOut = 200
    /// How many parties a part has at most.
    static let limit = 5_000

    /// The time at which weights are told and relations must hold.
    let at: Timestamp

    /// What lies around some parties, whichever way the ties lead.
    func around(
        _ centres: [String], hops: Int, kinds: [RelationKind] = RelationKind.allCases, fanOut: Int = Self.fanOut,
        _ transaction: borrowing Transaction
    ) throws -> GraphPart {
        var seen = Set(centres)
        var order = centres
        var frontier = centres
        var ties: [GraphPart.Tie] = []
        var known: Set<GraphPart.Tie> = []
        var omitted = 0
        for _ in 0..<hops where !frontier.isEmpty {
            let (found, left) = try self.ties(of: frontier, kinds: kinds, fanOut: fanOut, transaction)
            omitted += left
            frontier = []
            for tie in found where known.insert(tie).inserted {
                ties.append(tie)
                for party in [tie.from, tie.to] where !seen.contains(party) {
                    guard seen.count < Self.limit else {
                        omitted += 1
                        continue
                    }
                    seen.insert(party)
                    frontier.append(party)
                    order.append(party)
                }
            }
        }
        return try part(order, ties.filter { seen.contains($0.from) && seen.contains($0.to) }, omitted, transaction)
    }

    /// A party with everything above it and everything below whatever is above it: enough to tell its group.
    func ownership(of party: String, _ transaction: borrowing Transaction) throws -> GraphPart {
        // Ownership has few ties a party, so that everything that hangs together by it is read, whatever its depth.
        try around(
            [party], hops: 2 * RelationGraph.maximumOwnershipDepth,
            kinds: RelationKind.allCases.filter(\.isOwnership), fanOut: 2_000, transaction)
    }

    private func ties(
        of parties: [String], kinds: [RelationKind], fanOut: Int, _ transaction: borrowing Transaction
    ) throws -> (ties: [GraphPart.Tie], omitted: Int) {
        let now = PostgresValue.timestamp(at.description)
        let rows = try transaction.query(
            """
            with mine as materialized (
                select a.customer_id as party_id, n.node from account a
                join graph_node n on n.source = a.source and n.code = a.code and n.role = 'customer'
                where a.customer_id = any(\(parties))
                union all
                select n.own_id, n.node from graph_node n where n.own_id = any(\(parties)) and n.role = 'supplier'
            ), hits as (
                select m.party_id, r.* from mine m join relation r on r.from_node = m.node
                union
                select m.party_id, r.* from mine m join relation r on r.to_node = m.node
            ), ranked as (
                select *, weight * \(fading("at - weighed_at")) as faded,
                    row_number() over (partition by party_id
                        order by origin, weight * \(fading("at - weighed_at")) desc, relation_id) as place,
                    count(*) over (partition by party_id) as total
                from (select hits.*, \(now)::timestamptz as at from hits) h
                where kind = any(\(kinds.map(\.rawValue)))
                    and coalesce(since <= \(SQL.day(of: "at")), true)
                    and coalesce(until > \(SQL.day(of: "at")), true)
            )
            select f.party_id as one, t.party_id as other, r.kind, r.origin,
                case r.origin when 'declared' then r.weight else r.faded end as weight, r.evidence,
                r.share::double precision as share, r.since::text as since, r.until::text as until,
                case r.place when 1 then greatest(r.total - \(fanOut), 0) else 0 end as omitted
            from ranked r join graph_party f on f.node = r.from_node join graph_party t on t.node = r.to_node
            where r.place <= \(fanOut)
            order by f.party_id, t.party_id, r.kind, r.relation_id
            """, as: TieRow.self)
        return (rows.compactMap(\.tie), rows.reduce(0) { $0 + $1.omitted })
    }

    /// A relation between two parties as it is drawn.
    private struct TieRow: PostgresRow {
        /// `nil` when it joins a party with itself, or is of a kind that only a later release knows.
        let tie: GraphPart.Tie?
        /// How many more the party has than are drawn, told with one of them.
        let omitted: Int

        init(row: inout RowReader) throws(PostgresError) {
            omitted = try row("omitted")
            let (one, other) = (try row("one", as: String.self), try row("other", as: String.self))
            guard one != other, let kind = RelationKind(rawValue: try row("kind")) else {
                tie = nil
                return
            }
            tie = GraphPart.Tie(
                from: one, to: other, kind: kind, origin: try row("origin"), weight: try row("weight"),
                evidence: try row("evidence"), share: try row("share"), since: try row("since"),
                until: try row("until"))
        }
    }

    private func fading(_ interval: String) -> SQL { RelationStore.fading(interval) }

    private func part(
        _ order: [String], _ ties: [GraphPart.Tie], _ omitted: Int, _ transaction: borrowing Transaction
    ) throws -> GraphPart {
        let places = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
        let graph = RelationGraph(
            nodes: order,
            relations: ties.compactMap { tie in
                places[tie.from].flatMap { from in
                    places[tie.to].map { to in
                        Relation(
                            from: from, to: to, kind: tie.kind, weight: max(0, tie.weight), share: tie.share,
                            since: tie.since.flatMap { CalendarDay($0)?.daysSinceEpoch },
                            until: tie.until.flatMap { CalendarDay($0)?.daysSinceEpoch })
                    }
                }
            })
        return GraphPart(
            graph: graph, parties: try parties(order, transaction), ties: ties, places: places, omitted: omitted)
    }

    /// What parties are called and how they stand, in the order asked for.
    private func parties(_ identifiers: [String], _ transaction: borrowing Transaction) throws -> [GraphPart.Party] {
        try transaction.query(
            """
            select k.party_id, coalesce(n.role, 'customer') as role, coalesce(c.name, n.name) as name,
                coalesce(n.codes, (select string_agg(a.source || '/' || a.code, ' ' order by a.source, a.code)
                    from account a where a.customer_id = k.party_id), '') as codes,
                coalesce(f.state, '') as standing
            from unnest(\(identifiers)) with ordinality as k(party_id, place)
            left join customer c on c.customer_id = k.party_id
            left join lateral (
                select g.role, g.name, g.source || '/' || g.code as codes from graph_node g
                where g.own_id = k.party_id and g.role = 'supplier' limit 1) n on c.customer_id is null
            left join credit_figure f on f.customer_id = k.party_id
            order by k.place
            """, as: GraphPart.Party.self)
    }

    /// The party that a question names: by its identifier, or by a code of a customer.
    static func party(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> String {
        let name = try arguments.required("customer")
        let found = try transaction.query(
            """
            select party from (
                select coalesce(merged_into, customer_id) as party, 1 as place from customer where customer_id = \(name)
                union all
                select customer_id, 2 from account
                where code = \(name) and source = coalesce(\(arguments["source"].postgresBind), source)
                union all
                select own_id, 3 from graph_node where own_id = \(name) or (role = 'supplier' and code = \(name)
                    and source = coalesce(\(arguments["source"].postgresBind), source))
            ) p order by place, party
            """, as: String.self)
        let parties = Set(found)
        guard let party = found.first else {
            throw Refusal(.notFound, path: "parameters.customer", "no party has the identifier or code '\(name)'")
        }
        guard parties.count == 1 || found.count == 1 || party == name else {
            throw Refusal(
                .valueNotAllowed, path: "parameters.source",
                "\(parties.count) parties have the code '\(name)': name the source as well")
        }
        return party
    }
}

extension GraphPart.Party: PostgresRow {
    init(row: inout RowReader) throws(PostgresError) {
        self.init(
            partyId: try row("party_id"), role: try row("role"), name: try row("name"), codes: try row("codes"),
            standing: try row("standing"))
    }
}
