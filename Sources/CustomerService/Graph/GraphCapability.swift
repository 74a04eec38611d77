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
        tasks: [.daily(GraphRanking.task, GraphRanking.rank)], questions: GraphQueries.all,
        tables: [
            // A customer of which only relations tell has no account, and so is seen with the whole alone.
            ScopedTable(
                "graph_node",
                .through(
                    """
                    t.role = 'supplier' or exists (
                        select from account a where a.source = t.source and a.code = t.code)
                    """)),
            ScopedTable(
                "relation",
                .through(
                    """
                    exists (select from graph_node f where f.node = t.from_node)
                        and exists (select from graph_node o where o.node = t.to_node)
                    """)),
            ScopedTable(
                "graph_rank",
                .through(
                    """
                    exists (select from account a where a.customer_id = t.party_id)
                        or exists (select from graph_node n where n.own_id = t.party_id and n.role = 'supplier')
                    """)),
            ScopedTable("graph_party", .open),
            ScopedTable("order_replica", .hidden), ScopedTable("account_month", .ofAccount("t.source", "t.code")),
        ])
}
