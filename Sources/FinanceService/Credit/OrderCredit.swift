import Contracts
import Domain
import Postgres
import ServiceKit

/// What orders add to the exposure: the whole of an accepted order until it is invoiced.
///
/// An order that an invoice names counts as invoiced whole: an invoice of several orders does not say how much of it is
/// for which.
enum OrderCredit {
    /// Orders that an invoice names: from now on the invoice counts, not they.
    static func bill(_ keys: [OrderKey], _ transaction: borrowing Transaction) throws {
        try mark(keys, "is_billed", transaction)
    }

    /// Orders that are done: what they come to is unbilled now.
    static func completed(
        _ messages: [Received<OrderCompleted>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try mark(
            messages.map { OrderKey(source: $0.envelope.source, orderId: $0.body.orderId) }, "is_completed",
            transaction)
    }

    /// Marks orders, also such that have not come, and moves what they add.
    private static func mark(_ keys: [OrderKey], _ column: String, _ transaction: borrowing Transaction) throws {
        let sorted = Set(keys).sorted()
        guard !sorted.isEmpty else { return }
        let standing = try transaction.query(
            """
            select k.place - 1, o.source is not null
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) with ordinality as k(source, order_id, place)
            left join orders o using (source, order_id)
            where o.source is null or not o.\(unsafe: column)
            """, as: (Int, Bool).self)
        let missing = standing.filter { !$0.1 }.map { sorted[$0.0] }.sorted()
        let unmarked = standing.filter(\.1).map { sorted[$0.0] }.sorted()
        if !missing.isEmpty {
            // Whoever takes such an order in at the same moment runs into its row, and reads again.
            try transaction.queue(
                """
                insert into orders (source, order_id, version, revision, fingerprint, is_cancelled, customer_code,
                    business_line, branch, placed_at, day, currency, lines, revenue, known_revenue, cost, is_counted,
                    is_provisional, low_raised, negative_raised, content_revision, \(unsafe: column))
                select source, order_id, 1, 0, 0, false, '', '', '', 'epoch', 'epoch', 'CNY', '[]', 0, 0, 0, false,
                    false, 0, 0, 0, true
                from unnest(\(missing.map(\.source)), \(missing.map(\.orderId))) as t(source, order_id)
                on conflict do nothing
                """, expecting: .rows(missing.count, "an order"))
        }
        guard !unmarked.isEmpty else { return }
        let isBilling = column == "is_billed"
        try transaction.queue(
            """
            with standing as (
                select o.source, o.order_id, o.customer_code, o.currency, o.reserved, o.is_completed, o.is_billed,
                    o.branch, o.business_line, o.day
                from unnest(\(unmarked.map(\.source)), \(unmarked.map(\.orderId))) as k(source, order_id)
                join orders o using (source, order_id)
                where not o.\(unsafe: column) order by o.source, o.order_id for update of o
            ), marked as (
                update orders o set \(unsafe: column) = true, version = o.version + 1,
                    reserved = case when \(isBilling) then 0 else o.reserved end
                from standing s where o.source = s.source and o.order_id = s.order_id
            ), viewed as (
                insert into view_order_delta (basis, branch, business_line, day, currency, orders, revenue,
                    known_revenue, cost, reserved)
                select 0, branch, business_line, day, currency, 0, 0, 0, 0, -sum(reserved) from standing
                where reserved <> 0 and \(isBilling) group by branch, business_line, day, currency
            )
            insert into account_exposure as e (source, customer_code, currency, accepted, unbilled)
            select source, customer_code, currency,
                coalesce(-sum(reserved) filter (where not is_completed), 0),
                coalesce(sum(case when \(isBilling) then -reserved else reserved end)
                    filter (where is_completed = \(isBilling)), 0)
            from standing where reserved <> 0 group by source, customer_code, currency order by 1, 2, 3
            on conflict (source, customer_code, currency) do update set
                accepted = e.accepted + excluded.accepted, unbilled = e.unbilled + excluded.unbilled
            """)
    }

    /// Writes the keys of orders that something names before they have come. Whoever takes such an order in at the same
    /// moment runs into its row, and reads again.
    static func foresee(_ keys: Set<OrderKey>, _ transaction: borrowing Transaction) throws {
        guard !keys.isEmpty else { return }
        let sorted = keys.sorted()
        try transaction.queue(
            """
            insert into orders (source, order_id, version, revision, fingerprint, is_cancelled, customer_code,
                business_line, branch, placed_at, day, currency, lines, revenue, known_revenue, cost, is_counted,
                is_provisional, low_raised, negative_raised, content_revision)
            select source, order_id, 1, 0, 0, false, '', '', '', 'epoch', 'epoch', 'CNY', '[]', 0, 0, 0, false, false, 0,
                0, 0
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
            where not exists (
                select from orders o where o.source = k.source and o.order_id = k.order_id)
            on conflict do nothing
            """)
    }

    /// What changes between two states of an order.
    struct Delta: Equatable {
        var accepted = FixedDecimal.zero
        var unbilled = FixedDecimal.zero
    }

    /// An account in a currency.
    struct Place: Hashable, Comparable {
        let source: String
        let code: String
        let currency: Currency

        static func < (first: Place, second: Place) -> Bool {
            (first.source, first.code, first.currency) < (second.source, second.code, second.currency)
        }
    }

    /// What an order that stands like this adds.
    static func reservation(_ row: OrderRow) -> FixedDecimal {
        guard row.isKnown, !row.isCancelled, !row.isBilled, row.decision == .accepted else { return .zero }
        return max(.zero, row.margin.revenue)
    }

    /// Adds what an order adds, or takes it away again.
    static func add(_ row: OrderRow?, _ key: OrderKey, sign: Int, to deltas: inout [Place: Delta]) {
        guard let row, row.reserved != .zero else { return }
        let place = Place(source: key.source, code: row.customerCode, currency: row.currency)
        let amount = sign < 0 ? -row.reserved : row.reserved
        if row.isCompleted {
            deltas[place, default: Delta()].unbilled += amount
        } else {
            deltas[place, default: Delta()].accepted += amount
        }
    }

    /// Writes what has changed.
    static func put(_ deltas: [Place: Delta], _ transaction: borrowing Transaction) throws {
        let rows = deltas.filter { $0.value != Delta() }.sorted { $0.key < $1.key }
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
