import Contracts
import Domain

@testable import FinanceService

/// In the simulation nobody has a limit.
extension ModelTransaction {
    func creditDesk(for customers: Set<String>, at time: Timestamp, _ rates: RateTable) throws -> CreditDesk {
        CreditDesk(withoutLimitsAt: time, rates: rates)
    }

    func addExposures(_ deltas: [OrderCredit.Place: OrderCredit.Delta]) throws {}
}
