import Contracts
import ServiceKit

extension Capability {
    /// Who works for us.
    static let suppliers = Capability(
        handlers: [
            .on(SupplierReported.self, SupplierHandlers.reported),
            .on(SupplierInvoiceReceived.self, SupplierHandlers.invoiced),
            .on(SupplierPaymentMade.self, SupplierHandlers.paid),
        ],
        questions: SupplierQueries.all,
        // No supplier is anybody's.
        tables: [ScopedTable("supplier_account", .whole)])
}
