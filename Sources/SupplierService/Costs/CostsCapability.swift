import Contracts
import ServiceKit

extension Capability {
    /// What suppliers cost us, and how far that is from what was expected.
    static let costs = Capability(
        handlers: [
            .on(SupplierReported.self, CostHandlers.reported),
            .on(OrderPlaced.self, CostHandlers.placed),
            .on(OrderChanged.self, CostHandlers.changed),
            .on(CostRecorded.self, CostHandlers.costRecorded),
            .on(SupplierInvoiceReceived.self, CostHandlers.invoiced),
            .on(SupplierPaymentMade.self, CostHandlers.paid),
        ],
        tasks: [.daily("bias.evaluate", CostHandlers.evaluate)], questions: SupplierQueries.all,
        tables: [
            // No supplier is anybody's, and of the orders that costs are of this service knows neither whose nor where.
            ScopedTable("supplier_account", .whole), ScopedTable("bias", .whole),
            ScopedTable("order_line", .whole), ScopedTable("cost_fact", .whole), ScopedTable("bias_due", .hidden),
        ])
}
