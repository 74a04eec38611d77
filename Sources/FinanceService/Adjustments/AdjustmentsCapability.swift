import Contracts
import Domain
import ServiceKit

extension Capability {
    /// What makes a debt smaller without money: credit notes, and write-offs that two persons decide.
    static func adjustments(rates: ExchangeRates, policy: MarginPolicy) -> Capability {
        let credit = AdjustmentHandlers(billing: Billing(rates: rates, policy: policy), rates: rates)
        return Capability(
            handlers: [
                .on(CreditNoteIssued.self, credit.credited),
                .on(WriteOffProposed.self, AdjustmentHandlers.proposed),
                .on(WriteOffApproved.self, credit.approved),
            ],
            tables: [
                ScopedTable(
                    "receivable_adjustment",
                    .through(
                        """
                        exists (
                            select from receivable r
                            where r.source = t.invoice_source and r.invoice_id = t.invoice_id)
                        or exists (
                            select from account a
                            where a.source = coalesce(t.customer_of, t.source) and a.code = t.customer_code)
                        """))
            ])
    }
}
