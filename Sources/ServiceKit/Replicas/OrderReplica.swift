package import Contracts
import Domain
package import Postgres

/// How orders stand, as what was said of them goes into a service's own table: what names an order (source, order_id), the
/// revision of its content and the highest that was cancelled, both 0 until there is one. ``OrderStanding`` says what the
/// two numbers mean; what else a service keeps of an order stands beside them.
package struct OrderReplica: Sendable {
    private let table: String
    private let content: String
    private let cancelled: String

    /// - Parameters:
    ///   - table: the table's name.
    ///   - content: its column of the content's revision, an `integer`.
    ///   - cancelled: its column of the highest revision that was cancelled, an `integer`.
    package init(_ table: String, content: String = "revision", cancelled: String = "cancelled_revision") {
        self.table = table
        self.content = content
        self.cancelled = cancelled
    }

    /// Writes cancellations down, of orders that have not come as well; the highest revision counts. Queued: it runs
    /// before whatever is asked next.
    package func cancel(
        _ messages: [Received<OrderCancelled>], _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        try transaction.queue(
            """
            insert into \(unsafe: table) as o (source, order_id, \(unsafe: cancelled))
            select source, order_id, max(revision)
            from unnest(
                \(messages.map(\.envelope.source)), \(messages.map(\.body.orderId)),
                \(messages.map { Int32($0.body.revision) })) as t(source, order_id, revision)
            group by source, order_id order by source, order_id
            on conflict (source, order_id) do update set \(unsafe: cancelled) = excluded.\(unsafe: cancelled)
            where excluded.\(unsafe: cancelled) > o.\(unsafe: cancelled)
            """)
    }

    /// The condition that an order has come and is not cancelled.
    ///
    /// - Parameter row: what the statement calls the row.
    package func counts(_ row: String) -> SQL {
        "\(unsafe: row).\(unsafe: content) > \(unsafe: row).\(unsafe: cancelled)"
    }

    /// The step of a schema that makes the table with what every order has; the service adds the rest by a step of its own.
    /// For a service that has no such table: one that has keeps its own.
    ///
    /// - Parameter number: its place among the service's migrations.
    package func migration(_ number: Int) -> Migration {
        Migration(
            number: number, name: table,
            sql: """
                create table \(table) (
                    source text not null,
                    order_id text not null,
                    \(content) integer not null default 0,
                    \(cancelled) integer not null default 0,
                    primary key (source, order_id)
                );
                """)
    }
}
