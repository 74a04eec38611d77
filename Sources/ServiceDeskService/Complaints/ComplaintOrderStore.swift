import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of complaints that name an order which nobody had sent, and of which somebody has said whose is meant.
enum ComplaintOrderStore {
    /// The complaints that wait for an order; none once it has come.
    static func waiting(for order: OrderKey, _ transaction: borrowing Transaction) throws -> Set<ComplaintKey> {
        let rows = try transaction.query(
            """
            select c.source, c.complaint_id from complaint c
            where c.order_id = \(order.orderId) and coalesce(c.order_of, c.source) = \(order.source)
                and not exists (\(known(order)))
            """, as: (String, String).self)
        return Set(rows.map { ComplaintKey(source: $0.0, complaintId: $0.1) })
    }

    /// Whether an order has come, or was cancelled.
    static func isKnown(_ order: OrderKey, _ transaction: borrowing Transaction) throws -> Bool {
        try transaction.query("select exists (\(known(order)))", as: Bool.self).first ?? false
    }

    private static func known(_ order: OrderKey) -> SQL {
        """
        select from delivery d where d.source = \(order.source) and d.order_id = \(order.orderId)
            and (d.order_revision > 0 or d.cancelled_revision > 0)
        """
    }

    /// Lets complaints, locked, be about the order that another system has under that number.
    static func settle(
        _ complaints: Set<ComplaintKey>, as meant: String, _ transaction: borrowing Transaction
    ) throws {
        let sorted = complaints.sorted()
        try transaction.queue(
            """
            update complaint c set order_of = nullif(\(meant), c.source), order_settled = c.order_settled + 1,
                revision = c.revision + 1
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.complaintId))) as k(source, complaint_id)
            where c.source = k.source and c.complaint_id = k.complaint_id
            """)
    }

    /// Writes down who has said whose order is meant, and of which complaints.
    static func record(
        _ body: SettleComplaintOrder, _ complaints: Set<ComplaintKey>, at time: Timestamp,
        _ transaction: borrowing Transaction
    ) throws {
        let names = complaints.sorted().map { "\($0.source)/\($0.complaintId)" }
        try transaction.queue(
            """
            insert into complaint_order (source, order_id, meant, complaints, reason, settled_by, settled_at)
            values (\(body.source), \(body.orderId), \(body.meant), \(names), \(body.reason), \(body.by),
                \(PostgresValue.timestamp(time.description)))
            """)
    }

    /// What was settled, for whoever asks.
    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "settled",
                """
                select settled_at, source, order_id as number, meant, cardinality(complaints) as complaints,
                    complaints[1] as named_by, settled_by, reason, settlement_id
                from complaint_order
                where order_id = coalesce(\(arguments["number"].postgresBind), order_id)
                    and source = coalesce(\(arguments["source"].postgresBind), source)
                """, transaction)
        ]
    }
}
