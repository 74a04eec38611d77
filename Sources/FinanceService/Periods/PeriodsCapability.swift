import Contracts
import ServiceKit

extension Capability {
    /// Which months are closed, and where what comes late is posted.
    static func periods(authority: Authority) -> Capability {
        let periods = PeriodHandlers(authority: authority)
        return Capability(
            handlers: [.on(ClosePeriod.self, periods.close), .on(ReopenPeriod.self, periods.reopen)],
            questions: PeriodQueries.all)
    }
}
