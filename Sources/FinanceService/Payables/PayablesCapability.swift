import Contracts
import ServiceKit

extension Capability {
    /// What suppliers bill us, and what we pay them.
    static func payables(rates: ExchangeRates) -> Capability {
        Capability(
            handlers: [
                .on(SupplierInvoiceReceived.self, PayableHandlers.invoiced),
                .on(SupplierPaymentMade.self, PayableHandlers.paid),
            ],
            questions: PayableQueries.all(rates), tables: payableTables)
    }

    private static let payableTables = [
        // It is compared with the costs of all its orders: one that bills others' orders too would not fit what is seen
        // of them, and is the group's.
        ScopedTable(
            "supplier_invoice",
            .through(
                """
                cardinality(t.order_ids) > 0 and not exists (
                    select from unnest(t.order_ids) as n(order_id)
                    where not exists (
                        select from orders o where o.order_id = n.order_id and o.source = t.order_source))
                """)),
        ScopedTable(
            "supplier_allocation",
            .through(
                """
                exists (
                    select from supplier_invoice s where s.source = t.source and s.invoice_id = t.invoice_id)
                """)),
        ScopedTable("supplier_payment", .whole),
    ]
}
