import Contracts
import Domain
import Postgres
import ServiceKit

/// Everything that is known of one customer, in one answer, from this service's own tables.
enum OverviewQuery {
    static let query = Query(CustomerQuestions.overview, overview)

    /// Who tells what is in a block.
    private static let owners: [(block: String, owner: ServiceName)] = [
        ("identity", .customer), ("aliases", .customer), ("organisation", .customer), ("contacts", .customer),
        ("graph", .customer), ("classes", .customer), ("orders", .customer), ("swings", .sales), ("margin", .customer),
        ("acceptance", .finance), ("margin alerts", .finance), ("receivables", .finance), ("credit", .finance),
        ("complaints", .servicedesk), ("surveys", .servicedesk), ("contracts", .sales), ("interactions", .customer),
    ]

    static func overview(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let staleAfter = try arguments.integer("stale")
        let at = try arguments.time("at")
        let customer = try GraphStore.party(arguments, transaction)
        var blocks = try OverviewBlockQueries.own(customer, arguments, transaction)
        blocks.append(try graph(customer, at, arguments, transaction))
        blocks += try OverviewBlockQueries.told(customer, at: at, arguments, transaction)
        let interactions = try InteractionQueries.interactions(of: customer, arguments, transaction)
        // They are of the contacts that may be seen.
        blocks.append(
            try arguments.reading("contacts", transaction) { try contacts(interactions, arguments) })
        blocks.append(interactions)
        let tables = Dictionary(blocks.map { ($0.name, $0) }) { first, _ in first }
        let heard = try heard(transaction)
        let rows = owners.map { block, owner in
            row(block, owner, tables[block]?.rows.count ?? 0, heard, at, staleAfter)
        }
        return [
            try arguments.table("blocks", rows: rows)
        ] + owners.compactMap { tables[$0.block] }
    }

    /// How old a block is. What this service keeps itself is as of now; what others tell is as old as their last word.
    private static func row(
        _ block: String, _ owner: ServiceName, _ count: Int, _ heard: [String: Timestamp], _ at: Timestamp,
        _ staleAfter: Int
    ) -> [String?] {
        if owner == .customer { return [block, owner.rawValue, "current", at.description, "0", String(count)] }
        guard let last = heard[owner.rawValue] else {
            return [block, owner.rawValue, "never heard", nil, nil, String(count)]
        }
        let age = max(0, (at.microsecondsSinceEpoch - last.microsecondsSinceEpoch) / 1_000_000)
        return [
            block, owner.rawValue, age > Int64(staleAfter) * 60 ? "stale" : "current",
            last.inZone().description, String(age), String(count),
        ]
    }

    private static func heard(_ transaction: borrowing Transaction) throws -> [String: Timestamp] {
        let rows = try transaction.query(
            "select owner, (extract(epoch from max(at)) * 1000000)::bigint from heard group by 1",
            as: (String, Int64).self)
        return Dictionary(rows.map { ($0.0, Timestamp(microsecondsSinceEpoch: $0.1)) }) { first, _ in first }
    }

    private static func graph(
        _ customer: String, _ at: Timestamp, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        let part = try GraphStore(at: at).around([customer], hops: 1, fanOut: 20, transaction)
        return try arguments.table(
            "graph",
            rows: part.ties.sorted { ($1.weight, $0.from, $0.to) < ($0.weight, $1.from, $1.to) }.map { tie in
                let isOut = tie.from == customer
                let other = isOut ? tie.to : tie.from
                return [
                    tie.kind.rawValue, isOut ? "to" : "from", other,
                    part.places[other].flatMap { part.parties[$0].name }, GraphQueries.number(tie.weight), tie.origin,
                    GraphQueries.number(tie.confidence),
                ]
            }, isCut: part.omitted > 0)
    }

    /// The persons spoken with lately, each once, the latest first.
    private static func contacts(_ interactions: QueryTable, _ arguments: QueryArguments) throws -> QueryTable {
        var seen: Set<String> = []
        return try arguments.table(
            "contacts",
            rows: interactions.rows.compactMap { row in
                guard let person = row.values[5], seen.insert(person).inserted else { return nil }
                return [person, row.values[0], row.values[1]]
            })
    }
}
