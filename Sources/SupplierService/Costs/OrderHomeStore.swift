import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of whose orders are, and where: by it is told who sees what they cost.
enum OrderHomeStore {
    /// Who looks after accounts, for orders that name nobody.
    static let accounts = AccountReplica(keeping: [.branch, .salesOwner])

    /// Who sees an order's home: its seller, or whoever looks after the account, and its branch as that was on its day.
    static let table = ScopedTable(
        "order_home",
        .owned(
            owner: "coalesce(t.sales_owner, \(ScopedTable.ownerOfAccount("t.source", "t.customer_code")))",
            branch: "t.branch", day: "t.day"))

    /// Rows that are seen when an order is.
    ///
    /// - Parameters:
    ///   - source: the order's source, an expression over the row.
    ///   - order: its number.
    static func isSeen(_ source: String, _ order: String) -> ScopedTable.Scope {
        .through("exists (select from order_home h where h.source = \(source) and h.order_id = \(order))")
    }

    /// Keeps whose some orders are; of several revisions the last. Queued.
    static func put(_ orders: [(source: String, order: Order)], _ transaction: borrowing Transaction) throws {
        let latest = orders.onePerKey {
            OrderKey(source: $0.source, orderId: $0.order.orderId)
        } replaces: {
            $0.order.revision > $1.order.revision
        }
        guard !latest.isEmpty else { return }
        try transaction.queue(
            """
            insert into order_home (source, order_id, revision, customer_code, sales_owner, branch, day)
            select * from unnest(
                \(latest.map(\.key.source)), \(latest.map(\.key.orderId)),
                \(latest.map { Int32($0.value.order.revision) }), \(latest.map(\.value.order.customer.code)),
                \(latest.map(\.value.order.salesOwner)), \(latest.map(\.value.order.branch)),
                \(latest.map { $0.value.order.placedAt.day() }))
            on conflict (source, order_id) do update set
                revision = excluded.revision, customer_code = excluded.customer_code,
                sales_owner = excluded.sales_owner, branch = excluded.branch, day = excluded.day
            where excluded.revision > order_home.revision
            """)
    }
}
