import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL by which payments are applied to invoices, and by which one in a wrong currency is taken back.
enum ApplicationStore {
    /// Applies what is allocated to some invoices, anew from all of it, and tells whoever waits for their money.
    ///
    /// The payments, credit notes and write-offs of an invoice count in the order in which they were received (by number
    /// when at the same instant), each up to what the ones before it left open; what went back is taken off again. So the
    /// result depends on what has come, not on when it came, and the part of a payment that an invoice has no more room
    /// for stays cash on account.
    static func apply(
        to keys: Set<LedgerKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !keys.isEmpty else { return }
        let sorted = keys.sorted()
        let (sources, identifiers) = (sorted.map(\.source), sorted.map(\.identifier))
        let changed = changes(of: try items(sources, identifiers, transaction))
        guard !changed.isEmpty else { return }
        try put(changed.flatMap { change in change.applied.map { (change.invoice, $0.item, $0.applied) } }, transaction)
        try round(changed, transaction)
        let touched = changed.map(\.invoice)
        try settle(touched.map(\.source), touched.map(\.identifier), transaction, &effects)
    }

    /// An invoice with what is meant for it.
    private struct Meant {
        let invoice: LedgerKey
        let amount: FixedDecimal
        let currency: Currency
        let issued: (at: Int64, day: CalendarDay)
        var items: [(item: ApplicationPolicy.Item, applied: FixedDecimal)] = []
        /// What stands as rounding now.
        var rounding = FixedDecimal.zero
    }

    /// What counts otherwise than it stands.
    private struct Change {
        let invoice: LedgerKey
        let applied: [(item: ApplicationPolicy.Item, applied: FixedDecimal)]
        /// `nil` when it stays.
        let rounding: (amount: FixedDecimal, at: Int64, day: CalendarDay)?
    }

    private static func changes(of invoices: [Meant]) -> [Change] {
        invoices.compactMap { invoice -> Change? in
            let (applied, rounding) = ApplicationPolicy.applied(
                invoice.items.map(\.item), to: invoice.amount, in: invoice.currency)
            let moved = zip(invoice.items, applied).filter { $0.0.applied != $0.1 }.map { ($0.0.item, $0.1) }
            guard !moved.isEmpty || rounding != invoice.rounding else { return nil }
            // A rounding is of the time at which what came last has left it.
            let last = zip(invoice.items, applied).filter { $0.1 > .zero }.map { ($0.0.item.at, $0.0.item.day) }
                .max { $0.0 < $1.0 }
            let at = last.flatMap { $0.0 > invoice.issued.at ? $0 : nil } ?? (invoice.issued.at, invoice.issued.day)
            return Change(
                invoice: invoice.invoice, applied: moved,
                rounding: rounding == invoice.rounding ? nil : (rounding, at.0, at.1))
        }
    }

    /// What is meant for some invoices that have come.
    private static func items(
        _ sources: [String], _ identifiers: [String], _ transaction: borrowing Transaction
    ) throws -> [Meant] {
        let rows = try transaction.query(
            """
            select k.place - 1 as place, r.amount, r.currency, r.issued_at, r.issued_day, coalesce(a.kind, '') as kind,
                coalesce(a.document_source, '') as document_source, coalesce(a.payment_id, '') as payment_id,
                coalesce(a.allocation_id, '') as allocation_id,
                coalesce(a.allocation_source, '') as allocation_source, coalesce(a.received_at, r.issued_at) as received_at,
                coalesce(a.received_day, r.issued_day) as received_day, coalesce(a.amount, 0) as meant,
                coalesce(a.applied, 0) as applied
            from unnest(\(sources), \(identifiers)) with ordinality as k(source, invoice_id, place)
            join receivable r using (source, invoice_id)
            left join payment_allocation a using (source, invoice_id)
            where r.amount is not null order by 1
            """, as: StoredItem.self)
        var found: [Meant] = []
        var last: Int?
        for row in rows {
            if row.place != last {
                last = row.place
                found.append(
                    Meant(
                        invoice: LedgerKey(source: sources[row.place], identifier: identifiers[row.place]),
                        amount: row.amount, currency: row.currency, issued: row.issued))
            }
            guard let item = row.item else { continue }
            if item.kind == .rounding {
                found[found.count - 1].rounding = row.applied
            } else {
                found[found.count - 1].items.append((item, row.applied))
            }
        }
        return found
    }

    /// An invoice and one of what is meant for it, as the tables have them.
    private struct StoredItem: PostgresRow {
        let place: Int
        let amount: FixedDecimal
        let currency: Currency
        let issued: (at: Int64, day: CalendarDay)
        /// `nil` when nothing is meant for it.
        let item: ApplicationPolicy.Item?
        /// What of it counts as it stands.
        let applied: FixedDecimal

