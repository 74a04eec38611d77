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
            questions: ReceivableQueries(rates: rates).all)
    }
}
