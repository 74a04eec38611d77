import Contracts
import Domain
import PartyGraph
import Postgres
import ServiceKit

/// Who matters in the whole graph, worked out once a day and kept: the whole graph is too much for a question.
enum GraphRanking {
    /// The name of the task.
    static let task = "graph.rank"

    static func rank(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let due = items.last?.due else { return }
        let now = PostgresValue.timestamp(due.description)
        let parties = try transaction.query(
            "select node, party_id from graph_party order by node", as: (Int32, String).self)
        var places: [String: Int] = [:]
        var names: [String] = []
        var placeOfNode: [Int32: Int] = [:]
        for (node, party) in parties {
            if places[party] == nil {
                places[party] = names.count
                names.append(party)
            }
            placeOfNode[node] = places[party]
        }
        let rows = try transaction.query(
            """
            select from_node, to_node, kind,
                case origin when 'declared' then weight
                    else weight * \(RelationStore.fading("at - weighed_at")) end
            from (select relation.*, \(now)::timestamptz as at from relation) r
            where coalesce(since <= (at at time zone 'Asia/Shanghai')::date, true)
                and coalesce(until > (at at time zone 'Asia/Shanghai')::date, true)
            order by relation_id
            """, as: (Int32, Int32, String, Double).self)
        let graph = RelationGraph(
            nodes: names,
            relations: rows.compactMap { row in
                guard let from = placeOfNode[row.0], let to = placeOfNode[row.1], from != to,
                    let kind = RelationKind(rawValue: row.2)
                else { return nil }
                return Relation(from: from, to: to, kind: kind, weight: max(0, row.3))
            })
        // A rank is an order of who matters: ten decimals are plenty, and cost a third of the steps of fourteen.
        let (ranks, degrees, components) = (graph.pageRank(tolerance: 1e-10), graph.degrees(), graph.components())
        try transaction.queue("delete from graph_rank")
        let stamp = due.description
        try transaction.copy(
            into: "graph_rank", columns: ["party_id", "rank", "degree", "component", "ranked_at"],
            rows: names.indices.lazy.map {
                [names[$0], "\(ranks[$0])", String(degrees[$0]), String(components[$0]), stamp]
            })
        effects.count("graph_ranked", names.count)
    }
}
