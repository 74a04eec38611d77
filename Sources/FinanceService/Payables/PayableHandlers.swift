import Contracts
import Domain
import Postgres
import ServiceKit

/// Suppliers' invoices and what we have paid of them. An invoice may come after its payment, which then waits for it.
enum PayableHandlers {
    static func invoiced(
        _ messages: [Received<SupplierInvoiceReceived>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<SupplierInvoiceReceived>) -> LedgerKey {
            LedgerKey(source: message.envelope.source, identifier: message.body.invoiceId)
        }
        let known = try standings(Set(messages.map(key)), transaction)
        var seen = KnownContent(known.compactMapValues(\.fingerprint))
        let suppliers = Set(
            messages.map { LedgerKey(source: $0.envelope.source, identifier: $0.body.supplier.code) })
        try TermsHandlers.lock(.supplier, suppliers, transaction)
        let terms = try TermsHandlers.terms(.supplier, of: suppliers, transaction)
        var rows: [(key: LedgerKey, body: SupplierInvoiceReceived, due: CalendarDay, fingerprint: Int64)] = []
        for message in messages {
            let (key, body) = (key(message), message.body)
            let content = Content<Int64>(body)
            guard
                seen.isNew(
                    message, key, content, at: "$.invoiceId",
                    "this invoice came before with other content: a corrected one has a number of its own",
                    counting: "repeated_supplier_invoices", &effects)
            else { continue }
            seen.keep(content, under: key)
            // A small supplier is paid within sixty days, whatever the invoice says.
            var due = body.dueAt.day()
            if terms[LedgerKey(source: key.source, identifier: body.supplier.code)]?.isSmallSupplier == true {
                due = min(due, body.issuedAt.day().adding(days: PaymentTerms.statutoryDays))
            }
            rows.append((key, body, due, content.mark))
        }
        guard !rows.isEmpty else { return }
        rows.sort { $0.key < $1.key }
        try transaction.queue(
            """
            insert into supplier_invoice (source, invoice_id, fingerprint, supplier_code, order_ids, issued_at,
                issued_day, due_day, amount, currency)
            select source, id, fingerprint, supplier, string_to_array(nullif(orders, ''), chr(31)), issued,
                date '1970-01-01' + issued_day, date '1970-01-01' + due_day, amount, currency
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.fingerprint)),
                \(rows.map(\.body.supplier.code)), \(rows.map { $0.body.orderIds.joined(separator: "\u{1F}") }),
                \(PostgresValue.timestamps(rows.map(\.body.issuedAt.description))),
                \(rows.map { $0.body.issuedAt.day().daysSinceEpoch }), \(rows.map(\.due.daysSinceEpoch)),
                \(rows.map(\.body.amount)), \(rows.map(\.body.currency.code)))
                as t(source, id, fingerprint, supplier, orders, issued, issued_day, due_day, amount, currency)
            on conflict (source, invoice_id) do update set
                fingerprint = excluded.fingerprint, supplier_code = excluded.supplier_code,
                order_ids = excluded.order_ids, issued_at = excluded.issued_at, issued_day = excluded.issued_day,
                due_day = excluded.due_day, amount = excluded.amount, currency = excluded.currency
            """)
        // The order says where the invoice belongs, and learns when it comes that there is one.
        let orders = rows.compactMap { row in
            row.body.orderIds.first.map { OrderKey(source: row.key.source, orderId: $0) }
        }
        try OrderCredit.foresee(Set(orders), transaction)
        let keys = rows.map(\.key)
        // A payment in another currency than its invoice pays nothing of it: what it names is set aside.
        try transaction.queue(
            """
            with wrong as (
                select p.source, p.payment_id, r.invoice_id
                from unnest(\(keys.map(\.source)), \(keys.map(\.identifier))) as k(source, invoice_id)
                join supplier_invoice r using (source, invoice_id)
                join supplier_allocation a using (source, invoice_id)
                join supplier_payment p using (source, payment_id) where p.currency <> r.currency
            ), gone as (
                delete from supplier_allocation a using wrong w
                where a.source = w.source and a.payment_id = w.payment_id and a.invoice_id = w.invoice_id
            )
            update supplier_payment p set set_aside = \(Reason.currencyMismatch.rawValue) || ': ' || w.invoice_id
            from wrong w where p.source = w.source and p.payment_id = w.payment_id
            """)
        try apply(to: Set(keys), transaction)
        effects.count("supplier_invoices", rows.count)
    }

