import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what is kept of orders.
enum OrderReplicaStore {
    /// Lets nobody else change some orders until the transaction ends, and reads how those stand that are there.
    static func lock(_ keys: [OrderKey], _ transaction: borrowing Transaction) throws -> [OrderKey: GraphOrder] {
        let rows = try transaction.query(
            """
            select o.source, o.order_id, o.revision, o.cancelled_revision, o.code, o.business_line, o.currency,
                o.revenue, o.placed_at, o.consignee, o.payer, array_to_string(o.suppliers, chr(1)) as suppliers
            from unnest(\(keys.map(\.source)), \(keys.map(\.orderId))) as k(source, order_id)
            join order_replica o using (source, order_id)
            order by o.source, o.order_id for update of o
            """, as: StoredOrder.self)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.key, $0.order) })
    }

    /// An order as it stands in the table.
    private struct StoredOrder: PostgresRow {
        let key: OrderKey
        let order: GraphOrder

        init(row: inout RowReader) throws(PostgresError) {
            key = OrderKey(source: try row("source"), orderId: try row("order_id"))
            let standing = OrderStanding(
                contentRevision: try row("revision"), cancelledRevision: try row("cancelled_revision"))
            var content: OrderContent?
            if let code = try row("code", as: String?.self), let line = try row("business_line", as: String?.self),
                let currency = try row("currency", as: String?.self),
                let revenue = try row("revenue", as: FixedDecimal?.self),
                let placedAt = try row("placed_at", as: Timestamp?.self)
            {
                content = OrderContent(
                    code: code, businessLine: line, currency: currency, revenue: revenue, placedAt: placedAt,
                    consignee: try row("consignee"), payer: try row("payer"),
                    suppliers: try row("suppliers", as: String.self).split(separator: "\u{1}").map(String.init))
            }
            order = GraphOrder(standing: standing, content: content)
        }
    }

    /// Writes orders as they stand now.
    ///
    /// - Parameters:
    ///   - orders: by their keys, in that order.
    ///   - known: those that were there and are locked.
    static func put(
        _ orders: [(key: OrderKey, value: GraphOrder)], known: [OrderKey: GraphOrder],
        _ transaction: borrowing Transaction
    ) throws {
        let (old, new) = (orders.filter { known[$0.key] != nil }, orders.filter { known[$0.key] == nil })
        if !new.isEmpty {
            try transaction.queue(
                """
                insert into order_replica (source, order_id, revision, cancelled_revision, code, business_line, currency,
                    revenue, placed_at, consignee, payer, suppliers)
                \(columns(of: new))
                """, expecting: .newRows("an order"))
        }
        if !old.isEmpty {
            try transaction.queue(
                """
                update order_replica o set revision = t.revision, cancelled_revision = t.cancelled, code = t.code,
                    business_line = t.line, currency = t.currency, revenue = t.revenue, placed_at = t.placed,
                    consignee = t.consignee, payer = t.payer, suppliers = t.suppliers
                from (\(columns(of: old))) t where o.source = t.source and o.order_id = t.order_id
                """)
        }
    }

    private static func columns(of orders: [(key: OrderKey, value: GraphOrder)]) -> SQL {
        let contents = orders.map(\.value.content)
        return """
            select source, order_id, revision, cancelled, code, line, currency, revenue, placed, consignee, payer,
                string_to_array(suppliers, chr(1)) as suppliers
            from unnest(
                \(orders.map(\.key.source)), \(orders.map(\.key.orderId)),
                \(orders.map { Int32($0.value.standing.contentRevision) }),
                \(orders.map { Int32($0.value.standing.cancelledRevision) }), \(contents.map { $0?.code }),
                \(contents.map { $0?.businessLine }), \(contents.map { $0?.currency }),
                \(contents.map { $0?.revenue }),
                \(PostgresValue.timestamps(contents.map { $0?.placedAt.description })),
                \(contents.map { $0?.consignee }), \(contents.map { $0?.payer }),
                \(contents.map { ($0?.suppliers ?? []).joined(separator: "\u{1}") }))
                as t(source, order_id, revision, cancelled, code, line, currency, revenue, placed, consignee, payer,
                    suppliers)
            """
    }

    private struct Month: Hashable {
        let source: String
        let code: String
        let month: String
        let currency: String
    }

    /// Adds to the months what orders that changed brought, and takes away what they brought before.
    static func count(
        _ orders: [(source: String, before: OrderContent?, after: OrderContent?)], _ transaction: borrowing Transaction
    ) throws {
        var deltas: [Month: (orders: Int, revenue: FixedDecimal)] = [:]
        func add(_ order: OrderContent, _ source: String, _ sign: Int) {
            let month = Month(
                source: source, code: order.code, month: "\(order.placedAt.day())".prefix(8) + "01",
                currency: order.currency)
            deltas[month, default: (0, .zero)].orders += sign
            deltas[month, default: (0, .zero)].revenue =
                (deltas[month]?.revenue ?? .zero) + (sign > 0 ? order.revenue : -order.revenue)
        }
        for order in orders where order.before != order.after {
            if let before = order.before { add(before, order.source, -1) }
            if let after = order.after { add(after, order.source, 1) }
        }
        let sorted = deltas.filter { $0.value.orders != 0 || $0.value.revenue != .zero }.sorted {
            ($0.key.source, $0.key.code, $0.key.month, $0.key.currency)
                < ($1.key.source, $1.key.code, $1.key.month, $1.key.currency)
        }
        guard !sorted.isEmpty else { return }
        try transaction.queue(
            """
            insert into account_month (source, code, month, currency, orders, revenue)
            select * from unnest(
                \(sorted.map(\.key.source)), \(sorted.map(\.key.code)),
                \(PostgresValue.dates(sorted.map(\.key.month))), \(sorted.map(\.key.currency)),
                \(sorted.map(\.value.orders)), \(sorted.map(\.value.revenue)))
            on conflict (source, code, month, currency) do update set
                orders = account_month.orders + excluded.orders, revenue = account_month.revenue + excluded.revenue
            """)
    }
}
