import Domain
import ServiceKit

extension Capability {
    /// What invoices take over of orders, and what credit notes take from what these earn.
    static func billing(rates: ExchangeRates, policy: MarginPolicy) -> Capability {
        Capability(
            tasks: Billing(rates: rates, policy: policy).tasks,
            tables: [ScopedTable("waiting_bill", .ofAccount("t.customer_source", "t.customer_code"))])
    }
}
