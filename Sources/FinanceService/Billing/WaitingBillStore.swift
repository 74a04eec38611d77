import Domain
import Postgres
import ServiceKit

/// The SQL of bills that wait for the orders they name.
enum WaitingBillStore {
    /// Notes which bills wait for some orders, in place of what was noted of these.
    ///
    /// - Parameters:
    ///   - keys: orders, locked by whoever bills them.
    ///   - unknown: those of them that have not come.
    static func note(
        _ keys: Set<OrderKey>, unknown: Set<OrderKey>, _ transaction: borrowing Transaction
    ) throws {
        guard !keys.isEmpty else { return }
        let sorted = keys.sorted()
        try transaction.queue(
            """
            delete from waiting_bill b using unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
            where b.order_id = k.order_id and b.order_source = k.source
            """)
        let waited = unknown.sorted()
        guard !waited.isEmpty else { return }
        try transaction.queue(
            """
            insert into waiting_bill (order_source, order_id, source, invoice_id, customer_source, customer_code)
            select k.source, k.order_id, r.source, r.invoice_id, r.customer_source, r.customer_code
            from unnest(\(waited.map(\.source)), \(waited.map(\.orderId))) as k(source, order_id)
            join receivable r on r.order_source = k.source and r.order_ids @> array[k.order_id] and r.amount is not null
            where r.order_of is null order by k.order_id, k.source, r.source, r.invoice_id
            on conflict do nothing
            """)
    }

    /// What waits, with the party that it is for. Whoever is told since of an order or whose it is waits no more, whatever is
    /// noted. An order that has not come is nobody's, so that who sees a part would not find it: it is asked whether it has come.
    ///
    /// Few bills wait, and there are many invoices: each is looked up by its key, whatever the server believes of their number.
    private static let bills: SQL = """
        select b.order_source, b.order_id, r.source, r.invoice_id, b.customer_source, b.customer_code, d.customer_id, r.currency,
            trunc(r.amount / cardinality(r.order_ids), 4) as amount
        from waiting_bill b
        cross join lateral (
            select i.source, i.invoice_id, i.currency, i.amount, i.order_ids, i.order_source, i.order_of
            from receivable i where i.source = b.source and i.invoice_id = b.invoice_id offset 0
        ) r
        join account d on d.source = b.customer_source and d.code = b.customer_code
        where r.order_source = b.order_source and r.order_of is null and r.amount is not null and not exists (
            select from orders w
            where w.source = b.order_source and w.order_id = b.order_id and (w.customer_code <> '' or w.is_cancelled))
        """

    /// The orders of that number that other systems of the same party have placed, as far as they hold anything.
    private static let orders: SQL = """
        select o.source, o.customer_code, o.currency, o.reserved
        from orders o join account a on a.source = o.source and a.code = o.customer_code
        where o.order_id = b.order_id and o.source <> b.order_source and o.customer_code <> '' and o.reserved > 0
            and a.customer_id = b.customer_id
        """

    /// Asks what waits for orders of some customers and groups.
    ///
    /// - Returns: what reads the answer.
    static func ask(
        of subjects: Set<CreditSubject>, _ transaction: borrowing Transaction
    ) throws -> () throws -> [CreditSubject: [WaitingBill]] {
        let sorted = subjects.sorted()
        let answer = try transaction.ask(
            """
            select k.place - 1 as place, b.order_source, b.order_id, b.customer_id, b.source, b.invoice_id, b.amount,
                b.currency, o.source as held_source, o.reserved, o.currency as held_currency
            from unnest(\(sorted.map(\.kind.rawValue)), \(sorted.map(\.identifier)))
                with ordinality as k(kind, identifier, place)
            cross join lateral (
                select a.source, a.code from account a where k.kind = 'customer' and a.customer_id = k.identifier
                union
                select g.source, g.customer_code from credit_group_member g
                where k.kind = 'group' and g.group_id = k.identifier
            ) m
            join (\(bills)) b on b.customer_source = m.source and b.customer_code = m.code
            left join lateral (\(orders)) o on true
            """, as: BillOfSubject.self)
        return {
            var found: [CreditSubject: [WaitingBill]] = [:]
            for row in try answer.rows() { found[sorted[row.place], default: []].append(row.bill) }
            return found
        }
    }

    /// A bill of one of those asked for, with one of the orders of its number.
    private struct BillOfSubject: PostgresRow {
        let place: Int
        let bill: WaitingBill

        init(row: inout RowReader) throws(PostgresError) {
            place = try row("place")
            let source = try row("held_source", as: String?.self)
            let reserved = try row("reserved", as: FixedDecimal?.self)
            let currency = try row("held_currency", as: Currency?.self)
            var order: WaitingBill.Held?
            if let source, let reserved, let currency {
                order = WaitingBill.Held(source: source, amount: Money(reserved, currency))
            }
            bill = WaitingBill(
                named: OrderKey(source: try row("order_source"), orderId: try row("order_id")),
                customerId: try row("customer_id"),
                invoice: LedgerKey(source: try row("source"), identifier: try row("invoice_id")),
                amount: Money(try row("amount"), try row("currency")), order: order)
        }
    }

    /// What of orders is billed already by bills that wait: (source, order_id, customer_code, currency, amount). By the rule of
    /// ``WaitingBills``; what has no rate counts as it stands.
    ///
    /// - Parameter worth: what a unit of each currency is worth: (code, cny).
    static func ofOrders(_ worth: SQL) -> SQL {
        """
        select distinct on (order_id, customer_id) source, order_id, customer_code, currency, round(amount, 4) as amount
        from (
            select b.order_id, b.customer_id, o.source, o.customer_code, o.currency,
                least(o.reserved, coalesce(sum(
                    case when b.currency = o.currency then b.amount else b.amount * bx.cny / ox.cny end), 0)) as amount,
                coalesce(max(ox.cny), 0) as cny
            from (\(bills)) b
            cross join lateral (\(orders)) o
            left join \(worth) bx on bx.code = b.currency
            left join \(worth) ox on ox.code = o.currency
            group by b.order_id, b.customer_id, o.source, o.customer_code, o.currency, o.reserved
        ) t order by order_id, customer_id, amount * cny, source
        """
    }

    /// The same of the orders of accounts: (source, customer_code, currency, amount).
    static func ofAccounts(_ worth: SQL) -> SQL {
        """
        select source, customer_code, currency, sum(amount) as amount from (\(ofOrders(worth))) u
        group by source, customer_code, currency
        """
    }
}
