import Domain
import ServiceKit

extension Capability {
    /// What was earned where, and why it is more or less than before.
    static func profit(rates: ExchangeRates) -> Capability {
        Capability(questions: ProfitQueries(rates: rates).all)
    }
}
