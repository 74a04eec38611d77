import Domain
import ServiceKit

extension Capability {
    /// The figures of the whole group at a glance, and what lies behind each.
    static func view(rates: ExchangeRates, organisation: Organisation) -> Capability {
        Capability(
            tasks: [ViewStore.task], questions: ViewQueries(rates: rates, organisation: organisation).all,
            tables: [
                ScopedTable("view_order_day", .owned(owner: nil, branch: "t.branch", day: "t.day")),
                ScopedTable("view_order_delta", .owned(owner: nil, branch: "t.branch", day: "t.day")),
                // What is owed goes with the branch as it is organised now: a balance has no day of its own, and sums of
                // years lie on both sides of any.
                ScopedTable("view_sum", .owned(owner: nil, branch: "t.branch", day: nil)),
                ScopedTable("view_entry", .owned(owner: nil, branch: "t.branch", day: nil)),
                // It says neither whose a document is nor where: who sees a part sees what is folded.
                ScopedTable("view_mark", .whole),
            ])
    }
}
