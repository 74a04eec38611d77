import Contracts
import Domain
import Postgres
import ServiceKit

/// What of a payment or credit note on account is for which invoices.
struct LaterAllocation {
    let key: LedgerKey
    let payment: LedgerKey
    let at: Timestamp
    /// Each invoice once.
    var items: [(invoice: LedgerKey, amount: FixedDecimal)]
    let fingerprint: Int64

    var sum: FixedDecimal { items.reduce(.zero) { $0 + $1.amount } }
}

extension LaterAllocation {
    init(source: String, _ body: PaymentAllocated) {
        self.init(
            key: LedgerKey(source: source, identifier: body.allocationId),
            payment: LedgerKey(source: body.paymentSource ?? source, identifier: body.paymentId), at: body.allocatedAt,
            items: PaymentAllocation.sums(of: body.allocations, source), fingerprint: Content(body).mark)
    }
}

/// The SQL of allocations that come after their payment or credit note.
enum LaterAllocationStore {
    /// A payment or credit note, and what of it is spoken for.
    struct Payment {
        let kind: ApplicationPolicy.Kind
        let currency: String
        let amount: FixedDecimal
        var allocated: FixedDecimal
    }

    /// The fingerprints of allocations by key; those that were set aside may come again otherwise.
    static func known(
        _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Int64] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select l.source, l.allocation_id, l.fingerprint
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, allocation_id)
            join later_allocation l using (source, allocation_id) where l.state <> 'set-aside'
            """, as: (String, String, Int64).self)
        return Dictionary(
            rows.map { (LedgerKey(source: $0.0, identifier: $0.1), $0.2) }, uniquingKeysWith: { first, _ in first })
    }

    /// Payments and credit notes by number.
    static func payments(
        _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Payment] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select p.source, p.payment_id, p.kind, p.currency, p.amount, s.spoken
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, payment_id)
            join customer_payment p using (source, payment_id)
            -- What a credit note gives its own invoice is only what that had room for.
            cross join lateral (
                select coalesce(sum(case when a.kind = 'credit-note' and a.allocation_id = '' then a.applied
                    else a.amount end), 0) as spoken
                from payment_allocation a
                where a.document_source = p.source and a.payment_id = p.payment_id and a.kind = p.kind
            ) s
            where p.kind in ('payment', 'credit-note')
            """, as: StoredPayment.self)
        var found: [LedgerKey: Payment] = [:]
        for row in rows {
            guard let payment = row.payment else { continue }
            // A payment and a credit note of one number: the payment is meant.
            if payment.kind == .creditNote, found[row.key] != nil { continue }
            found[row.key] = payment
        }
        return found
    }

    /// A payment or credit note as it stands in the table.
    private struct StoredPayment: PostgresRow {
        let key: LedgerKey
        /// `nil` when it is of a kind that only a later release knows.
        let payment: Payment?

        init(row: inout RowReader) throws(PostgresError) {
            key = LedgerKey(source: try row("source"), identifier: try row("payment_id"))
            guard let kind = ApplicationPolicy.Kind(rawValue: try row("kind")) else {
                payment = nil
                return
            }
            payment = Payment(
                kind: kind, currency: try row("currency"), amount: try row("amount"), allocated: try row("spoken"))
        }
    }

    /// What waits for payments or credit notes, the oldest first.
    static func waiting(
        for keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LaterAllocation] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select l.source, l.allocation_id, l.payment_source, l.payment_id, l.at,
                coalesce(i.invoice_of, l.source) as invoice_source, i.invoice_id, i.amount
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, payment_id)
            join later_allocation l on l.payment_source = k.source and l.payment_id = k.payment_id
            left join lateral unnest(l.invoice_sources, l.invoices, l.amounts) with ordinality
                as i(invoice_of, invoice_id, amount, place) on true
            where l.state = 'waiting' order by l.at, l.allocation_id, l.source, i.place
            """, as: WaitingItem.self)
        var found: [LaterAllocation] = []
        for row in rows {
            if found.last?.key != row.key {
                found.append(
                    LaterAllocation(key: row.key, payment: row.payment, at: row.at, items: [], fingerprint: 0))
            }
            if let item = row.item { found[found.count - 1].items.append(item) }
        }
        return found
    }

    /// An allocation that waits, and one of the invoices that it is for.
    private struct WaitingItem: PostgresRow {
        let key: LedgerKey
        let payment: LedgerKey
        let at: Timestamp
        /// `nil` when it is for none.
        let item: (invoice: LedgerKey, amount: FixedDecimal)?

        init(row: inout RowReader) throws(PostgresError) {
            let source = try row("source", as: String.self)
            key = LedgerKey(source: source, identifier: try row("allocation_id"))
            payment = LedgerKey(source: try row("payment_source"), identifier: try row("payment_id"))
            at = try row("at", as: Timestamp.self).inZone()
            let invoiceSource = try row("invoice_source", as: String.self)
            if let invoice = try row("invoice_id", as: String?.self),
                let amount = try row("amount", as: FixedDecimal?.self)
            {
                item = (LedgerKey(source: invoiceSource, identifier: invoice), amount)
            } else {
                item = nil
            }
        }
    }

    /// Writes allocations down, as applied or as waiting for their payment.
    static func put(
        _ allocations: [LaterAllocation], state: String, _ transaction: borrowing Transaction
    ) throws {
        guard !allocations.isEmpty else { return }
        let rows = allocations.sorted { $0.key < $1.key }
        let items = rows.enumerated().flatMap { place, row in
            row.items.map { (Int32(place + 1), $0, $0.invoice.otherSource(than: row.key.source)) }
        }
        try transaction.queue(
            """
            insert into later_allocation (source, allocation_id, fingerprint, payment_of, payment_id, at, invoices,
                invoice_sources, amounts, state)
            select t.source, t.id, t.fingerprint, t.payment_of, t.payment, t.at, i.invoices, i.sources, i.amounts,
                \(state)
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.fingerprint)),
                \(rows.map { $0.payment.otherSource(than: $0.key.source) }), \(rows.map(\.payment.identifier)),
                \(PostgresValue.timestamps(rows.map(\.at.description))))
                with ordinality as t(source, id, fingerprint, payment_of, payment, at, place)
            cross join lateral (
                select coalesce(array_agg(i.invoice order by i.n), '{}') as invoices,
                    coalesce(array_agg(i.source order by i.n), '{}') as sources,
                    coalesce(array_agg(i.amount order by i.n), '{}') as amounts
                from unnest(
                    \(items.map(\.0)), \(items.map(\.1.invoice.identifier)), \(items.map(\.2)),
                    \(items.map(\.1.amount))) with ordinality as i(place, invoice, source, amount, n)
                where i.place = t.place
            ) i
            on conflict (source, allocation_id) do update set
                fingerprint = excluded.fingerprint, payment_of = excluded.payment_of,
                payment_id = excluded.payment_id, at = excluded.at,
                invoices = excluded.invoices, invoice_sources = excluded.invoice_sources, amounts = excluded.amounts,
                state = excluded.state, detail = null
            """)
    }

    /// Writes down which of those that waited are applied, and why the others are set aside.
    static func judge(
        _ allocations: [(key: LedgerKey, fault: Refusal?)], _ transaction: borrowing Transaction
    ) throws {
        guard !allocations.isEmpty else { return }
        try transaction.queue(
            """
            update later_allocation l set detail = t.detail,
                state = case when t.detail is null then 'applied' else 'set-aside' end
            from unnest(
                \(allocations.map(\.key.source)), \(allocations.map(\.key.identifier)),
                \(allocations.map { $0.fault?.description })) as t(source, id, detail)
            where l.source = t.source and l.allocation_id = t.id
            """)
    }

    /// Has allocations count for their invoices. Money is not applied before it is there: each counts from its own day, or
    /// from that of the payment.
    static func allocate(
        _ rows: [LaterAllocation], _ kinds: [LedgerKey: ApplicationPolicy.Kind], _ transaction: borrowing Transaction
    ) throws {
        let items = rows.flatMap { row in row.items.map { (row, $0) } }
        guard !items.isEmpty else { return }
        try transaction.queue(
            """
            insert into payment_allocation (source, document_of, kind, payment_id, allocation_of, allocation_id,
                invoice_id, received_at, received_day, amount)
            select t.invoice_source, nullif(t.source, t.invoice_source), t.kind, t.payment_id, t.allocation_of,
                t.allocation_id, t.invoice_id, greatest(t.at, p.received_at), greatest(date '1970-01-01' + t.day, p.received_day),
                t.amount
            from unnest(
                \(items.map(\.0.payment.source)), \(items.map(\.1.invoice.source)), \(items.map(\.0.payment.identifier)),
                \(items.map { $0.0.key.otherSource(than: $0.0.payment.source) }), \(items.map(\.0.key.identifier)), \(items.map(\.1.invoice.identifier)),
                \(items.map { (kinds[$0.0.payment] ?? .payment).rawValue }),
                \(PostgresValue.timestamps(items.map(\.0.at.description))),
                \(items.map { $0.0.at.day().daysSinceEpoch }),
                \(items.map(\.1.amount)))
                as t(source, invoice_source, payment_id, allocation_of, allocation_id, invoice_id, kind, at, day, amount)
            join customer_payment p on p.source = t.source and p.payment_id = t.payment_id and p.kind = t.kind
            """)
    }

    /// Sets allocations of credit notes aside that waited for an invoice which has now come in another currency. (Of a
    /// payment the whole payment is set aside: its sender has given it in a wrong currency.)
    ///
    /// - Returns: the other invoices that what is free again goes back to.
    static func setAside(
        waitingFor keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> Set<LedgerKey> {
        let sorted = keys.sorted()
        let wrong = try transaction.query(
            """
            with wrong as (
                delete from payment_allocation a
                using unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
                join receivable r using (source, invoice_id), customer_payment p
                where a.source = r.source and a.invoice_id = r.invoice_id and a.kind = 'credit-note'
                    and a.allocation_id <> '' and p.source = a.document_source and p.payment_id = a.payment_id
                    and p.kind = a.kind and p.currency <> r.currency
                returning a.document_source as source, a.payment_id, a.allocation_source, a.allocation_id
            )
            update later_allocation l set state = 'set-aside', detail = \(Reason.currencyMismatch.rawValue)
            from wrong w where l.source = w.allocation_source and l.allocation_id = w.allocation_id
            returning w.source, w.payment_id
            """, as: (String, String).self)
        return try AdjustmentStore.leaveToOwn(
            of: Set(wrong.map { LedgerKey(source: $0.0, identifier: $0.1) }), transaction)
    }
}
