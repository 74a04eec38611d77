import Domain
import ServiceKit

extension Capability {
    /// The figures of the whole group at a glance, and what lies behind each.
    static func view(rates: ExchangeRates, organisation: Organisation) -> Capability {
        Capability(tasks: [ViewStore.task], questions: ViewQueries(rates: rates, organisation: organisation).all)
    }
}
