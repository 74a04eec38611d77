import Contracts
import ServiceKit

extension Capability {
    /// What documents name and what has not come, and whose number it is by somebody's word.
    static func references(rates: ExchangeRates, policy: MarginPolicy, authority: Authority) -> Capability {
        let settlements = SettlementHandlers(rates: rates, policy: policy, authority: authority)
        let payments = PaymentSettlements(authority: authority)
        return Capability(
            handlers: [
                .on(SettleReference.self, settlements.settle), .on(SettlePaymentReference.self, payments.settle),
            ],
            questions: ReferenceQueries.all,
            figures: ReferenceQueries.figures, tables: [ScopedTable("reference_settlement", .whole)])
    }
}
