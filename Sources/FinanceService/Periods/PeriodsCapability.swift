import Contracts
import ServiceKit

extension Capability {
    /// Which months are closed, and where what comes late is posted.
    static func periods(authority: Authority) -> Capability {
        let periods = PeriodHandlers(authority: authority)
        return Capability(
            handlers: [.on(ClosePeriod.self, periods.close), .on(ReopenPeriod.self, periods.reopen)],
            questions: PeriodQueries.all,
            tables: [
                ScopedTable("closed_month", .open), ScopedTable("period_event", .whole),
                // Where it was posted by, or with the order that it is of.
                ScopedTable(
                    "late_posting",
                    .either([
                        .owned(owner: nil, branch: "t.branch", day: "t.original_day"),
                        .through(
                            """
                            t.kind in ('order', 'cost', 'credit') and exists (
                                select from orders o where o.order_id = t.reference and o.source = t.source)
                            """),
                    ])),
            ])
    }
}
