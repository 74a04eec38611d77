import Contracts
import Domain
import ServiceKit

extension Capability {
    /// What customers are billed, and the lists that are made of it.
    static func invoices(rates: ExchangeRates, policy: MarginPolicy) -> Capability {
        Capability(
            handlers: [
                .on(InvoiceIssued.self, ReceivableHandlers(billing: Billing(rates: rates, policy: policy)).issued)
            ],
            questions: ReceivableQueries(rates: rates).all,
            tables: [
                // Who looks after the account collects what it owes; who made the deal sees what came of it. An invoice is
                // where the first order is that it names.
                ScopedTable(
                    "receivable",
                    .through(
                        """
                        exists (select from account a where a.source = t.customer_source and a.code = t.customer_code)
                        or exists (
                            select from orders o where o.order_id = t.order_ids[1] and o.source = t.order_source)
                        """)),
                // Sums over everybody; who sees a part reads the invoices.
                ScopedTable("open_item_day", .whole),
            ])
    }
}
