import Contracts
import ServiceKit

extension Capability {
    /// Suppliers' invoices that are held back and paid all the same, by two persons.
    static func releases(rates: ExchangeRates, authority: Authority) -> Capability {
        let releases = PayableReleases(rates: rates, authority: authority)
        return Capability(
            handlers: [.on(ReleasePayable.self, releases.release)],
            tasks: [.onDemand(PayableReleases.heldTask, releases.hold)],
            tables: [
                ScopedTable(
                    "payable_release",
                    .through(
                        """
                        exists (
                            select from supplier_invoice s
                            where s.source = t.source and s.invoice_id = t.invoice_id)
                        """))
            ])
    }
}
