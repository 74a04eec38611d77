import Contracts
import ServiceKit

extension Capability {
    /// What suppliers bill us, and what we pay them.
    static let payables = Capability(
        handlers: [
            .on(SupplierInvoiceReceived.self, PayableHandlers.invoiced),
            .on(SupplierPaymentMade.self, PayableHandlers.paid),
        ],
        questions: PayableQueries.all)
}
