import Contracts
import Domain
import ServiceKit

extension Capability {
    /// How much a customer may owe us, and what is held when it owes more.
    static func credit(rates: ExchangeRates) -> Capability {
        let credit = CreditHandlers(rates: rates)
        return Capability(
            handlers: [
                .on(OrderCompleted.self, CreditHandlers.completed),
                .on(CreditLimitSet.self, credit.limitSet),
                .on(CreditOverrideApproved.self, credit.overrideApproved),
                .on(CustomerGrouped.self, credit.grouped),
                .on(CreditHoldLifted.self, credit.lifted),
            ],
            tasks: CreditReview(rates: rates).tasks, questions: CreditQueries(rates: rates).all,
            tables: [
                ScopedTable("account_exposure", .ofAccount("t.source", "t.customer_code")),
                ScopedTable(
                    "credit_line",
                    .either([
                        .ofAccount("t.customer_source", "t.customer_code"),
                        .through("exists (select from credit_group_member m where m.group_id = t.group_id)"),
                    ])),
                ScopedTable("credit_group_member", .ofAccount("t.source", "t.customer_code")),
                ScopedTable("credit_lift", .ofAccount("t.customer_source", "t.customer_code")),
                ScopedTable("credit_standing", .ofCustomer("t.customer_id")),
            ])
    }
}
