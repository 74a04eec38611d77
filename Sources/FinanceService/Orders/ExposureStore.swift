import Domain
import Postgres

/// The SQL of what orders add to the exposure of accounts.
enum ExposureStore {
    /// Marks orders as done, also such that have not come, and moves what they add.
    static func complete(_ keys: Set<OrderKey>, _ transaction: borrowing Transaction) throws {
        let sorted = keys.sorted()
        guard !sorted.isEmpty else { return }
        let standing = try transaction.query(
            """
            select k.place - 1, o.source is not null
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) with ordinality as k(source, order_id, place)
            left join orders o using (source, order_id)
            where o.source is null or not o.is_completed
            """, as: (Int, Bool).self)
        let missing = standing.filter { !$0.1 }.map { sorted[$0.0] }.sorted()
        let unmarked = standing.filter(\.1).map { sorted[$0.0] }.sorted()
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
