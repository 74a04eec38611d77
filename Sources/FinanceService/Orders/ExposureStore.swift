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
        let own = standing.filter { meant[$0.key] == nil }
        // All that are there are locked before any is written: everybody locks orders in that order.
        let others = try undone(Set(meant.values).subtracting(own.map(\.key)), transaction)
        try mark((own + others).sorted { $0.key < $1.key }, transaction)
    }

    /// An order that is not marked as done.
    private struct Undone {
        let key: OrderKey
        /// Whether at least its key is there.
        let isThere: Bool
        /// Whether it has come.
        let isKnown: Bool
    }

    /// Those of some orders that are not marked; all that are there are locked.
    private static func undone(_ keys: Set<OrderKey>, _ transaction: borrowing Transaction) throws -> [Undone] {
        let sorted = keys.sorted()
        guard !sorted.isEmpty else { return [] }
        let rows = try transaction.query(
            """
            select k.place - 1, o.is_completed, o.customer_code <> ''
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) with ordinality as k(source, order_id, place)
            join orders o using (source, order_id)
            order by o.source, o.order_id for update of o
            """, as: (Int, Bool, Bool).self)
        let found = Dictionary(rows.map { ($0.0, (isDone: $0.1, isKnown: $0.2)) }) { first, _ in first }
        return sorted.enumerated().compactMap { place, key in
            guard let order = found[place] else { return Undone(key: key, isThere: false, isKnown: false) }
            return order.isDone ? nil : Undone(key: key, isThere: true, isKnown: order.isKnown)
        }
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

    /// Locks the exposures of some accounts, of those whose some orders are and of those who owe some invoices, in one order:
    /// for what adds to them in several steps.
    static func lock(
        _ accounts: [(account: LedgerKey, currency: Currency)], orders: Set<OrderKey> = [],
        invoices: Set<LedgerKey> = [], _ transaction: borrowing Transaction
    ) throws {
        guard !accounts.isEmpty || !orders.isEmpty || !invoices.isEmpty else { return }
        let (orders, invoices) = (orders.sorted(), invoices.sorted())
        try transaction.queue(
            """
            select count(*) from (
                select 1 from account_exposure e
                where (e.source, e.customer_code, e.currency) in (
                    select * from unnest(
                        \(accounts.map(\.account.source)), \(accounts.map(\.account.identifier)),
                        \(accounts.map(\.currency.code)))
                    union
                    select o.source, o.customer_code, o.currency
                    from unnest(\(orders.map(\.source)), \(orders.map(\.orderId))) as k(source, order_id)
                    join orders o using (source, order_id)
                    union
                    select r.customer_source, r.customer_code, r.currency
                    from unnest(\(invoices.map(\.source)), \(invoices.map(\.identifier))) as k(source, invoice_id)
                    join receivable r using (source, invoice_id)
                )
                order by e.source, e.customer_code, e.currency for update of e
            ) locked
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
