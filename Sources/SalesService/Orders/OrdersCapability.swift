import Contracts
import ServiceKit

extension Capability {
    /// What customers order from whom of us, as far as sales watches it.
    static let orders = Capability(
        handlers: OrderStore.accounts.handlers + [
            .on(OrderPlaced.self, OrderHandlers.placed), .on(OrderChanged.self, OrderHandlers.changed),
            .on(OrderCancelled.self, OrderHandlers.cancelled), .on(OrderDecided.self, OrderHandlers.decided),
        ],
        tables: [
            // Beside whom the customer's record names, who looks after it by assignment or handover, or for somebody who left.
            ScopedTable(
                "account",
                .either([
                    OrderStore.accounts.table.scope,
                    .through(
                        """
                        exists (
                            select from ownership w
                            where w.source = t.source and w.code = t.code and w.from_day <= \(ScopedTable.today)
                                and (w.until_day is null or w.until_day >= \(ScopedTable.today))
                                and (w.ground in ('assigned', 'inherited') or w.handed_from is not null
                                    or w.acting_for is not null))
                        """),
                ])),
            ScopedTable(
                "orders",
                .owned(
                    owner: "coalesce(t.sales_owner, \(ScopedTable.ownerOfAccount("t.source", "t.customer_code")))",
                    branch: "t.branch", day: ScopedTable.day(of: "t.placed_at"))),
        ],
        subjects: ActSubjects(OrderStore.accounts.subjects))
}
