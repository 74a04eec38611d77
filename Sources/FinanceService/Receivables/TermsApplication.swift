import Contracts
import Domain
import Postgres
import ServiceKit

/// What terms do to invoices that have come before them: the latest agreed holds, in whatever order they come.
enum TermsApplication {
    /// Dates the open invoices of customers anew that do not say themselves when they are due.
    static func date(
        _ customers: Set<LedgerKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !customers.isEmpty else { return }
        let sorted = customers.sorted()
        let terms = try TermsHandlers.terms(.customer, of: customers, transaction)
        let rows = try transaction.query(
            """
            select r.source, r.invoice_id, r.customer_code,
                to_char(r.issued_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                r.due_day - date '1970-01-01', r.reminded
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, customer_code)
            join receivable r using (source, customer_code)
            where r.is_due_by_terms and r.settled_day is null
            order by r.source, r.invoice_id for update of r
            """, as: (String, String, String, String, Int32, Int).self)
        var dated: [(key: LedgerKey, due: Timestamp, reminder: CalendarDay?)] = []
        for row in rows {
            guard let issued = Timestamp(row.3), let terms = terms[LedgerKey(source: row.0, identifier: row.2)]
            else { continue }
            let due = terms.due(issued: issued)
            guard due.day().daysSinceEpoch != row.4 else { continue }
            let reminder = ReminderPolicy.reminders(issued: issued.day(), due: due.day()).first { $0.step > row.5 }
            dated.append((LedgerKey(source: row.0, identifier: row.1), due, reminder?.day))
        }
        guard !dated.isEmpty else { return }
        try transaction.queue(
            """
            update receivable r set due_at = t.due_at, due_day = date '1970-01-01' + t.due_day,
                reminder_day = date '1970-01-01' + t.reminder_day
            from unnest(
                \(dated.map(\.key.source)), \(dated.map(\.key.identifier)),
                \(PostgresValue.timestamps(dated.map(\.due.description))), \(dated.map { $0.due.day().daysSinceEpoch }),
                \(dated.map { $0.reminder?.daysSinceEpoch })) as t(source, invoice_id, due_at, due_day, reminder_day)
            where r.source = t.source and r.invoice_id = t.invoice_id
            """)
        effects.count("invoices_dated_anew", dated.count)
    }

    /// Has open invoices of suppliers, who are known to be small now, paid within sixty days.
    static func limit(_ suppliers: Set<LedgerKey>, _ transaction: borrowing Transaction) throws {
        guard !suppliers.isEmpty else { return }
        let small = try TermsHandlers.terms(.supplier, of: suppliers, transaction).filter(\.value.isSmallSupplier)
        let sorted = small.keys.sorted()
        try transaction.queue(
            """
            update supplier_invoice i set due_day = i.issued_day + \(Int32(PaymentTerms.statutoryDays))
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, supplier_code)
            where i.source = k.source and i.supplier_code = k.supplier_code and i.settled_day is null
                and i.due_day > i.issued_day + \(Int32(PaymentTerms.statutoryDays))
            """)
    }
}
