import Contracts
import ServiceKit

extension Capability {
    /// What suppliers cost us.
    static let costs = Capability(
        handlers: OrderHomeStore.accounts.handlers + [
            .on(OrderPlaced.self, CostHandlers.placed),
            .on(OrderChanged.self, CostHandlers.changed),
            .on(CostRecorded.self, CostHandlers.costRecorded),
        ],
        questions: CostQueries.all,
        tables: [
            OrderHomeStore.accounts.table, OrderHomeStore.table,
            // A cost is seen with the order that it is of.
            ScopedTable("order_line", OrderHomeStore.isSeen("t.source", "t.order_id")),
            ScopedTable("cost_fact", OrderHomeStore.isSeen("t.order_source", "t.order_id")),
        ])
}
