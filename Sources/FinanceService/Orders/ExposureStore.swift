import Domain
import Postgres

/// The SQL of what orders add to the exposure of accounts.
enum ExposureStore {
    /// Marks orders as done, also such that have not come, and moves what they add. Of one that has not come and of which
    /// somebody has said whose is meant, that one is done.
    static func complete(_ keys: Set<OrderKey>, _ transaction: borrowing Transaction) throws {
        let standing = try undone(keys, transaction)
        let unknown = standing.filter { !$0.isKnown }.map(\.key)
        let meant = unknown.isEmpty ? [:] : try SettlementStore.completions(of: unknown, transaction)
        try mark(standing.filter { meant[$0.key] == nil }, transaction)
        if !meant.isEmpty { try mark(try undone(Set(meant.values), transaction), transaction) }
    }

    /// An order that is not marked as done.
    private struct Undone {
        let key: OrderKey
        /// Whether at least its key is there.
        let isThere: Bool
        /// Whether it has come.
        let isKnown: Bool
    }

    private static func undone(_ keys: Set<OrderKey>, _ transaction: borrowing Transaction) throws -> [Undone] {
        let sorted = keys.sorted()
        guard !sorted.isEmpty else { return [] }
        return try transaction.query(
            """
            select k.place - 1, o.source is not null, coalesce(o.customer_code <> '', false)
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) with ordinality as k(source, order_id, place)
            left join orders o using (source, order_id)
            where o.source is null or not o.is_completed order by 1
            """, as: (Int, Bool, Bool).self
        ).map { Undone(key: sorted[$0.0], isThere: $0.1, isKnown: $0.2) }
    }

    private static func mark(_ orders: [Undone], _ transaction: borrowing Transaction) throws {
        let missing = orders.filter { !$0.isThere }.map(\.key)
        let unmarked = orders.filter(\.isThere).map(\.key)
        if !missing.isEmpty {
            // Whoever takes such an order in at the same moment runs into its row, and reads again.
            try transaction.queue(
                """
                insert into orders (source, order_id, version, revision, fingerprint, is_cancelled, customer_code,
                    business_line, branch, placed_at, day, currency, lines, revenue, known_revenue, cost, is_counted,
                    is_provisional, low_raised, negative_raised, content_revision, is_completed)
                select source, order_id, 1, 0, 0, false, '', '', '', 'epoch', 'epoch', 'CNY', '[]', 0, 0, 0, false,
                    false, 0, 0, 0, true
                from unnest(\(missing.map(\.source)), \(missing.map(\.orderId))) as t(source, order_id)
                on conflict do nothing
                """, expecting: .rows(missing.count, "an order"))
        }
        guard !unmarked.isEmpty else { return }
        try transaction.queue(
            """
            with standing as (
                select o.source, o.order_id, o.customer_code, o.currency, o.reserved
                from unnest(\(unmarked.map(\.source)), \(unmarked.map(\.orderId))) as k(source, order_id)
                join orders o using (source, order_id)
                where not o.is_completed order by o.source, o.order_id for update of o
            ), marked as (
                update orders o set is_completed = true, version = o.version + 1
                from standing s where o.source = s.source and o.order_id = s.order_id
            )
            insert into account_exposure as e (source, customer_code, currency, accepted, unbilled)
            select source, customer_code, currency, -sum(reserved), sum(reserved)
            from standing where reserved <> 0 group by source, customer_code, currency order by 1, 2, 3
            on conflict (source, customer_code, currency) do update set
                accepted = e.accepted + excluded.accepted, unbilled = e.unbilled + excluded.unbilled
            """)
    }

    /// Adds what orders add, or no longer add, to the exposure of accounts.
    static func add(_ deltas: [OrderCredit.Place: OrderCredit.Delta], _ transaction: borrowing Transaction) throws {
        let rows = deltas.filter { $0.value != OrderCredit.Delta() }.sorted { $0.key < $1.key }
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into account_exposure as e (source, customer_code, currency, accepted, unbilled)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.code)), \(rows.map(\.key.currency.code)),
                \(rows.map(\.value.accepted)),
                \(rows.map(\.value.unbilled)))
            on conflict (source, customer_code, currency) do update set
                accepted = e.accepted + excluded.accepted, unbilled = e.unbilled + excluded.unbilled
            """)
    }
}
