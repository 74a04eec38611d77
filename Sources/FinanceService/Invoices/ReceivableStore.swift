import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of invoices, payments and what of these is applied to those.
enum ReceivableStore {
    /// An invoice as it stands in the books.
    struct Standing {
        /// `nil` while the invoice itself has not come.
        let fingerprint: Int64?
        let currency: String?
    }

    /// Lets one transaction at a time work on the books of receivables. Whoever takes in an invoice, a payment, a credit note,
    /// a return, a write-off, a later allocation, a dispute, a promise or terms, or tells reminders, does this first, and locks
    /// orders after it.
    ///
    /// Each of them touches the rows of the others: an invoice the payments that waited for it, a credit note the invoices
    /// and the cash that it frees. In whatever order the rows are locked, two batches lock them crosswise, and the server
    /// ends one of the two after a second; with four at once that happened more often than a batch went through. Locks by
    /// key would not let more batches through at once: a batch of some hundred keys has nearly all stripes of each.
    static func lockBooks(_ transaction: borrowing Transaction) throws {
        try KeyLock.lock("receivables", transaction)
    }

    /// The invoices of some keys, locked in the order of their keys so that two batches cannot deadlock.
    static func lockInvoices(
        _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Standing] {
        try invoices(keys, locked: "for update of r", transaction)
    }

