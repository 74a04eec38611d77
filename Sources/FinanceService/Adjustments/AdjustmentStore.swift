import Contracts
import Domain
import Postgres
import ServiceKit

/// What lessens an invoice and is no payment.
struct AdjustmentRow {
    enum Kind: String {
        case creditNote = "credit-note"
        case writeOff = "write-off"
    }

    let kind: Kind
    let key: LedgerKey
    let invoice: LedgerKey
    /// `nil` when the message does not say whose invoice it is.
    let customer: CustomerCode?
    let at: Timestamp
    let amount: FixedDecimal
    let currency: Currency
    let reason: String?
    let proposedBy: String?
    /// What a credit note is for.
    var cause: CreditCause?
    let content: Content<Int64>

    init(source: String, _ body: CreditNoteIssued) {
        kind = .creditNote
        key = LedgerKey(source: source, identifier: body.creditNoteId)
        invoice = LedgerKey(source: body.invoiceSource ?? source, identifier: body.invoiceId)
        customer = body.customer
        (at, amount, currency, reason, proposedBy) = (body.issuedAt, body.amount, body.currency, body.reason, nil)
        cause = body.cause
        content = Content(body)
    }

    init(source: String, _ body: WriteOffProposed) {
        kind = .writeOff
        key = LedgerKey(source: source, identifier: body.writeOffId)
        invoice = LedgerKey(source: body.invoiceSource ?? source, identifier: body.invoiceId)
        customer = nil
        (at, amount, currency) = (body.proposedAt, body.amount, body.currency)
        (reason, proposedBy) = (body.reason.rawValue, body.proposedBy)
        content = Content(body)
    }
}

/// The SQL of credit notes and write-offs.
enum AdjustmentStore {
    /// How an adjustment stands.
    struct Standing {
        /// `nil` while only its approval has come.
        let fingerprint: Int64?
        let proposedBy: String?
        let proposedAt: Timestamp?
        let approvedBy: String?
        let approvedAt: Timestamp?
        let invoice: LedgerKey?
        let amount: FixedDecimal?
        let currency: Currency?
        let isSetAside: Bool

        /// What it comes to; `nil` while only its approval has come.
        var money: Money? { amount.flatMap { amount in currency.map { Money(amount, $0) } } }
    }

