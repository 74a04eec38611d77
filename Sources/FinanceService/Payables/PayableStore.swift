import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of suppliers' invoices and of what we have paid of them.
enum PayableStore {
    /// Writes invoices down, also such as payments have named before.
    static func putInvoices(
        _ invoices: [(key: LedgerKey, body: SupplierInvoiceReceived, due: CalendarDay, fingerprint: Int64)],
        _ transaction: borrowing Transaction
    ) throws {
        let rows = invoices.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into supplier_invoice (source, invoice_id, fingerprint, supplier_code, supplier_of, order_ids,
                order_of, issued_at, issued_day, due_day, amount, currency)
            select source, id, fingerprint, supplier, supplier_of, string_to_array(nullif(orders, ''), chr(31)),
                order_of, issued, date '1970-01-01' + issued_day, date '1970-01-01' + due_day, amount, currency
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.fingerprint)),
                \(rows.map(\.body.supplier.code)), \(rows.map(\.body.supplier.source)),
                \(rows.map { $0.body.orderIds.joined(separator: "\u{1F}") }),
                \(rows.map(\.body.orderSource)),
                \(PostgresValue.timestamps(rows.map(\.body.issuedAt.description))),
                \(rows.map { $0.body.issuedAt.day().daysSinceEpoch }), \(rows.map(\.due.daysSinceEpoch)),
                \(rows.map(\.body.amount)), \(rows.map(\.body.currency.code)))
                as t(source, id, fingerprint, supplier, supplier_of, orders, order_of, issued, issued_day, due_day,
                    amount, currency)
            on conflict (source, invoice_id) do update set
                fingerprint = excluded.fingerprint, supplier_code = excluded.supplier_code,
                supplier_of = excluded.supplier_of, order_ids = excluded.order_ids, order_of = excluded.order_of, came_at = excluded.came_at,
                issued_at = excluded.issued_at, issued_day = excluded.issued_day,
                due_day = excluded.due_day, amount = excluded.amount, currency = excluded.currency
            """)
    }

    /// Sets payments aside that waited for an invoice which has come in another currency: they pay nothing of it.
    static func setAside(waitingFor keys: Set<LedgerKey>, _ transaction: borrowing Transaction) throws {
        let sorted = keys.sorted()
        try transaction.queue(
            """
            with wrong as (
                select p.source, p.payment_id, r.source as invoice_source, r.invoice_id
                from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
                join supplier_invoice r using (source, invoice_id)
                join supplier_allocation a using (source, invoice_id)
                join supplier_payment p on p.source = a.document_source and p.payment_id = a.payment_id
                where p.currency <> r.currency
            ), gone as (
                delete from supplier_allocation a using wrong w
                where a.source = w.invoice_source and a.invoice_id = w.invoice_id and a.payment_id = w.payment_id
                    and a.document_source = w.source
            )
            update supplier_payment p set set_aside = \(Reason.currencyMismatch.rawValue) || ': ' || w.invoice_id
            from wrong w where p.source = w.source and p.payment_id = w.payment_id
            """)
    }

    /// The fingerprints of payments by key, under a lock.
    static func payments(_ keys: Set<LedgerKey>, _ transaction: borrowing Transaction) throws -> [LedgerKey: Int64] {
        try KeyLock.lock("supplier-payment", keys, transaction)
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select p.source, p.payment_id, p.fingerprint
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, payment_id)
            join supplier_payment p using (source, payment_id)
            """, as: (String, String, Int64).self)
        return Dictionary(uniqueKeysWithValues: rows.map { (LedgerKey(source: $0.0, identifier: $0.1), $0.2) })
    }

    /// Writes payments down, and what of each is for which invoice.
    static func putPayments(
        _ payments: [(key: LedgerKey, body: SupplierPaymentMade, fingerprint: Int64)],
        _ transaction: borrowing Transaction
    ) throws {
        let rows = payments.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into supplier_payment (source, payment_id, fingerprint, supplier_code, supplier_of, paid_at,
                paid_day, amount, currency)
            select source, id, fingerprint, supplier, supplier_of, at, date '1970-01-01' + day, amount, currency
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.fingerprint)),
                \(rows.map(\.body.supplier.code)), \(rows.map(\.body.supplier.source)),
                \(PostgresValue.timestamps(rows.map(\.body.paidAt.description))),
                \(rows.map { $0.body.paidAt.day().daysSinceEpoch }),
                \(rows.map(\.body.amount)), \(rows.map(\.body.currency.code)))
                as t(source, id, fingerprint, supplier, supplier_of, at, day, amount, currency)
            """)
        let parts = rows.flatMap { row in row.body.allocations.map { (row, $0) } }
        guard !parts.isEmpty else { return }
        try transaction.queue(
            """
            insert into supplier_allocation (source, document_of, invoice_id, payment_id, paid_at, paid_day, amount)
            select source, nullif(document, source), invoice, payment, at, date '1970-01-01' + day, sum(amount)
            from unnest(
                \(parts.map { $0.1.invoice(of: $0.0.key.source).source }), \(parts.map(\.0.key.source)),
                \(parts.map(\.1.invoiceId)), \(parts.map(\.0.key.identifier)),
                \(PostgresValue.timestamps(parts.map(\.0.body.paidAt.description))),
                \(parts.map { $0.0.body.paidAt.day().daysSinceEpoch }),
                \(parts.map(\.1.amount)))
                as t(source, document, invoice, payment, at, day, amount)
            group by source, document, invoice, payment, at, day having sum(amount) > 0
            """)
    }

    /// Invoices by key, under a lock that whoever names them takes, too.
    static func invoices(
        _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: (fingerprint: Int64?, currency: String?)] {
        try KeyLock.lock("supplier-invoice", keys, transaction)
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select r.source, r.invoice_id, r.fingerprint, r.currency
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
            join supplier_invoice r using (source, invoice_id)
            """, as: (String, String, Int64?, String?).self)
        var found: [LedgerKey: (fingerprint: Int64?, currency: String?)] = [:]
        for row in rows { found[LedgerKey(source: row.0, identifier: row.1)] = (row.2, row.3) }
        return found
    }

    /// Applies payments in the order in which they were made, each up to what those before it left open. What then is left
    /// and is less than its currency's smallest unit stands as a payment without a number: rounding, which settles the
    /// invoice as it does a customer's.
    static func apply(to keys: Set<LedgerKey>, _ transaction: borrowing Transaction) throws {
        let sorted = keys.sorted()
        let (sources, identifiers) = (sorted.map(\.source), sorted.map(\.identifier))
        try transaction.queue(
            """
            delete from supplier_allocation a using unnest(\(sources), \(identifiers)) as k(source, invoice_id)
            where a.source = k.source and a.invoice_id = k.invoice_id and a.payment_id = ''
            """)
        try transaction.queue(
            """
            update supplier_allocation a set applied = t.applied
            from (
                select a.source, a.invoice_id, a.payment_id, a.document_source,
                    greatest(0, least(a.amount, r.amount - coalesce(sum(a.amount) over earlier, 0))) as applied
                from unnest(\(sources), \(identifiers)) as k(source, invoice_id)
                join supplier_invoice r using (source, invoice_id)
                join supplier_allocation a using (source, invoice_id)
                window earlier as (
                    partition by a.source, a.invoice_id order by a.paid_at, a.payment_id, a.document_source
                    rows between unbounded preceding and 1 preceding)
            ) t
            where a.source = t.source and a.invoice_id = t.invoice_id and a.payment_id = t.payment_id
                and a.document_source = t.document_source and a.applied <> t.applied
            """)
        try transaction.queue(
            """
            insert into supplier_allocation (source, invoice_id, payment_id, paid_at, paid_day, amount, applied)
            select t.source, t.invoice_id, '', greatest(t.issued_at, t.last_at), greatest(t.issued_day, t.last_day),
                t.rest, t.rest
            from (
                select r.source, r.invoice_id, r.currency, r.issued_at, r.issued_day,
                    r.amount - coalesce(sum(a.applied), 0) as rest, max(a.paid_at) filter (where a.applied > 0) as last_at,
                    max(a.paid_day) filter (where a.applied > 0) as last_day
                from unnest(\(sources), \(identifiers)) as k(source, invoice_id)
                join supplier_invoice r using (source, invoice_id)
                left join supplier_allocation a using (source, invoice_id)
                where r.amount is not null group by r.source, r.invoice_id
            ) t
            where t.rest > 0 and t.rest < \(Currency.smallestUnit(of: "t.currency"))
            """)
        try transaction.queue(
            """
            update supplier_invoice r set paid = t.paid,
                settled_day = case when t.paid >= r.amount then greatest(r.issued_day, t.last_day) end
            from (
                select k.source, k.invoice_id, coalesce(sum(a.applied), 0) as paid,
                    max(a.paid_day) filter (where a.applied > 0) as last_day
                from unnest(\(sources), \(identifiers)) as k(source, invoice_id)
                left join supplier_allocation a using (source, invoice_id) group by k.source, k.invoice_id
            ) t
            where r.source = t.source and r.invoice_id = t.invoice_id
            """)
    }
}