    /// The invoices of some keys, as they stand now.
    static func invoices(
        _ keys: Set<LedgerKey>, locked lock: SQL = "", _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Standing] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select r.source, r.invoice_id, r.fingerprint, r.currency
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
            join receivable r using (source, invoice_id)
            order by r.source, r.invoice_id \(lock)
            """, as: (String, String, Int64?, String?).self)
        var found: [LedgerKey: Standing] = [:]
        for row in rows {
            found[LedgerKey(source: row.0, identifier: row.1)] = Standing(fingerprint: row.2, currency: row.3)
        }
        return found
    }

    /// Whose some invoices are, as far as they have come.
    static func debtors(
        of keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [CreditParty] {
        guard !keys.isEmpty else { return [] }
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select distinct r.customer_source, r.customer_code
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
            join receivable r using (source, invoice_id) where r.amount is not null
            """, as: (String, String).self)
        return rows.map { CreditParty(source: $0.0, customer: $0.1) }
    }

    /// The fingerprints of the payments of some keys, locked.
    static func lockPayments(
        _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Int64] {
        try payments(keys, locked: "for update of p", transaction)
    }

    /// The fingerprints of the payments of some keys, as they stand now.
    static func payments(
        _ keys: Set<LedgerKey>, locked lock: SQL = "", _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Int64] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select p.source, p.payment_id, p.fingerprint
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, payment_id)
            join customer_payment p using (source, payment_id) where p.kind = 'payment'
            order by p.source, p.payment_id \(lock)
            """, as: (String, String, Int64).self)
        return Dictionary(
            rows.map { (LedgerKey(source: $0.0, identifier: $0.1), $0.2) }, uniquingKeysWith: { first, _ in first })
    }

    /// Writes invoices that were not there, or of which only the key was.
    static func put(_ invoices: [InvoiceRow], _ transaction: borrowing Transaction) throws {
        guard !invoices.isEmpty else { return }
        let rows = invoices.sorted { $0.key < $1.key }
        let reminders = rows.map { $0.firstReminder?.daysSinceEpoch }
        try transaction.queue(
            """
            insert into receivable (source, invoice_id, fingerprint, customer_code, customer_of, order_ids, order_of,
                issued_at, issued_day, due_at, due_day, amount, currency, settled_day, reminder_day, is_due_by_terms)
            select source, invoice_id, fingerprint, customer_code, customer_of,
                string_to_array(nullif(order_ids, ''), chr(31)), order_of, issued_at, date '1970-01-01' + issued_day, due_at, date '1970-01-01' + due_day, amount, currency,
                case when amount = 0 then date '1970-01-01' + issued_day end, date '1970-01-01' + reminder_day,
                is_due_by_terms
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.content.mark)),
                \(rows.map(\.body.customer.code)), \(rows.map(\.body.customer.source)),
                \(rows.map { $0.body.orderIds.joined(separator: "\u{1F}") }), \(rows.map(\.body.orderSource)),
                \(PostgresValue.timestamps(rows.map(\.body.issuedAt.description))),
                \(rows.map { $0.body.issuedAt.day().daysSinceEpoch }),
                \(PostgresValue.timestamps(rows.map(\.dueAt.description))),
                \(rows.map { $0.dueAt.day().daysSinceEpoch }),
                \(rows.map(\.body.amount)), \(rows.map(\.body.currency.code)),
                \(reminders), \(rows.map(\.isDueByTerms)))
                as t(source, invoice_id, fingerprint, customer_code, customer_of, order_ids, order_of, issued_at,
                    issued_day, due_at, due_day, amount, currency, reminder_day, is_due_by_terms)
            on conflict (source, invoice_id) do update set
                fingerprint = excluded.fingerprint, customer_code = excluded.customer_code,
                customer_of = excluded.customer_of, order_ids = excluded.order_ids, order_of = excluded.order_of,
                came_at = excluded.came_at, issued_at = excluded.issued_at, issued_day = excluded.issued_day,
                due_at = excluded.due_at, due_day = excluded.due_day, amount = excluded.amount,
                currency = excluded.currency, settled_day = excluded.settled_day, reminder_day = excluded.reminder_day,
                is_due_by_terms = excluded.is_due_by_terms
            where receivable.amount is null
            """, expecting: .rows(rows.count, "an invoice"))
    }

    /// Writes the keys of invoices that payments name before they have come.
    static func putKeys(_ keys: Set<LedgerKey>, _ transaction: borrowing Transaction) throws {
        guard !keys.isEmpty else { return }
        let sorted = keys.sorted()
        // When somebody else's came in between, perhaps the invoice itself, it must be read before it is paid.
        try transaction.queue(
            """
            insert into receivable (source, invoice_id)
            select * from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) on conflict do nothing
            """, expecting: .rows(sorted.count, "an invoice"))
    }

    /// Writes payments and their allocations; nothing of them is applied yet.
    static func put(_ payments: [PaymentRow], _ transaction: borrowing Transaction) throws {
        guard !payments.isEmpty else { return }
        let rows = payments.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into customer_payment (source, payment_id, fingerprint, customer_code, customer_of, received_at,
                received_day, amount, currency)
            select source, payment_id, fingerprint, customer_code, customer_of, received_at, date '1970-01-01' + received_day,
                amount, currency
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.content.mark)),
                \(rows.map(\.body.customer.code)), \(rows.map(\.body.customer.source)),
                \(PostgresValue.timestamps(rows.map(\.body.receivedAt.description))),
                \(rows.map { $0.body.receivedAt.day().daysSinceEpoch }),
                \(rows.map(\.body.amount)), \(rows.map(\.body.currency.code)))
                as t(source, payment_id, fingerprint, customer_code, customer_of, received_at, received_day, amount,
                    currency)
            on conflict do nothing
            """, expecting: .rows(rows.count, "a payment"))
        // A corrected payment takes the place of the one that was set aside.
        try transaction.queue(
            """
            delete from payment_set_aside a
            using unnest(\(rows.map(\.key.source)), \(rows.map(\.key.identifier))) as k(source, payment_id)
            where a.source = k.source and a.payment_id = k.payment_id
            """)
        let allocations = rows.flatMap { row in row.allocations.map { (row, $0) } }
        guard !allocations.isEmpty else { return }
        try transaction.queue(
            """
            insert into payment_allocation (source, document_of, payment_id, invoice_id, received_at, received_day,
                amount)
            select source, document_of, payment_id, invoice_id, received_at, date '1970-01-01' + received_day, amount
            from unnest(
                \(allocations.map(\.1.invoice.source)),
                \(allocations.map { $0.0.key.otherSource(than: $0.1.invoice.source) }),
                \(allocations.map(\.0.key.identifier)), \(allocations.map(\.1.invoice.identifier)),
                \(PostgresValue.timestamps(allocations.map(\.0.body.receivedAt.description))),
                \(allocations.map { $0.0.body.receivedAt.day().daysSinceEpoch }),
                \(allocations.map(\.1.amount)))
                as t(source, document_of, payment_id, invoice_id, received_at, received_day, amount)
            """)
    }
}
