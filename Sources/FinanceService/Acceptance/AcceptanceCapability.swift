import Contracts
import Domain
import ServiceKit

extension Capability {
    /// Whose orders we go on taking: judged every day by what they earn, set and overridden by who may.
    static func acceptance(rates: ExchangeRates, policy: MarginPolicy, authority: Authority) -> Capability {
        let control = AcceptanceControl(authority: authority, rates: rates)
        let acceptance = AcceptanceHandlers(rates: rates, policy: policy)
        return Capability(
            handlers: [.on(SetAcceptance.self, control.set), .on(GrantOverride.self, control.grant)],
            tasks: [.daily("margin.evaluate", acceptance.evaluate)] + control.tasks,
            questions: AcceptanceQueries(rates: rates).all)
    }
}
