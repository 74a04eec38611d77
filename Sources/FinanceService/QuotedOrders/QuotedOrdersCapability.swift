import Contracts
import ServiceKit

extension Capability {
    /// What orders have come to in the end that named the quotes by which they were placed.
    static func quotedOrders(rates: ExchangeRates) -> Capability {
        Capability(
            handlers: [], tasks: QuotedOrderHandlers(rates: rates).tasks,
            tables: [
                ScopedTable(
                    "quoted_order",
                    .through("exists (select from orders o where o.source = t.source and o.order_id = t.order_id)"))
            ])
    }
}
