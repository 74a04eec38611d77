import Contracts
import ServiceKit

extension Capability {
    /// Who is related to whom, as declared and as seen in orders.
    static let graph = Capability(
        handlers: [
            .on(OrderPlaced.self, GraphHandlers.placed),
            .on(OrderChanged.self, GraphHandlers.changed),
            .on(OrderCancelled.self, GraphHandlers.cancelled),
            .on(RelationDeclared.self, GraphHandlers.declared),
        ],
        tasks: [.daily(GraphRanking.task, GraphRanking.rank)], questions: GraphQueries.all)
}
