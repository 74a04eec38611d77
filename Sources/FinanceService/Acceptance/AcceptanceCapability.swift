import Contracts
import Domain
import ServiceKit

extension Capability {
    /// Whose orders we go on taking: judged every day by what they earn, set and overridden by who may.
    static func acceptance(rates: ExchangeRates, policy: MarginPolicy, authority: Authority) -> Capability {
        let control = AcceptanceControl(authority: authority, rates: rates)
        let acceptance = AcceptanceHandlers(rates: rates, policy: policy)
        // It holds for whoever the customer is now, and names the customer as it was called then, which is one of its accounts.
        let decided = ScopedTable.Scope.either([
            .ofCustomer("t.customer_id"), .through("exists (select from account a where a.own_id = t.customer_id)"),
        ])
        return Capability(
            handlers: [.on(SetAcceptance.self, control.set), .on(GrantOverride.self, control.grant)],
            tasks: [.daily("margin.evaluate", acceptance.evaluate)] + control.tasks,
            questions: AcceptanceQueries(rates: rates).all,
            tables: [
                ScopedTable("standing", .ofCustomer("t.customer_id")), ScopedTable("acceptance_setting", decided),
                ScopedTable("acceptance_override", decided),
            ])
    }
}