        init(row: inout RowReader) throws(PostgresError) {
            place = try row("place")
            amount = try row("amount")
            currency = try row("currency")
            issued = (try row("issued_at", as: Timestamp.self).microsecondsSinceEpoch, try row("issued_day"))
            applied = try row("applied")
            guard let kind = ApplicationPolicy.Kind(rawValue: try row("kind")) else {
                item = nil
                return
            }
            item = ApplicationPolicy.Item(
                kind: kind,
                document: LedgerKey(source: try row("document_source"), identifier: try row("payment_id")),
                allocation: LedgerKey(
                    source: try row("allocation_source"), identifier: try row("allocation_id")),
                at: try row("received_at", as: Timestamp.self).microsecondsSinceEpoch, day: try row("received_day"),
                amount: try row("meant"))
        }
    }

    private static func put(
        _ rows: [(invoice: LedgerKey, item: ApplicationPolicy.Item, applied: FixedDecimal)],
        _ transaction: borrowing Transaction
    ) throws {
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            update payment_allocation a set applied = t.applied
            from unnest(
                \(rows.map(\.invoice.source)), \(rows.map(\.invoice.identifier)), \(rows.map(\.item.kind.rawValue)),
                \(rows.map(\.item.document.source)), \(rows.map(\.item.document.identifier)),
                \(rows.map(\.item.allocation.source)), \(rows.map(\.item.allocation.identifier)), \(rows.map(\.applied)))
                as t(source, invoice_id, kind, document_source, payment_id, allocation_source, allocation_id, applied)
            where a.source = t.source and a.invoice_id = t.invoice_id and a.kind = t.kind
                and a.payment_id = t.payment_id and a.allocation_id = t.allocation_id
                and a.document_source = t.document_source and a.allocation_source = t.allocation_source
            """)
    }

    /// Writes what is too little to be paid, so that an invoice is settled whose currency has no smaller unit.
    private static func round(_ changes: [Change], _ transaction: borrowing Transaction) throws {
        let rows = changes.compactMap { change in change.rounding.map { (change.invoice, $0) } }
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            delete from payment_allocation a
            using unnest(\(rows.map(\.0.source)), \(rows.map(\.0.identifier))) as k(source, invoice_id)
            where a.source = k.source and a.invoice_id = k.invoice_id and a.kind = 'rounding'
            """)
        let written = rows.filter { $0.1.amount != .zero }
        guard !written.isEmpty else { return }
        try transaction.queue(
            """
            insert into payment_allocation (source, invoice_id, kind, payment_id, received_at, received_day, amount,
                applied)
            select source, invoice_id, 'rounding', '', timestamptz 'epoch' + at * interval '1 microsecond',
                date '1970-01-01' + day, amount, amount
            from unnest(
                \(written.map(\.0.source)), \(written.map(\.0.identifier)), \(written.map(\.1.at)),
                \(written.map(\.1.day.daysSinceEpoch)), \(written.map(\.1.amount)))
                as t(source, invoice_id, at, day, amount)
            """)
    }

    /// Writes how much of some invoices is paid, and since when they are settled.
    static func settle(
        _ sources: [String], _ identifiers: [String], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let changed = try transaction.query(
            """
            update receivable r set paid = t.paid, settled_day = t.settled_day
            from (
                select r.source, r.invoice_id, coalesce(p.paid, 0) as paid, c.customer_id,
                    case when coalesce(p.paid, 0) >= r.amount
                        then greatest(r.issued_day, p.last_day) end as settled_day
                from unnest(\(sources), \(identifiers)) as k(source, invoice_id)
                join receivable r using (source, invoice_id)
                left join account c on c.source = r.customer_source and c.code = r.customer_code
                cross join lateral (
                    select sum(a.applied) as paid, max(a.received_day) filter (where a.applied > 0) as last_day
                    from payment_allocation a where a.source = k.source and a.invoice_id = k.invoice_id
                ) p
                where r.amount is not null
            ) t
            where r.source = t.source and r.invoice_id = t.invoice_id
                and (r.paid <> t.paid or r.settled_day is distinct from t.settled_day)
            returning r.source, r.invoice_id, t.customer_id, r.customer_code, r.amount, r.amount - r.paid as open,
                r.currency, r.customer_of, r.reminded > 0 as is_reminded
            """, as: ChangedInvoice.self)
        for row in changed {
            let customerId = row.customerId ?? AccountIdentifier.customer(source: row.party, code: row.customerCode)
            effects.publish(
                PaymentApplied(
                    source: row.key.source, invoiceId: row.key.identifier, customerId: customerId,
                    customerCode: row.customerCode, customerSource: row.customerSource, amount: row.amount,
                    openAmount: row.open, currency: row.currency, settled: row.open == .zero,
                    appliedAt: effects.now), key: customerId)
            if row.isReminded, row.open == .zero { RaisedReceivables.settle(row.key, &effects) }
        }
        try RaisedReceivables.keepPromises(ofInvoices: changed.map(\.key), transaction, &effects)
        try CreditReview.ask(
            of: changed.map { CreditParty(source: $0.party, customer: $0.customerCode) }, transaction, &effects)
    }

    /// An invoice of which another amount is paid than before.
    private struct ChangedInvoice: PostgresRow {
        let key: LedgerKey
        /// `nil` while its account is not known.
        let customerId: String?
        let customerCode: String
        /// The system whose code that is, when it is another than the invoice's.
        let customerSource: String?
        let amount: FixedDecimal
        let open: FixedDecimal
        let currency: Currency
        /// Whether anybody was reminded of it.
        let isReminded: Bool

        /// The system whose code its customer has.
        var party: String { customerSource ?? key.source }

        init(row: inout RowReader) throws(PostgresError) {
            key = LedgerKey(source: try row("source"), identifier: try row("invoice_id"))
            customerId = try row("customer_id")
            customerCode = try row("customer_code")
            customerSource = try row("customer_of")
            amount = try row("amount")
            open = try row("open")
            currency = try row("currency")
            isReminded = try row("is_reminded")
        }
    }

    /// Sets payments aside that waited for an invoice which has now come in another currency.
    ///
    /// - Parameter keys: the invoices that have come.
    /// - Returns: how many, and the other invoices that lose what was applied of them.
    static func setAside(
        waitingFor keys: Set<LedgerKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws -> (count: Int, touched: Set<LedgerKey>) {
        let sorted = keys.sorted()
        let freed = try LaterAllocationStore.setAside(waitingFor: keys, transaction)
        let wrong = try transaction.query(
            """
            select distinct on (p.source, p.payment_id) p.source, p.payment_id, r.invoice_id, r.currency,
                p.currency as payment_currency
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
            join receivable r using (source, invoice_id)
            join payment_allocation a using (source, invoice_id)
            join customer_payment p on p.source = a.document_source and p.payment_id = a.payment_id and p.kind = a.kind
            where p.currency <> r.currency and a.kind = 'payment'
            order by p.source, p.payment_id, r.invoice_id
            """, as: WrongPayment.self)
        guard !wrong.isEmpty else { return (0, freed) }
        let (sources, payments) = (wrong.map(\.key.source), wrong.map(\.key.identifier))
        let details = wrong.map { currencyDetail(payment: $0.currency, invoice: $0.invoice, $0.invoiceCurrency) }
        try transaction.queue(
            """
            insert into payment_set_aside (source, payment_id, customer_code, received_at, amount, currency,
                invoice_id, reason, detail)
            select p.source, p.payment_id, p.customer_code, p.received_at, p.amount, p.currency, k.invoice_id,
                \(Reason.currencyMismatch.rawValue), k.detail
            from unnest(\(sources), \(payments), \(wrong.map(\.invoice)), \(details))
                as k(source, payment_id, invoice_id, detail)
            join customer_payment p using (source, payment_id) where p.kind = 'payment'
            on conflict (source, payment_id) do nothing
            """)
        let withdrawn = try ReturnStore.withdraw(of: Set(wrong.map(\.key)), transaction)
        let touched = try transaction.query(
            """
            delete from payment_allocation a using unnest(\(sources), \(payments)) as k(source, payment_id)
            where a.document_source = k.source and a.payment_id = k.payment_id and a.kind = 'payment'
            returning a.source, a.invoice_id
            """, as: (String, String).self)
        try transaction.queue(
            """
            delete from customer_payment p using unnest(\(sources), \(payments)) as k(source, payment_id)
            where p.source = k.source and p.payment_id = k.payment_id and p.kind = 'payment'
            """)
        try transaction.queue(
            """
            update later_allocation l set state = 'waiting'
            from unnest(\(sources), \(payments)) as k(source, payment_id)
            where l.payment_source = k.source and l.payment_id = k.payment_id
            """)
        let invoices = withdrawn.union(touched.map { LedgerKey(source: $0.0, identifier: $0.1) })
        _ = try ReceivableStore.lockInvoices(invoices, transaction)
        try settle(
            invoices.sorted().map(\.source), invoices.sorted().map(\.identifier), transaction, &effects)
        try dropEmptyKeys(invoices, transaction)
        return (wrong.count, invoices.union(freed))
    }

    /// A payment in another currency than that of an invoice which it was for.
    private struct WrongPayment: PostgresRow {
        let key: LedgerKey
        let currency: String
        let invoice: String
        let invoiceCurrency: String

        init(row: inout RowReader) throws(PostgresError) {
            key = LedgerKey(source: try row("source"), identifier: try row("payment_id"))
            currency = try row("payment_currency")
            invoice = try row("invoice_id")
            invoiceCurrency = try row("currency")
        }
    }

    /// Takes the keys of invoices away that have not come and for which nothing waits any more.
    static func dropEmptyKeys(_ keys: Set<LedgerKey>, _ transaction: borrowing Transaction) throws {
        let sorted = keys.sorted()
        try transaction.queue(
            """
            delete from receivable r
            using unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
            where r.source = k.source and r.invoice_id = k.invoice_id and r.amount is null
                and not exists (
                    select from payment_allocation a where a.source = r.source and a.invoice_id = r.invoice_id)
            """)
    }

    /// Why a payment in one currency cannot pay an invoice in another.
    static func currencyDetail(payment: String, invoice: String, _ currency: String) -> String {
        "the payment is in \(payment), invoice '\(invoice)' in \(currency): convert it at the sender and send it again"
    }
}
