import Contracts
import Domain
import PartyGraph
import Postgres
import ServiceKit

/// What may be asked of the graph.
enum GraphQueries {
    static let all = [
        Query("graph.show", show), Query("graph.group", group), Query("graph.hubs", hubs),
        Query("graph.leads", leads), Query("graph.nodes", nodes), Query("graph.edges", edges),
    ]

    /// What lies around a party: the parties with their ring, and the ties between them.
    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let hops = try arguments.integer("hops", in: 1...2, otherwise: 1)
        let fanOut = try arguments.integer("fanout", in: 1...GraphReader.fanOut, otherwise: 50)
        let party = try GraphReader.party(arguments, transaction)
        let reader = GraphReader(at: try GraphReader.time(arguments, transaction))
        let part = try reader.around([party], hops: hops, fanOut: fanOut, transaction)
        let near = part.graph.neighbourhood(of: 0, hops: hops, fanOut: .max, limit: QueryTable.maximumRows)
        let omitted = part.omitted + part.graph.nodeCount - near.members.count
        return [
            QueryTable(
                "parties",
                [
                    QueryColumn("ring", .integer), QueryColumn("party"), QueryColumn("name"), QueryColumn("role"),
                    QueryColumn("codes"), QueryColumn("credit"),
                ],
                rows: near.rings.enumerated().flatMap { ring, members in
                    members.map { [String(ring)] + cells(part.parties[$0]) }
                }),
            QueryTable(
                "ties",
                [
                    QueryColumn("from"), QueryColumn("kind"), QueryColumn("to"), QueryColumn("weight", .decimal),
                    QueryColumn("share", .decimal), QueryColumn("origin"), QueryColumn("evidence", .integer),
                    QueryColumn("confidence", .decimal), QueryColumn("since", .time), QueryColumn("until", .time),
                ],
                rows: part.ties.sorted { ($1.weight, $0.from, $0.to) < ($0.weight, $1.from, $1.to) }.map { tie in
                    [
                        tie.from, tie.kind.rawValue, tie.to, number(tie.weight), tie.share.map(number), tie.origin,
                        String(tie.evidence), number(tie.confidence), tie.since, tie.until,
                    ]
                }),
            QueryTable(
                "left out", [QueryColumn("parties", .integer)], rows: omitted > 0 ? [[String(omitted)]] : []),
        ]
    }

    /// The group that a party belongs to, and what it comes to as a whole.
    static func group(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let party = try GraphReader.party(arguments, transaction)
        let reader = GraphReader(at: try GraphReader.time(arguments, transaction))
        let part = try reader.ownership(of: party, transaction)
        let top = part.graph.ultimateParent(of: 0)
        let members = part.graph.group(of: top)
        let identifiers = members.map { part.graph.nodes[$0] }
        return [
            QueryTable(
                "group",
                [
                    QueryColumn("party"), QueryColumn("name"), QueryColumn("role"), QueryColumn("codes"),
                    QueryColumn("credit"), QueryColumn("share", .decimal), QueryColumn("depth", .integer),
                ],
                rows: members.map { member in
                    let owner = part.graph.owners(of: member).first { $0.node == top }
                    return cells(part.parties[member])
                        + [number(owner?.share ?? 1), String(member == top ? 0 : owner?.depth ?? 0)]
                }),
            try GroupFigures.margin(identifiers, at: reader.at, transaction),
            try GroupFigures.receivables(identifiers, transaction),
            try GroupFigures.exposure(identifiers, transaction),
        ]
    }

    static func hubs(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let limit = try arguments.integer("limit", in: 1...QueryTable.maximumRows, otherwise: 20)
        return [
            try table(
                "hubs", kinds: ["rank": .decimal, "degree": .integer, "component": .integer],
                """
                select r.party_id as party, coalesce(c.name, n.name) as name, r.rank::numeric(12, 9) as rank, r.degree,
                    r.component, r.ranked_at
                from (select * from graph_rank order by rank desc, party_id limit \(limit)) r
                left join customer c on c.customer_id = r.party_id
                left join lateral (select name from graph_node where own_id = r.party_id limit 1) n on true
                order by r.rank desc, r.party_id
                """, transaction)
        ]
    }

    /// Who is two ties away: reached through the same parties, and not tied to this one yet.
    static func leads(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let limit = try arguments.integer("limit", in: 1...500, otherwise: 20)
        let party = try GraphReader.party(arguments, transaction)
        let reader = GraphReader(at: try GraphReader.time(arguments, transaction))
        let part = try reader.around([party], hops: 2, transaction)
        return [
            QueryTable(
                "leads",
                [
                    QueryColumn("party"), QueryColumn("name"), QueryColumn("role"), QueryColumn("codes"),
                    QueryColumn("credit"), QueryColumn("score", .decimal), QueryColumn("through"),
                ],
                rows: part.graph.leads(of: 0, fanOut: GraphReader.fanOut, limit: limit).map { lead in
                    cells(part.parties[lead.node]) + [
                        number(lead.score),
                        lead.through.prefix(5).map { part.parties[$0].name ?? part.parties[$0].partyId }
                            .joined(separator: "; "),
                    ]
                })
        ]
    }

    /// A page of the parties, for the export: one party may stand in several pages, once for each of its codes.
    static func nodes(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let after = try arguments.integer("after", in: 0...Int(Int32.max), otherwise: 0)
        return [
            try table(
                "nodes",
                """
                select p.node as place, p.party_id as party, p.name, p.role, p.source, p.code
                from graph_party p where p.node > \(after) order by p.node limit \(QueryTable.maximumRows)
                """, transaction)
        ]
    }

    /// A page of the ties, for the export.
    static func edges(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let at = PostgresValue.timestamp(try GraphReader.time(arguments, transaction).description)
        return [
            try table(
                "edges",
                """
                select r.relation_id as place, f.party_id as "from", t.party_id as "to", r.kind,
                    case r.origin when 'declared' then r.weight
                        else r.weight * \(RelationStore.fading("at - r.weighed_at")) end as weight,
                    r.share, r.since, r.until
                from (select relation.*, \(at)::timestamptz as at from relation
                    where relation_id > \(arguments["after"] ?? "") order by relation_id
                    limit \(QueryTable.maximumRows)) r
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
