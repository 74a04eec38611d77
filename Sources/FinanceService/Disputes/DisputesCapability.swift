import Contracts
import ServiceKit

extension Capability {
    /// What a customer does not want to pay, until that is settled.
    static let disputes = Capability(
        handlers: [
            .on(InvoiceDisputed.self, DisputeHandlers.opened), .on(DisputeResolved.self, DisputeHandlers.resolved),
        ],
        tables: [
            ScopedTable(
                "dispute",
                .through(
                    """
                    exists (
                        select from receivable r where r.source = t.invoice_source and r.invoice_id = t.invoice_id)
                    """))
        ])
}