    /// The adjustments of some keys.
    static func standings(
        _ kind: AdjustmentRow.Kind, _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Standing] {
        try KeyLock.lock(kind.rawValue, keys, transaction)
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select a.source, a.adjustment_id, a.fingerprint, a.proposed_by, a.approved_by,
                a.approved_at, a.invoice_source, a.invoice_id, a.amount, a.currency, a.at as proposed_at,
                a.set_aside is not null as is_set_aside
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, adjustment_id)
            join receivable_adjustment a using (source, adjustment_id)
            where a.kind = \(kind.rawValue) order by 1, 2 for update of a
            """, as: StoredAdjustment.self)
        return Dictionary(rows.map { ($0.key, $0.standing) }, uniquingKeysWith: { _, last in last })
    }

    /// An adjustment as it stands in the table.
    private struct StoredAdjustment: PostgresRow {
        let key: LedgerKey
        let standing: Standing

        init(row: inout RowReader) throws(PostgresError) {
            key = LedgerKey(source: try row("source"), identifier: try row("adjustment_id"))
            let invoiceSource = try row("invoice_source", as: String.self)
            standing = Standing(
                fingerprint: try row("fingerprint"), proposedBy: try row("proposed_by"),
                proposedAt: try row("proposed_at", as: Timestamp?.self)?.inZone(),
                approvedBy: try row("approved_by"),
                approvedAt: try row("approved_at", as: Timestamp?.self)?.inZone(),
                invoice: try row("invoice_id", as: String?.self).map {
                    LedgerKey(source: invoiceSource, identifier: $0)
                }, amount: try row("amount"),
                currency: try row("currency", as: String?.self).flatMap { Currency($0) },
                isSetAside: try row("is_set_aside"))
        }
    }

    /// An invoice, as far as what lessens it needs to know.
    struct Invoice {
        let amount: FixedDecimal?
        let currency: String?
        let customer: String?
        /// The system whose code that is.
        let customerSource: String
    }

    /// The invoices of some keys, locked.
    static func invoices(
        _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Invoice] {
        _ = try ReceivableStore.lockInvoices(keys, transaction)
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select r.source, r.invoice_id, r.amount, r.currency, r.customer_code, r.customer_source
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
            join receivable r using (source, invoice_id)
            """, as: StoredInvoice.self)
        return Dictionary(rows.map { ($0.key, $0.invoice) }, uniquingKeysWith: { _, last in last })
    }

    /// An invoice as it stands in the table.
    private struct StoredInvoice: PostgresRow {
        let key: LedgerKey
        let invoice: Invoice

        init(row: inout RowReader) throws(PostgresError) {
            key = LedgerKey(source: try row("source"), identifier: try row("invoice_id"))
            invoice = Invoice(
                amount: try row("amount"), currency: try row("currency"), customer: try row("customer_code"),
                customerSource: try row("customer_source"))
        }
    }

    /// Writes adjustments down.
    static func put(_ adjustments: [AdjustmentRow], _ transaction: borrowing Transaction) throws {
        let rows = adjustments.sorted { $0.key < $1.key }
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into receivable_adjustment (source, kind, adjustment_id, fingerprint, customer_code, customer_of,
                invoice_id, invoice_of, at, day, amount, currency, reason, proposed_by, cause)
            select source, kind, id, fingerprint, customer, customer_of, invoice, invoice_of, at,
                date '1970-01-01' + day, amount, currency, reason, proposed_by, cause
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.kind.rawValue)), \(rows.map(\.key.identifier)),
                \(rows.map(\.content.mark)), \(rows.map(\.customer?.code)), \(rows.map(\.customer?.source)),
                \(rows.map(\.invoice.identifier)), \(rows.map { $0.invoice.otherSource(than: $0.key.source) }),
                \(PostgresValue.timestamps(rows.map(\.at.description))), \(rows.map { $0.at.day().daysSinceEpoch }),
                \(rows.map(\.amount)), \(rows.map(\.currency.code)),
                \(rows.map(\.reason)), \(rows.map(\.proposedBy)), \(rows.map(\.cause?.rawValue)))
                as t(source, kind, id, fingerprint, customer, customer_of, invoice, invoice_of, at, day, amount,
                    currency, reason, proposed_by, cause)
            on conflict (source, kind, adjustment_id) do update set
                fingerprint = excluded.fingerprint, customer_code = excluded.customer_code,
                customer_of = excluded.customer_of, invoice_id = excluded.invoice_id,
                invoice_of = excluded.invoice_of, at = excluded.at, day = excluded.day, amount = excluded.amount,
                currency = excluded.currency, reason = excluded.reason, proposed_by = excluded.proposed_by,
                cause = excluded.cause, set_aside = null
            """)
    }

    /// Writes down who has approved write-offs, also such that have not come.
    ///
    /// - Parameter principals: in whose stead some were approved.
    static func approve(
        _ approvals: [(key: LedgerKey, body: WriteOffApproved)], for principals: [LedgerKey: String],
        _ transaction: borrowing Transaction
    ) throws {
        guard !approvals.isEmpty else { return }
        let rows = approvals.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into receivable_adjustment (source, kind, adjustment_id, approved_by, approved_at, approved_on_behalf_of)
            select source, 'write-off', id, who, at, principal from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.body.approvedBy)),
                \(PostgresValue.timestamps(rows.map(\.body.approvedAt.description))),
                \(rows.map { principals[$0.key] })) as t(source, id, who, at, principal)
            on conflict (source, kind, adjustment_id) do update set
                approved_by = excluded.approved_by, approved_at = excluded.approved_at,
                approved_on_behalf_of = excluded.approved_on_behalf_of
            """)
    }

    /// Lets adjustments count from a time on.
    static func allocate(
        _ adjustments: [(
            kind: AdjustmentRow.Kind, key: LedgerKey, invoice: LedgerKey, at: Timestamp, amount: FixedDecimal
        )],
        _ transaction: borrowing Transaction
    ) throws {
        guard !adjustments.isEmpty else { return }
        let rows = adjustments.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into payment_allocation (source, document_of, kind, payment_id, invoice_id, received_at,
                received_day, amount)
            select source, document_of, kind, id, invoice, at, date '1970-01-01' + day, amount
            from unnest(
                \(rows.map(\.invoice.source)), \(rows.map { $0.key.otherSource(than: $0.invoice.source) }),
                \(rows.map(\.kind.rawValue)), \(rows.map(\.key.identifier)),
                \(rows.map(\.invoice.identifier)), \(PostgresValue.timestamps(rows.map(\.at.description))),
                \(rows.map { $0.at.day().daysSinceEpoch }),
                \(rows.map(\.amount)))
                as t(source, document_of, kind, id, invoice, at, day, amount)
            """)
    }

    /// Sets write-offs aside that waited for an invoice which they do not fit.
    ///
    /// - Returns: how many.
    static func setWriteOffsAside(
        waitingFor keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> Int {
        let sorted = keys.sorted()
        return try transaction.execute(
            """
            with waiting as (
                -- A write-off counts when it is approved, and then up to what is open: others that are proposed for the
                -- invoice say nothing against it.
                select a.source, a.kind, a.adjustment_id, case
                    when a.currency <> r.currency then \(Reason.currencyMismatch.rawValue)
                    when a.amount > r.amount then \(Reason.overAllocated.rawValue) end as fault
                from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
                join receivable r using (source, invoice_id)
                join receivable_adjustment a on a.invoice_source = r.source and a.invoice_id = r.invoice_id
                where a.set_aside is null and a.kind = \(AdjustmentRow.Kind.writeOff.rawValue)
            ), gone as (
                delete from payment_allocation p using waiting w
                where w.fault is not null and p.document_source = w.source and p.kind = w.kind and p.payment_id = w.adjustment_id
            )
            update receivable_adjustment a set set_aside = w.fault from waiting w
            where w.fault is not null and a.source = w.source and a.kind = w.kind
                and a.adjustment_id = w.adjustment_id
            """)
    }

    /// A credit note as it stands beside the others of its invoice.
    private struct Note: PostgresRow {
        let key: LedgerKey
        let invoice: LedgerKey
        let amount: FixedDecimal
        /// What its invoice is; `nil` while that has not come.
        let invoiced: FixedDecimal?
        /// Why it does not fit its invoice, by itself.
        let misfit: String?
        let setAside: String?
        /// Whether it is in the books.
        let counts: Bool

        init(row: inout RowReader) throws(PostgresError) {
            key = LedgerKey(source: try row("source"), identifier: try row("adjustment_id"))
            invoice = LedgerKey(source: try row("invoice_source"), identifier: try row("invoice_id"))
            amount = try row("amount")
            invoiced = try row("invoiced")
            misfit = try row("misfit")
            setAside = try row("set_aside")
            counts = try row("counts")
        }
    }

    /// Takes the credit notes of some invoices into the books that fit these, and takes out and sets aside those that do
    /// not: anew from all that have come. One whose invoice has not come is cash on account meanwhile.
    ///
    /// - Parameter keys: the invoices, locked.
    /// - Returns: the invoices whose credit has changed, the notes that are new in the books, and how many were set aside.
    static func refitNotes(
        of keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> (touched: Set<LedgerKey>, entered: Set<LedgerKey>, setAside: Int) {
        let notes = try notes(of: keys, transaction)
        var entering: [LedgerKey] = []
        var leaving: [(key: LedgerKey, reason: String)] = []
        for (_, ofInvoice) in Dictionary(grouping: notes, by: \.invoice) {
            let able = ofInvoice.filter { $0.misfit == nil }
            let fits = CreditNotePolicy.fitting(
                able.map(\.amount), in: able.first?.invoiced ?? FixedDecimal(units: .max / 2))
            for (note, fits) in zip(able, fits) {
                if fits, !note.counts { entering.append(note.key) }
                if !fits, note.counts || note.setAside == nil {
                    leaving.append((note.key, Reason.overAllocated.rawValue))
                }
            }
            leaving += ofInvoice.compactMap { note in note.misfit.map { (note.key, $0) } }
        }
        guard !entering.isEmpty || !leaving.isEmpty else { return ([], [], 0) }
        try KeyLock.lock("payment", entering + leaving.map(\.key), transaction)
        var touched = try remove(leaving, transaction)
        try enter(entering.sorted(), transaction)
        let moved = Set(entering).union(leaving.map(\.key))
        touched.formUnion(notes.filter { moved.contains($0.key) }.map(\.invoice))
        return (touched, Set(entering), leaving.count)
    }

    private static func notes(
        of keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [Note] {
        let sorted = keys.sorted()
        return try transaction.query(
            """
            select a.source, a.adjustment_id, a.invoice_source, a.invoice_id, a.amount, r.amount as invoiced, case
                    when a.currency <> r.currency then \(Reason.currencyMismatch.rawValue)
                    when r.amount is not null
                        and (a.customer_code, coalesce(a.customer_of, a.source)) <> (r.customer_code, r.customer_source)
                        then \(Reason.valueNotAllowed.rawValue) end as misfit,
                a.set_aside, exists (
                    select from customer_payment p
                    where p.source = a.source and p.payment_id = a.adjustment_id and p.kind = 'credit-note') as counts
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
            join receivable_adjustment a on a.invoice_source = k.source and a.invoice_id = k.invoice_id
            left join receivable r on r.source = a.invoice_source and r.invoice_id = a.invoice_id
            where a.kind = 'credit-note' and a.fingerprint is not null
                and (a.set_aside is null or a.set_aside = \(Reason.overAllocated.rawValue))
            order by a.at, a.adjustment_id, a.source
            """, as: Note.self)
    }

    /// Takes credit notes out of the books; what was allocated of them elsewhere waits again.
    private static func remove(
        _ notes: [(key: LedgerKey, reason: String)], _ transaction: borrowing Transaction
    ) throws -> Set<LedgerKey> {
        guard !notes.isEmpty else { return [] }
        let (sources, identifiers) = (notes.map(\.key.source), notes.map(\.key.identifier))
        let touched = try transaction.query(
            """
            delete from payment_allocation a using unnest(\(sources), \(identifiers)) as k(source, id)
            where a.document_source = k.source and a.payment_id = k.id and a.kind = 'credit-note'
            returning a.source, a.invoice_id, a.allocation_id, a.allocation_source
            """, as: (String, String, String, String).self)
        let later = touched.filter { $0.2 != "" }
        try transaction.queue(
            """
            update later_allocation l set state = 'waiting'
            from unnest(\(later.map(\.3)), \(later.map(\.2))) as k(source, id)
            where l.source = k.source and l.allocation_id = k.id
            """)
        try transaction.queue(
            """
            delete from customer_payment p using unnest(\(sources), \(identifiers)) as k(source, id)
            where p.source = k.source and p.payment_id = k.id and p.kind = 'credit-note'
            """)
        try transaction.queue(
            """
            update receivable_adjustment a set set_aside = k.reason
            from unnest(\(sources), \(identifiers), \(notes.map(\.reason))) as k(source, id, reason)
            where a.source = k.source and a.adjustment_id = k.id and a.kind = 'credit-note'
            """)
        return Set(touched.map { LedgerKey(source: $0.0, identifier: $0.1) })
    }

    /// A credit note is cash of its customer, for its own invoice first.
    private static func enter(_ notes: [LedgerKey], _ transaction: borrowing Transaction) throws {
        guard !notes.isEmpty else { return }
        let (sources, identifiers) = (notes.map(\.source), notes.map(\.identifier))
        try transaction.queue(
            """
            update receivable_adjustment a set set_aside = null
            from unnest(\(sources), \(identifiers)) as k(source, id)
            where a.source = k.source and a.adjustment_id = k.id and a.kind = 'credit-note' and a.set_aside is not null
            """)
        try transaction.queue(
            """
            insert into customer_payment (source, payment_id, kind, fingerprint, customer_of, customer_code, received_at,
                received_day, amount, currency)
            select a.source, a.adjustment_id, a.kind, a.fingerprint, a.customer_of, a.customer_code, a.at, a.day, a.amount,
                a.currency
            from unnest(\(sources), \(identifiers)) as k(source, id)
            join receivable_adjustment a on a.source = k.source and a.adjustment_id = k.id and a.kind = 'credit-note'
            order by 1, 2
            """)
        try transaction.queue(
            """
            insert into payment_allocation (source, document_of, kind, payment_id, invoice_id, received_at,
                received_day, amount)
            select a.invoice_source, nullif(a.source, a.invoice_source), a.kind, a.adjustment_id, a.invoice_id, a.at,
                a.day, a.amount
            from unnest(\(sources), \(identifiers)) as k(source, id)
            join receivable_adjustment a on a.source = k.source and a.adjustment_id = k.id and a.kind = 'credit-note'
            order by 1, 5
            """)
    }

    /// Leaves of credit notes to their own invoices what is not allocated to others.
    ///
    /// - Returns: those invoices.
    static func leaveToOwn(
        of notes: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> Set<LedgerKey> {
        guard !notes.isEmpty else { return [] }
        let sorted = notes.sorted()
        let rows = try transaction.query(
            """
            update payment_allocation a set amount = t.own, applied = least(a.applied, t.own)
            from (
                select p.source, p.payment_id, p.amount - coalesce(sum(l.amount), 0) as own
                from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, payment_id)
                join customer_payment p using (source, payment_id)
                left join payment_allocation l on l.document_source = p.source and l.payment_id = p.payment_id
                    and l.kind = p.kind and l.allocation_id <> ''
                where p.kind = 'credit-note' group by p.source, p.payment_id, p.amount
            ) t
            where a.document_source = t.source and a.payment_id = t.payment_id and a.kind = 'credit-note'
                and a.allocation_id = ''
            returning a.source, a.invoice_id
            """, as: (String, String).self)
        return Set(rows.map { LedgerKey(source: $0.0, identifier: $0.1) })
    }
}
