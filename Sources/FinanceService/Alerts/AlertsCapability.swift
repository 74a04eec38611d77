import Contracts
import ServiceKit

extension Capability {
    /// What becomes of an alert: who has to look at it, why it came, how it ends, and to whom it goes when nobody looks.
    static func alerts(rates: ExchangeRates, authority: Authority) -> Capability {
        let alerts = AlertLoopHandlers(authority: authority)
        return Capability(
            handlers: [.on(DiagnoseAlert.self, alerts.diagnose), .on(CloseAlert.self, alerts.close)],
            tasks: alerts.tasks,
            questions: AlertQueries(rates: rates).all)
    }
}
