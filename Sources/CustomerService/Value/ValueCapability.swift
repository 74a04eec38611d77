import Domain
import Postgres
import ServiceKit

extension Capability {
    /// What a customer is worth and is likely to be worth, and what drives it.
    static func value(rates: RateTable, organisation: Organisation, market: MarketEstimates) -> Capability {
        Capability(
            handlers: ValueHandlers(rates: rates, organisation: organisation).all,
            tasks: ValueTasks(organisation: organisation).all, questions: DriverQueries(market: market).all,
            figures: [
                .init(
                    "orders_without_rate", "Orders whose currency has no rate in CNY: their amounts are left out.",
                    label: "currency", { try ValueFactStore.withoutRate("value_order", $0) }),
                .init(
                    "invoices_without_rate", "Invoices whose currency has no rate in CNY: their amounts are left out.",
                    label: "currency", { try ValueFactStore.withoutRate("value_invoice", $0) }),
            ])
    }
}
