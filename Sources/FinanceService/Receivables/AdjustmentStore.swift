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
    let customer: String?
    let at: Timestamp
    let amount: FixedDecimal
    let currency: Currency
    let reason: String?
    let proposedBy: String?
    let content: Content<Int64>

    init(source: String, _ body: CreditNoteIssued) {
        kind = .creditNote
        key = LedgerKey(source: source, identifier: body.creditNoteId)
        invoice = LedgerKey(source: source, identifier: body.invoiceId)
        customer = body.customer.code
        (at, amount, currency, reason, proposedBy) = (body.issuedAt, body.amount, body.currency, body.reason, nil)
        content = Content(body)
    }

    init(source: String, _ body: WriteOffProposed) {
        kind = .writeOff
        key = LedgerKey(source: source, identifier: body.writeOffId)
        invoice = LedgerKey(source: source, identifier: body.invoiceId)
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
        let approvedBy: String?
        let approvedAt: Timestamp?
        let invoice: String?
        let amount: FixedDecimal?
        let isSetAside: Bool
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
                a.approved_at, a.invoice_id, a.amount, a.set_aside is not null
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, adjustment_id)
            join receivable_adjustment a using (source, adjustment_id)
            where a.kind = \(kind.rawValue) order by 1, 2 for update of a
            """, as: (String, String, Int64?, String?, String?, Timestamp?, String?, FixedDecimal?, Bool).self)
        var found: [LedgerKey: Standing] = [:]
        for row in rows {
            found[LedgerKey(source: row.0, identifier: row.1)] = Standing(
                fingerprint: row.2, proposedBy: row.3, approvedBy: row.4,
                approvedAt: row.5?.inOffset(minutes: 480), invoice: row.6,
                amount: row.7, isSetAside: row.8)
        }
        return found
    }

    /// An invoice, as far as what lessens it needs to know.
    struct Invoice {
        let amount: FixedDecimal?
        let currency: String?
        let customer: String?
        /// What credit notes have taken from it.
        var credited: FixedDecimal
    }

    /// The invoices of some keys and what credit notes take from them.
    static func invoices(
        _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Invoice] {
        _ = try ReceivableStore.lockInvoices(keys, transaction)
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select r.source, r.invoice_id, r.amount, r.currency, r.customer_code, coalesce((
                select sum(a.amount) from payment_allocation a
                where a.source = r.source and a.invoice_id = r.invoice_id and a.kind = 'credit-note'), 0)
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
            join receivable r using (source, invoice_id)
            """, as: (String, String, FixedDecimal?, String?, String?, FixedDecimal).self)
        var found: [LedgerKey: Invoice] = [:]
        for row in rows {
            found[LedgerKey(source: row.0, identifier: row.1)] = Invoice(
                amount: row.2, currency: row.3, customer: row.4, credited: row.5)
        }
        return found
    }

    /// Writes adjustments down.
    static func put(_ adjustments: [AdjustmentRow], _ transaction: borrowing Transaction) throws {
        let rows = adjustments.sorted { $0.key < $1.key }
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into receivable_adjustment (source, kind, adjustment_id, fingerprint, customer_code, invoice_id, at,
                day, amount, currency, reason, proposed_by)
            select source, kind, id, fingerprint, customer, invoice, at, date '1970-01-01' + day, amount, currency,
                reason, proposed_by
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.kind.rawValue)), \(rows.map(\.key.identifier)),
                \(rows.map(\.content.mark)), \(rows.map(\.customer)), \(rows.map(\.invoice.identifier)),
                \(PostgresValue.timestamps(rows.map(\.at.description))), \(rows.map { $0.at.day().daysSinceEpoch }),
                \(rows.map(\.amount)), \(rows.map(\.currency.code)),
                \(rows.map(\.reason)), \(rows.map(\.proposedBy)))
                as t(source, kind, id, fingerprint, customer, invoice, at, day, amount, currency, reason, proposed_by)
            on conflict (source, kind, adjustment_id) do update set
                fingerprint = excluded.fingerprint, customer_code = excluded.customer_code,
                invoice_id = excluded.invoice_id, at = excluded.at, day = excluded.day, amount = excluded.amount,
                currency = excluded.currency, reason = excluded.reason, proposed_by = excluded.proposed_by,
                set_aside = null
            """)
    }

    /// Lets adjustments count from a time on.
    static func allocate(
        _ adjustments: [(
            kind: AdjustmentRow.Kind, key: LedgerKey, invoice: String, at: Timestamp, amount: FixedDecimal
        )],
        _ transaction: borrowing Transaction
    ) throws {
        guard !adjustments.isEmpty else { return }
        let rows = adjustments.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into payment_allocation (source, kind, payment_id, invoice_id, received_at, received_day, amount)
            select source, kind, id, invoice, at, date '1970-01-01' + day, amount
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.kind.rawValue)), \(rows.map(\.key.identifier)),
                \(rows.map(\.invoice)), \(PostgresValue.timestamps(rows.map(\.at.description))),
                \(rows.map { $0.at.day().daysSinceEpoch }),
                \(rows.map(\.amount)))
                as t(source, kind, id, invoice, at, day, amount)
            """)
    }

    /// Sets adjustments aside that waited for an invoice which they do not fit.
    ///
    /// - Returns: how many.
    static func setAside(
        waitingFor keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> Int {
        let sorted = keys.sorted()
        return try transaction.execute(
            """
            with waiting as (
                select a.source, a.kind, a.adjustment_id, case
                    when a.currency <> r.currency then \(Reason.currencyMismatch.rawValue)
                    when a.customer_code <> r.customer_code then \(Reason.valueNotAllowed.rawValue)
                    -- A write-off counts when it is approved, and then up to what is open: others that are proposed for the
                    -- invoice say nothing against it.
                    when case a.kind when \(AdjustmentRow.Kind.writeOff.rawValue) then a.amount else sum(a.amount) over (
                        partition by a.source, a.invoice_id, a.kind order by a.at, a.adjustment_id) end
                        > r.amount then \(Reason.overAllocated.rawValue) end as fault
                from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
                join receivable r using (source, invoice_id)
                join receivable_adjustment a using (source, invoice_id)
                where a.set_aside is null
            ), gone as (
                delete from payment_allocation p using waiting w
                where w.fault is not null and p.source = w.source and p.kind = w.kind and p.payment_id = w.adjustment_id
            )
            update receivable_adjustment a set set_aside = w.fault from waiting w
            where w.fault is not null and a.source = w.source and a.kind = w.kind
                and a.adjustment_id = w.adjustment_id
            """)
    }
}
