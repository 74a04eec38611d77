import Contracts
import ServiceKit

extension Capability {
    /// What customers order from whom of us, as far as sales watches it.
    static let orders = Capability(
        handlers: OrderStore.accounts.handlers + [
            .on(OrderPlaced.self, OrderHandlers.placed), .on(OrderChanged.self, OrderHandlers.changed),
            .on(OrderCancelled.self, OrderHandlers.cancelled),
        ],
        tables: [
            OrderStore.accounts.table,
            ScopedTable(
                "orders",
                .owned(
                    owner: "coalesce(t.sales_owner, \(ScopedTable.ownerOfAccount("t.source", "t.customer_code")))",
                    branch: "t.branch", day: ScopedTable.day(of: "t.placed_at"))),
        ])
}
