import Contracts
import ServiceKit

extension Capability {
    /// What customers pay, and which invoices it settles, at once or later.
    static let payments = Capability(
        handlers: [
            .on(PaymentReceived.self, ReceivableHandlers.received),
            .on(PaymentAllocated.self, LaterAllocations.allocated),
        ],
        questions: [Query(ImportQuestions.payments, ReceivablePreviewQuery.payments)])
}
