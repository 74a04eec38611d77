import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of terms, and of what they do to invoices that have come before them: the latest agreed holds, in whatever order
/// they come.
enum TermsStore {
    /// Takes over terms that were agreed later than those known.
    static func put(_ rows: [Received<TermsAgreed>], _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into payment_terms (source, role, code, kind, days, cut_off, is_small, agreed_at)
            select * from unnest(
                \(rows.map { $0.body.codeSource ?? $0.envelope.source }), \(rows.map(\.body.role.rawValue)), \(rows.map(\.body.code)),
                \(rows.map(\.body.kind.rawValue)), \(rows.map { Int32($0.body.days) }),
                \(rows.map { $0.body.cutOffDay.map { Int32($0) } }), \(rows.map { $0.body.smallSupplier ?? false }),
                \(PostgresValue.timestamps(rows.map(\.body.agreedAt.description))))
            on conflict (source, role, code) do update set
                kind = excluded.kind, days = excluded.days, cut_off = excluded.cut_off, is_small = excluded.is_small,
                agreed_at = excluded.agreed_at
            where excluded.agreed_at > payment_terms.agreed_at
            """)
    }

    /// Locks the terms of parties: who dates an invoice by them and who changes them do not pass one another.
    static func lock(_ role: TermsRole, _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction) throws {
        try KeyLock.lock("terms-\(role.rawValue)", keys, transaction)
    }

    /// The terms of the customers of those invoices which do not say when they are due.
    static func termsOfUndated(
        _ messages: [Received<InvoiceIssued>], _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: PaymentTerms] {
        let keys = Set(
            messages.filter { $0.body.dueAt == nil }
                .map { $0.key($0.body.customer.code, of: $0.body.customer.source) as LedgerKey })
        guard !keys.isEmpty else { return [:] }
        try lock(.customer, keys, transaction)
        return try terms(.customer, of: keys, transaction)
    }

    /// The terms of the parties of one side.
    static func terms(
        _ role: TermsRole, of keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: PaymentTerms] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select t.source, t.code, t.kind, t.days, t.cut_off, t.is_small
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, code)
            join payment_terms t using (source, code) where t.role = \(role.rawValue)
            """, as: StoredTerms.self)
        return Dictionary(rows.map { ($0.party, $0.terms) }, uniquingKeysWith: { _, last in last })
    }

    /// Terms as they stand in the table.
    private struct StoredTerms: PostgresRow {
        let party: LedgerKey
        let terms: PaymentTerms

        init(row: inout RowReader) throws(PostgresError) {
            party = LedgerKey(source: try row("source"), identifier: try row("code"))
            terms = PaymentTerms(
                kind: TermsKind(rawValue: try row("kind")) ?? .net, days: try row("days"), cutOff: try row("cut_off"),
                isSmallSupplier: try row("is_small"))
        }
    }

    /// Dates the open invoices of customers anew that do not say themselves when they are due.
    static func date(
        _ customers: Set<LedgerKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !customers.isEmpty else { return }
        let sorted = customers.sorted()
        let terms = try terms(.customer, of: customers, transaction)
        let rows = try transaction.query(
            """
            select r.source, r.invoice_id, r.customer_code, r.customer_source, r.issued_at, r.due_day, r.reminded
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(customer_source, customer_code)
            join receivable r using (customer_source, customer_code)
            where r.is_due_by_terms and r.settled_day is null
            order by r.source, r.invoice_id for update of r
            """, as: UndatedInvoice.self)
        var dated: [(key: LedgerKey, due: Timestamp, reminder: CalendarDay?)] = []
        for row in rows {
            guard let terms = terms[row.customer] else { continue }
            let due = terms.due(issued: row.issued)
            guard due.day() != row.due else { continue }
            let reminder = ReminderPolicy.reminders(issued: row.issued.day(), due: due.day()).first {
                $0.step > row.reminded
            }
            dated.append((row.key, due, reminder?.day))
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

    /// An open invoice that does not say itself when it is due.
    private struct UndatedInvoice: PostgresRow {
        let key: LedgerKey
        let customer: LedgerKey
        let issued: Timestamp
        /// The day on which it is due by the terms known before.
        let due: CalendarDay
        /// The last step of which its owner was reminded.
        let reminded: Int

        init(row: inout RowReader) throws(PostgresError) {
            key = LedgerKey(source: try row("source"), identifier: try row("invoice_id"))
            customer = LedgerKey(source: try row("customer_source"), identifier: try row("customer_code"))
            issued = try row("issued_at")
            due = try row("due_day")
            reminded = try row("reminded")
        }
    }

    /// Has open invoices of suppliers, who are known to be small now, paid within sixty days.
    static func limit(_ suppliers: Set<LedgerKey>, _ transaction: borrowing Transaction) throws {
        guard !suppliers.isEmpty else { return }
        let small = try terms(.supplier, of: suppliers, transaction).filter(\.value.isSmallSupplier)
        let sorted = small.keys.sorted()
        try transaction.queue(
            """
            update supplier_invoice i set due_day = i.issued_day + \(Int32(PaymentTerms.statutoryDays))
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, supplier_code)
            where i.supplier_source = k.source and i.supplier_code = k.supplier_code and i.settled_day is null
                and i.due_day > i.issued_day + \(Int32(PaymentTerms.statutoryDays))
            """)
    }
}
