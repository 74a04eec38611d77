import Contracts
import ServiceKit

extension Capability {
    /// What customers pay, and which invoices it settles, at once or later.
    static let payments = Capability(
        handlers: [
            .on(PaymentReceived.self, ReceivableHandlers.received),
            .on(PaymentAllocated.self, LaterAllocations.allocated),
        ],
        questions: [Query(ImportQuestions.payments, ReceivablePreviewQuery.payments)],
        tables: [
            ScopedTable("customer_payment", .ofAccount("t.customer_source", "t.customer_code")),
            // What is applied to an invoice that is seen, and all that a payment that is seen was used for.
            ScopedTable(
                "payment_allocation",
                .through(
                    """
                    exists (select from receivable r where r.source = t.source and r.invoice_id = t.invoice_id)
                    or exists (
                        select from customer_payment p where p.source = t.document_source
                            and p.payment_id = t.payment_id and p.kind = t.kind)
                    """)),
            ScopedTable("payment_set_aside", .ofAccount("t.source", "t.customer_code")),
            ScopedTable(
                "later_allocation",
                .through(
                    """
                    exists (
                        select from customer_payment p
                        where p.source = t.payment_source and p.payment_id = t.payment_id)
                    """)),
        ])
}
