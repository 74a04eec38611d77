import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of orders that were told as done, which nobody had sent, and of which somebody has said whose are meant.
enum SettledOrderStore {
    /// Whose orders are meant by those of some keys that have not come themselves. Until the transaction ends nobody says more.
    static func meant(
        by orders: [OrderKey], _ transaction: borrowing Transaction
    ) throws -> [OrderKey: OrderKey] {
        try transaction.queue("lock table settled_order in row exclusive mode")
        let rows = try transaction.query(
            """
            select s.source, s.order_id, s.meant
            from (select distinct * from unnest(\(orders.map(\.source)), \(orders.map(\.orderId)))
                as t(source, order_id)) k
            join settled_order s using (source, order_id)
            where not exists (
                select from delivery d
                where d.source = s.source and d.order_id = s.order_id and d.order_revision > 0)
            """, as: (String, String, String).self)
        return Dictionary(
            rows.map { (OrderKey(source: $0.0, orderId: $0.1), OrderKey(source: $0.2, orderId: $0.1)) }
        ) { first, _ in first }
    }

    /// Keeps whose order is meant, and takes what was told of its delivery over to it.
    ///
    /// Whoever has looked for it meanwhile ends first, and whoever looks from now on waits: otherwise a completion that comes
    /// at the same moment would be joined by neither. Who only reads, such as a backup, is not waited for.
    static func settle(_ order: OrderKey, as meant: String, _ transaction: borrowing Transaction) throws {
        try transaction.queue("lock table settled_order in share row exclusive mode")
        try transaction.queue(
            """
            insert into settled_order (source, order_id, meant)
            values (\(order.source), \(order.orderId), \(meant))
            on conflict (source, order_id) do update set meant = excluded.meant
            """)
        try transaction.queue(
            """
            with told as (
                delete from delivery d
                where d.source = \(order.source) and d.order_id = \(order.orderId) and d.order_revision = 0
                    and d.cancelled_revision = 0 and d.done_revision > 0
                returning d.done_revision, d.completed_at, d.on_time, d.damaged, d.quantity_delivered
            )
            insert into delivery (source, order_id, done_revision, completed_at, on_time, damaged, quantity_delivered)
            select \(meant), \(order.orderId), done_revision, completed_at, on_time, damaged, quantity_delivered from told
            on conflict (source, order_id) do update set
                done_revision = excluded.done_revision, completed_at = excluded.completed_at,
                on_time = excluded.on_time, damaged = excluded.damaged,
                quantity_delivered = excluded.quantity_delivered
            where excluded.done_revision > delivery.done_revision
            """)
    }
}
