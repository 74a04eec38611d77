import Contracts
import Domain
import PartyGraph
import Postgres
import ServiceKit

/// What may be asked of the graph.
enum GraphQueries {
    static let all = [
        Query(GraphQuestions.show, show), Query(GraphQuestions.group, group), Query(GraphQuestions.hubs, hubs),
        Query(GraphQuestions.leads, leads), Query(GraphQuestions.nodes, nodes), Query(GraphQuestions.edges, edges),
    ]

    /// What lies around a party: the parties with their ring, and the ties between them.
    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let hops = try arguments.integer("hops")
        let fanOut = try arguments.integer("fanout")
        let party = try GraphStore.party(arguments, transaction)
        let reader = GraphStore(at: try arguments.time("at"))
        let part = try reader.around([party], hops: hops, fanOut: fanOut, transaction)
        let near = part.graph.neighbourhood(of: 0, hops: hops, fanOut: .max, limit: QueryTable.maximumRows)
        let omitted = part.omitted + part.graph.nodeCount - near.members.count
        return [
            try arguments.table(
                "parties",
                rows: near.rings.enumerated().flatMap { ring, members in
                    members.map { [String(ring)] + cells(part.parties[$0]) }
                }),
            try arguments.table(
                "ties",
                rows: part.ties.sorted { ($1.weight, $0.from, $0.to) < ($0.weight, $1.from, $1.to) }.map { tie in
                    [
                        tie.from, tie.kind.rawValue, tie.to, number(tie.weight), tie.share.map(number), tie.origin,
                        String(tie.evidence), number(tie.confidence), tie.since, tie.until,
                    ]
                }),
            try arguments.table("left out", rows: omitted > 0 ? [[String(omitted)]] : []),
        ]
    }

    /// The group that a party belongs to, and what it comes to as a whole.
    static func group(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let party = try GraphStore.party(arguments, transaction)
        let reader = GraphStore(at: try arguments.time("at"))
        let part = try reader.ownership(of: party, transaction)
        let top = part.graph.ultimateParent(of: 0)
        let members = part.graph.group(of: top)
        let identifiers = members.map { part.graph.nodes[$0] }
        return [
            try arguments.table(
                "group",
                rows: members.map { member in
                    let owner = part.graph.owners(of: member).first { $0.node == top }
                    return cells(part.parties[member])
                        + [number(owner?.share ?? 1), String(member == top ? 0 : owner?.depth ?? 0)]
                }, isCut: part.omitted > 0),
            try GroupFigureQueries.margin(identifiers, at: reader.at, as: "revenue and margin", arguments, transaction),
            try GroupFigureQueries.receivables(identifiers, arguments, transaction),
            try GroupFigureQueries.exposure(identifiers, arguments, transaction),
        ]
    }

    static func hubs(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "hubs",
                """
                select r.party_id as party, coalesce(
                        (select name from customer where customer_id = r.party_id),
                        (select name from graph_node where own_id = r.party_id limit 1)) as name,
                    r.rank::numeric(12, 9) as rank, r.degree, r.component, r.ranked_at, r.rank as exact
                from graph_rank r
                """, transaction)
        ]
    }

    /// Who is two ties away: reached through the same parties, and not tied to this one yet.
    static func leads(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let limit = try arguments.integer("limit")
        let party = try GraphStore.party(arguments, transaction)
        let reader = GraphStore(at: try arguments.time("at"))
        let part = try reader.around([party], hops: 2, transaction)
        let found = part.graph.leads(of: 0, fanOut: GraphStore.fanOut, limit: limit + 1)
        return [
            try arguments.table(
                "leads",
                rows: found.prefix(limit).map { lead in
                    cells(part.parties[lead.node]) + [
                        number(lead.score),
                        lead.through.prefix(5).map { part.parties[$0].name ?? part.parties[$0].partyId }
                            .joined(separator: "; "),
                    ]
                }, isCut: found.count > limit)
        ]
    }

    /// A page of the parties, for the export: one party may stand in several pages, once for each of its codes.
    static func nodes(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let after = try arguments.integer("after")
        return [
            try arguments.table(
                "nodes",
                """
                select p.node as place, p.party_id as party, p.name, p.role, p.source, p.code
                from graph_party p where p.node > \(after) order by p.node
                """, transaction)
        ]
    }

    /// A page of the ties, for the export.
    static func edges(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let at = PostgresValue.timestamp(try arguments.time("at").description)
        return [
            try arguments.table(
                "edges",
                """
                select r.relation_id as place, f.party_id as "from", t.party_id as "to", r.kind,
                    case r.origin when 'declared' then r.weight
                        else r.weight * \(RelationStore.fading("at - r.weighed_at")) end as weight,
                    r.share, r.since, r.until
                from (select relation.*, \(at)::timestamptz as at from relation
                    where relation_id > \(arguments["after"] ?? "") order by relation_id
                    limit \(QueryTable.maximumRows + 1)) r
                join graph_party f on f.node = r.from_node join graph_party t on t.node = r.to_node
                order by r.relation_id
                """, transaction)
        ]
    }

    private static func cells(_ party: GraphPart.Party) -> [String?] {
        [party.partyId, party.name, party.role, party.codes, party.standing]
    }

    /// A number with six decimals at most.
    static func number(_ value: Double) -> String {
        let millionths = (value * 1_000_000).rounded()
        guard millionths.magnitude < 1e15 else { return "\(value)" }
        return FixedDecimalText.text(Int(millionths))
    }
}

/// Millionths as a decimal text.
private enum FixedDecimalText {
    static func text(_ millionths: Int) -> String {
        let digits = String(millionths.magnitude)
        let padded = String(repeating: "0", count: max(0, 7 - digits.count)) + digits
        var text = "\(padded.dropLast(6)).\(padded.suffix(6))"
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return (millionths < 0 ? "-" : "") + text
    }
}
