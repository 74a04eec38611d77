import Contracts
import ServiceKit

extension Capability {
    /// What becomes of an alert: who has to look at it, why it came, how it ends, and to whom it goes when nobody looks.
    static func alerts(rates: ExchangeRates, authority: Authority) -> Capability {
        let alerts = AlertLoopHandlers(authority: authority)
        return Capability(
            handlers: [.on(DiagnoseAlert.self, alerts.diagnose), .on(CloseAlert.self, alerts.close)],
            tasks: alerts.tasks,
            questions: AlertQueries(rates: rates).all,
            tables: [
                // Of whose deal it is, where it was made, and of whom it went to when nobody looked.
                ScopedTable(
                    "alert",
                    .either([
                        .owned(
                            owner: "t.sales_owner", branch: "t.branch", day: ScopedTable.day(of: "t.raised_at")),
                        .owned(owner: "t.escalated_to", branch: nil, day: nil),
                    ]))
            ])
    }
}
