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
        let parties = try RelationStore.parties(transaction)
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
        let rows = try RelationStore.weighed(at: due, transaction)
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
        try RelationStore.keep(
            names.indices.map {
                RelationStore.Rank(
                    party: names[$0], rank: ranks[$0], degree: degrees[$0], component: components[$0])
            }, rankedAt: due, transaction)
        effects.count("graph_ranked", names.count)
    }
}
