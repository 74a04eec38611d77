import Contracts
import ServiceKit

extension Capability {
    /// What a customer has promised to pay, and until when.
    static let promises = Capability(
        handlers: [.on(PaymentPromised.self, PromiseHandlers.promised)],
        tasks: PromiseHandlers.tasks,
        tables: [
            ScopedTable(
                "payment_promise",
                .through(
                    """
                    exists (
                        select from receivable r where r.source = t.invoice_source and r.invoice_id = t.invoice_id)
                    """))
        ])
}
