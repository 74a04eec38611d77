import Contracts
import Domain
import Postgres

/// The SQL of orders that have named quotes.
enum QuotedOrderStore {
    /// Keeps which quotes orders name, the last one of each.
    static func put(_ quoted: [QuotedOrder], _ transaction: borrowing Transaction) throws {
        let latest = Dictionary(quoted.map { ($0.order, $0) }) { _, last in last }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        try transaction.queue(
            """
            insert into quoted_order (source, order_id, quote_id, placed_on)
            select * from unnest(
                \(rows.map(\.order.source)), \(rows.map(\.order.orderId)), \(rows.map(\.quoteId)),
                \(rows.map(\.placedOn)))
            on conflict (source, order_id) do update set
                quote_id = excluded.quote_id, placed_on = excluded.placed_on
            """)
    }

    /// Orders that were placed on some days, with the quote and the mark of what was told of each, in the order of their keys.
    ///
    /// - Parameters:
    ///   - days: when they were placed.
    ///   - key: the last one before them.
    ///   - limit: how many at most.
    static func orders(
        of days: ClosedRange<CalendarDay>, after key: OrderKey?, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [(order: OrderKey, quoteId: String, told: Int64?)] {
        try transaction.query(
            """
            select q.source, q.order_id, q.quote_id, q.told from quoted_order q
            where q.placed_on between \(days.lowerBound) and \(days.upperBound)
                and (q.source, q.order_id) > (\(key?.source ?? ""), \(key?.orderId ?? ""))
            order by q.source, q.order_id limit \(Int32(limit))
            """, as: (String, String, String, Int64?).self
        ).map { (OrderKey(source: $0.0, orderId: $0.1), $0.2, $0.3) }
    }

    /// Keeps as what margins were told.
    static func tell(
        _ told: [(order: OrderKey, mark: Int64)], at time: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        guard !told.isEmpty else { return }
        try transaction.queue(
            """
            update quoted_order q set told = t.mark, told_at = \(time)
            from unnest(\(told.map(\.order.source)), \(told.map(\.order.orderId)), \(told.map(\.mark)))
                as t(source, order_id, mark)
            where q.source = t.source and q.order_id = t.order_id
            """)
    }
}
