import Contracts
import ServiceKit

extension Capability {
    /// What suppliers cost us, and how far that is from what was expected.
    static let costs = Capability(
        handlers: OrderHomeStore.accounts.handlers + [
            .on(SupplierReported.self, CostHandlers.reported),
            .on(OrderPlaced.self, CostHandlers.placed),
            .on(OrderChanged.self, CostHandlers.changed),
            .on(CostRecorded.self, CostHandlers.costRecorded),
            .on(SupplierInvoiceReceived.self, CostHandlers.invoiced),
            .on(SupplierPaymentMade.self, CostHandlers.paid),
        ],
        tasks: [.daily("bias.evaluate", CostHandlers.evaluate)], questions: SupplierQueries.all,
        tables: [
            // No supplier is anybody's. A cost is seen with the order that it is of.
            ScopedTable("supplier_account", .whole), ScopedTable("bias", .whole),
            OrderHomeStore.accounts.table, OrderHomeStore.table,
            ScopedTable("order_line", OrderHomeStore.isSeen("t.source", "t.order_id")),
            ScopedTable("cost_fact", OrderHomeStore.isSeen("t.order_source", "t.order_id")),
            ScopedTable("bias_due", .hidden),
        ])
}
