import Contracts
import Domain
import ServiceKit

extension Capability {
    /// What persons decide of single orders that wait for approval.
    static func approvals(rates: ExchangeRates, policy: MarginPolicy, authority: Authority) -> Capability {
        let approvals = OrderApprovals(authority: authority, rates: rates, policy: policy)
        return Capability(
            handlers: [.on(DecideOrder.self, approvals.decide)],
            questions: ApprovalQueries(authority: authority, rates: rates).all, figures: ApprovalQueries.figures)
    }
}
