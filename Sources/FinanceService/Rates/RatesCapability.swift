import Contracts
import ServiceKit

extension Capability {
    /// What currencies are worth: the file's rates, and those loaded while the service runs.
    static func rates(_ rates: ExchangeRates, policy: MarginPolicy, authority: Authority) -> Capability {
        let handlers = RateHandlers(rates: rates, policy: policy, authority: authority)
        return Capability(
            handlers: [.on(LoadRates.self, handlers.load)], tasks: [handlers.task],
            questions: RateQueries(rates: rates).all,
            tables: [ScopedTable("exchange_rate", .open), ScopedTable("exchange_rate_load", .open)])
    }
}
