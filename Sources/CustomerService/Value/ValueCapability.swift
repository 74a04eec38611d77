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
            ],
            tables: [
                ScopedTable(
                    "value_order",
                    .owned(
                        owner: """
                            coalesce(t.sales_owner, (select \(OwnerStore.owner("a")) from account a
                                where a.source = t.source and a.code = t.customer_code))
                            """,
                        branch: "t.branch", day: "t.day")),
                ScopedTable("value_contact", .ofAccount("t.source", "t.customer_code")),
                ScopedTable("value_invoice", .ofAccount("t.source", "t.customer_code")),
                ScopedTable("value_credit", .ofCustomer("t.customer_id")),
                ScopedTable("value_strategic", .ofCustomer("t.customer_id")),
                ScopedTable("value_state", .ofCustomer("t.customer_id")),
                // What is learnt of all names nobody.
                ScopedTable("value_model", .open),
                ScopedTable("value_cost", .hidden), ScopedTable("value_dirty", .hidden),
                ScopedTable("value_home", .hidden),
            ])
    }
}
