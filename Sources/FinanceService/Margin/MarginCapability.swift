import Contracts
import Domain
import ServiceKit

extension Capability {
    /// What each order is expected to earn, and earns as its costs come in.
    static func margin(rates: ExchangeRates, policy: MarginPolicy) -> Capability {
        let margin = MarginHandlers(rates: rates, policy: policy)
        return Capability(
            handlers: [
                .on(OrderPlaced.self, margin.placed),
                .on(OrderChanged.self, margin.changed),
                .on(OrderCancelled.self) { messages, transaction, effects in
                    try margin.cancelled(messages, transaction, &effects)
                    // What is cancelled is owed no more, and may have held its customer.
                    try CreditReview.ask(
                        of: OrderStore.customers(
                            of: Set(messages.map { OrderKey(source: $0.envelope.source, orderId: $0.body.orderId) }),
                            transaction), transaction, &effects)
                },
                .on(CostRecorded.self, margin.costRecorded),
            ],
            questions: MarginQueries.all,
            tables: [
                ScopedTable(
                    "orders",
                    .owned(
                        owner: "coalesce(t.sales_owner, \(ScopedTable.ownerOfAccount("t.source", "t.customer_code")))",
                        branch: "t.branch", day: "t.day")),
                ScopedTable(
                    "cost",
                    .through(
                        "exists (select from orders o where o.order_id = t.order_id and o.source = t.order_source)")),
                // An account's days hold deals of several people and branches, and tell them apart by neither.
                ScopedTable("account_line_day", .whole),
            ])
    }
}