    static func paid(
        _ messages: [Received<SupplierPaymentMade>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<SupplierPaymentMade>) -> LedgerKey {
            LedgerKey(source: message.envelope.source, identifier: message.body.paymentId)
        }
        let keys = Set(messages.map(key))
        try KeyLock.lock("supplier-payment", keys, transaction)
        let named = Set(
            messages.flatMap { message in
                message.body.allocations.map {
                    LedgerKey(source: message.envelope.source, identifier: $0.invoiceId)
                }
            })
        let invoices = try standings(named, transaction)
        let known = try transaction.query(
            """
            select p.source, p.payment_id, p.fingerprint
            from unnest(\(keys.sorted().map(\.source)), \(keys.sorted().map(\.identifier))) as k(source, payment_id)
            join supplier_payment p using (source, payment_id)
            """, as: (String, String, Int64).self)
        var seen = KnownContent(
            Dictionary(uniqueKeysWithValues: known.map { (LedgerKey(source: $0.0, identifier: $0.1), $0.2) }))
        var rows: [(key: LedgerKey, body: SupplierPaymentMade, fingerprint: Int64)] = []
        for message in messages {
            let (key, body) = (key(message), message.body)
            let content = Content<Int64>(body)
            guard
                seen.isNew(
                    message, key, content, at: "$.paymentId", "this payment came before otherwise",
                    counting: "repeated_supplier_payments", &effects)
            else { continue }
            let wrong = body.allocations.first {
                let currency = invoices[LedgerKey(source: key.source, identifier: $0.invoiceId)]?.currency
                return currency != nil && currency != body.currency.code
            }
            if let wrong {
                effects.refuse(
                    message,
                    Refusal(
                        .currencyMismatch, path: "$.allocations",
                        "invoice '\(wrong.invoiceId)' is in another currency than the payment"))
                continue
            }
            seen.keep(content, under: key)
            rows.append((key, body, content.mark))
        }
        guard !rows.isEmpty else { return }
        rows.sort { $0.key < $1.key }
        try put(rows, transaction)
        try apply(to: named, transaction)
        effects.count("supplier_payments", rows.count)
    }

    private static func put(
        _ rows: [(key: LedgerKey, body: SupplierPaymentMade, fingerprint: Int64)],
        _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            insert into supplier_payment (source, payment_id, fingerprint, supplier_code, paid_at, paid_day, amount,
                currency)
            select source, id, fingerprint, supplier, at, date '1970-01-01' + day, amount, currency from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.fingerprint)),
                \(rows.map(\.body.supplier.code)),
                \(PostgresValue.timestamps(rows.map(\.body.paidAt.description))),
                \(rows.map { $0.body.paidAt.day().daysSinceEpoch }),
                \(rows.map(\.body.amount)), \(rows.map(\.body.currency.code)))
                as t(source, id, fingerprint, supplier, at, day, amount, currency)
            """)
        let parts = rows.flatMap { row in row.body.allocations.map { (row, $0) } }
        guard !parts.isEmpty else { return }
        try transaction.queue(
            """
            insert into supplier_allocation (source, invoice_id, payment_id, paid_at, paid_day, amount)
            select source, invoice, payment, at, date '1970-01-01' + day, sum(amount) from unnest(
                \(parts.map(\.0.key.source)), \(parts.map(\.1.invoiceId)), \(parts.map(\.0.key.identifier)),
                \(PostgresValue.timestamps(parts.map(\.0.body.paidAt.description))),
                \(parts.map { $0.0.body.paidAt.day().daysSinceEpoch }),
                \(parts.map(\.1.amount)))
                as t(source, invoice, payment, at, day, amount)
            group by source, invoice, payment, at, day having sum(amount) > 0
            """)
    }

    /// Invoices by key, under a lock that whoever names them takes, too.
    private static func standings(
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

    /// Applies payments in the order in which they were made, each up to what those before it left open.
    private static func apply(to keys: Set<LedgerKey>, _ transaction: borrowing Transaction) throws {
        let sorted = keys.sorted()
        let (sources, identifiers) = (sorted.map(\.source), sorted.map(\.identifier))
        try transaction.queue(
            """
            update supplier_allocation a set applied = t.applied
            from (
                select a.source, a.invoice_id, a.payment_id,
                    greatest(0, least(a.amount, r.amount - coalesce(sum(a.amount) over earlier, 0))) as applied
                from unnest(\(sources), \(identifiers)) as k(source, invoice_id)
                join supplier_invoice r using (source, invoice_id)
                join supplier_allocation a using (source, invoice_id)
                window earlier as (
                    partition by a.source, a.invoice_id order by a.paid_at, a.payment_id
                    rows between unbounded preceding and 1 preceding)
            ) t
            where a.source = t.source and a.invoice_id = t.invoice_id and a.payment_id = t.payment_id
                and a.applied <> t.applied
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
