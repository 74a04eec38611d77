import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what is invoiced of orders.
enum BillingStore {
    /// Some orders and all that are named together with them by an invoice.
    static func neighbours(
        of keys: Set<OrderKey>, _ transaction: borrowing Transaction
    ) throws -> Set<OrderKey> {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select distinct r.order_source, o.order_id
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
            join receivable r on r.order_source = k.source and r.order_ids @> array[k.order_id] and r.amount is not null
            cross join unnest(r.order_ids) as o(order_id)
            """, as: (String, String).self)
        return Set(rows.map { OrderKey(source: $0.0, orderId: $0.1) })
    }

    /// The orders that some invoices name.
    static func orders(
        of invoices: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> Set<OrderKey> {
        let sorted = invoices.sorted()
        let rows = try transaction.query(
            """
            select distinct r.order_source, o.order_id
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
            join receivable r using (source, invoice_id) cross join unnest(r.order_ids) as o(order_id)
            where r.amount is not null
            """, as: (String, String).self)
        return Set(rows.map { OrderKey(source: $0.0, orderId: $0.1) })
    }

    /// Writes what credit notes take from orders.
    ///
    /// - Returns: those of which it is another amount than before.
    static func credit(
        _ credited: [OrderKey: FixedDecimal], _ transaction: borrowing Transaction
    ) throws -> [OrderKey] {
        let rows = credited.sorted { $0.key < $1.key }
        guard !rows.isEmpty else { return [] }
        let changed = try transaction.query(
            """
            update orders o set credited = t.credited, version = o.version + 1
            from unnest(\(rows.map(\.key.source)), \(rows.map(\.key.orderId)), \(rows.map(\.value)))
                as t(source, order_id, credited)
            where o.source = t.source and o.order_id = t.order_id and o.credited <> t.credited
            returning o.source, o.order_id
            """, as: (String, String).self)
        return changed.map { OrderKey(source: $0.0, orderId: $0.1) }.sorted()
    }

    /// All invoices that name some orders.
    static func invoices(
        of keys: Set<OrderKey>, _ transaction: borrowing Transaction
    ) throws -> [BillingPolicy.Invoice] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select i.source, i.invoice_id, i.amount, c.credited, i.currency, i.issued_day, n.order_id,
                case when o.customer_code <> '' then case when o.is_cancelled then 0 else o.revenue end end as revenue,
                o.currency as order_currency, i.order_source
            from (
                select distinct r.source, r.invoice_id, r.amount, r.currency, r.issued_day, r.order_ids,
                    r.order_source
                from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
                join receivable r on r.order_source = k.source and r.order_ids @> array[k.order_id] and r.amount is not null
            ) i
            cross join lateral (select distinct order_id from unnest(i.order_ids) as t(order_id)) n
            cross join lateral (
                select coalesce(sum(a.amount), 0) as credited from receivable_adjustment a
                where a.invoice_source = i.source and a.invoice_id = i.invoice_id and a.kind = 'credit-note'
                    and a.fingerprint is not null and a.set_aside is null
                    and a.cause is distinct from \(CreditCause.invoiceError.rawValue)
            ) c
            left join orders o on o.source = i.order_source and o.order_id = n.order_id
            order by 1, 2, 7
            """, as: InvoicedOrder.self)
        var found: [(key: LedgerKey, invoice: BillingPolicy.Invoice)] = []
        for row in rows {
            let before = found.last?.key == row.invoice ? found.removeLast().invoice.orders : []
            found.append(
                (
                    row.invoice,
                    BillingPolicy.Invoice(
                        amount: row.amount, credited: row.credited, currency: row.currency, day: row.issued,
                        orders: before + [row.order])
                ))
        }
        return found.map(\.invoice)
    }

    /// An invoice and one of the orders that it names.
    private struct InvoicedOrder: PostgresRow {
        let invoice: LedgerKey
        let amount: FixedDecimal
        let credited: FixedDecimal
        let currency: Currency
        let issued: CalendarDay
        let order: BillingPolicy.Named

        init(row: inout RowReader) throws(PostgresError) {
            invoice = LedgerKey(source: try row("source"), identifier: try row("invoice_id"))
            amount = try row("amount")
            credited = try row("credited")
            currency = try row("currency")
            issued = try row("issued_day")
            let key = OrderKey(source: try row("order_source"), orderId: try row("order_id"))
            let revenue = try row("revenue", as: FixedDecimal?.self)
            let currencyOfOrder = try row("order_currency", as: Currency?.self)
            order = BillingPolicy.Named(
                key: key, revenue: revenue, currency: revenue == nil ? nil : currencyOfOrder)
        }
    }

    /// Writes what is invoiced of orders, and by how much that changes what they add to the exposure.
    static func put(_ billed: [OrderKey: FixedDecimal], _ transaction: borrowing Transaction) throws {
        let rows = billed.sorted { $0.key < $1.key }
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            with standing as (
                select o.source, o.order_id, o.customer_code, o.currency, o.reserved, o.is_completed, o.branch,
                    o.business_line, o.day, t.billed,
                    case when o.customer_code <> '' and o.decision = 'accepted' and not o.is_cancelled
                        then greatest(0, o.revenue - t.billed) else 0 end as rest
                from unnest(\(rows.map(\.key.source)), \(rows.map(\.key.orderId)), \(rows.map(\.value)))
                    as t(source, order_id, billed)
                join orders o using (source, order_id)
                where not o.is_billed or o.billed is distinct from t.billed
                order by o.source, o.order_id for update of o
            ), marked as (
                update orders o set is_billed = true, billed = s.billed, version = o.version + 1, reserved = s.rest
                from standing s where o.source = s.source and o.order_id = s.order_id
            ), viewed as (
                insert into view_order_delta (basis, branch, business_line, day, currency, orders, revenue,
                    known_revenue, cost, reserved)
                select 0, branch, business_line, day, currency, 0, 0, 0, 0, sum(rest - reserved) from standing
                where rest <> reserved group by branch, business_line, day, currency
            )
            insert into account_exposure as e (source, customer_code, currency, accepted, unbilled)
            select source, customer_code, currency,
                coalesce(sum(rest - reserved) filter (where not is_completed), 0),
                coalesce(sum(rest - reserved) filter (where is_completed), 0)
            from standing where rest <> reserved group by source, customer_code, currency order by 1, 2, 3
            on conflict (source, customer_code, currency) do update set
                accepted = e.accepted + excluded.accepted, unbilled = e.unbilled + excluded.unbilled
            """)
    }
}
