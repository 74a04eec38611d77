import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of payments that went back.
enum ReturnStore {
    /// A return as it stands.
    struct Standing {
        let fingerprint: Int64
        let isSetAside: Bool
    }

    /// A payment, as far as its return needs to know.
    struct Payment {
        let currency: String
        let amount: FixedDecimal
        /// What has gone back of it already.
        var returned: FixedDecimal
    }

    static func standings(
        _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Standing] {
        try KeyLock.lock("payment-return", keys, transaction)
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select r.source, r.return_id, r.fingerprint, r.state = 'set-aside'
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, return_id)
            join payment_return r using (source, return_id)
            """, as: (String, String, Int64, Bool).self)
        return Dictionary(
            rows.map { (LedgerKey(source: $0.0, identifier: $0.1), Standing(fingerprint: $0.2, isSetAside: $0.3)) },
            uniquingKeysWith: { first, _ in first })
    }

    static func payments(
        _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Payment] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select p.source, p.payment_id, p.currency, p.amount, coalesce((
                select sum(r.amount) from payment_return r
                where r.payment_source = p.source and r.payment_id = p.payment_id and r.state = 'applied'), 0) as returned
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, payment_id)
            join customer_payment p using (source, payment_id) where p.kind = 'payment'
            """, as: StoredPayment.self)
        return Dictionary(rows.map { ($0.key, $0.payment) }, uniquingKeysWith: { first, _ in first })
    }

    /// A payment as it stands in the table.
    private struct StoredPayment: PostgresRow {
        let key: LedgerKey
        let payment: Payment

        init(row: inout RowReader) throws(PostgresError) {
            key = LedgerKey(source: try row("source"), identifier: try row("payment_id"))
            payment = Payment(
                currency: try row("currency"), amount: try row("amount"), returned: try row("returned"))
        }
    }

    /// Writes returns down; nothing is taken back yet.
    static func put(_ returns: [ReturnRow], _ transaction: borrowing Transaction) throws {
        let rows = returns.sorted { $0.key < $1.key }
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into payment_return (source, return_id, fingerprint, payment_of, payment_id, at, amount, currency,
                reason, note, taken_by, state)
            select source, id, fingerprint, payment_of, payment, at, amount, currency, reason, note, taken, 'waiting'
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.content.mark)),
                \(rows.map(\.body.paymentSource)), \(rows.map(\.body.paymentId)),
                \(PostgresValue.timestamps(rows.map(\.body.returnedAt.description))),
                \(rows.map(\.body.amount)), \(rows.map(\.body.currency.code)), \(rows.map(\.body.reason.rawValue)),
                \(rows.map(\.body.note)), \(rows.map(\.body.by)))
                as t(source, id, fingerprint, payment_of, payment, at, amount, currency, reason, note, taken)
            on conflict (source, return_id) do update set
                fingerprint = excluded.fingerprint, payment_of = excluded.payment_of,
                payment_id = excluded.payment_id, at = excluded.at, amount = excluded.amount,
                currency = excluded.currency, reason = excluded.reason, note = excluded.note,
                taken_by = excluded.taken_by, state = 'waiting', detail = null
            """)
    }

    /// Takes the returns of some payments out of the books again: they wait.
    ///
    /// - Returns: the invoices from which something was taken back.
    static func withdraw(
        of payments: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> Set<LedgerKey> {
        let sorted = payments.sorted()
        let (sources, identifiers) = (sorted.map(\.source), sorted.map(\.identifier))
        let touched = try transaction.query(
            """
            delete from payment_allocation a
            using unnest(\(sources), \(identifiers)) as k(source, payment_id)
            join payment_return r on r.payment_source = k.source and r.payment_id = k.payment_id
            where a.document_source = r.source and a.payment_id = r.return_id and a.kind = 'return'
            returning a.source, a.invoice_id
            """, as: (String, String).self)
        try transaction.queue(
            """
            delete from customer_payment p
            using unnest(\(sources), \(identifiers)) as k(source, payment_id)
            join payment_return r on r.payment_source = k.source and r.payment_id = k.payment_id
            where p.source = r.source and p.payment_id = r.return_id and p.kind = 'return'
            """)
        try transaction.queue(
            """
            update payment_return r set state = 'waiting', detail = null
            from unnest(\(sources), \(identifiers)) as k(source, payment_id)
            where r.payment_source = k.source and r.payment_id = k.payment_id and r.state <> 'waiting'
            """)
        return Set(touched.map { LedgerKey(source: $0.0, identifier: $0.1) })
    }

    /// Whether anything of some payments has gone back.
    static func returned(
        of payments: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> Set<LedgerKey> {
        let sorted = payments.sorted()
        let rows = try transaction.query(
            """
            select distinct k.source, k.payment_id
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, payment_id)
            join payment_return r on r.payment_source = k.source and r.payment_id = k.payment_id
            """, as: (String, String).self)
        return Set(rows.map { LedgerKey(source: $0.0, identifier: $0.1) })
    }

    /// Takes back what has gone back of some payments, as far as these have come: anew from all that is known, so that it
    /// does not matter what came when.
    static func spread(
        _ payments: Set<LedgerKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !payments.isEmpty else { return }
        let concerned = try returned(of: payments, transaction)
        guard !concerned.isEmpty else { return }
        var touched = try withdraw(of: concerned, transaction)
        var taken: [(key: LedgerKey, payment: LedgerKey, parts: [ReturnPolicy.Part])] = []
        for (payment, entries) in try documents(of: concerned, transaction).sorted(by: { $0.key < $1.key }) {
            let parts = ReturnPolicy.parts(
                of: entries.returns.map { ($0.amount, $0.at) }, from: entries.amount, entries.allocations)
            for (entry, found) in zip(entries.returns, parts) {
                guard let found, entry.currency == entries.currency else {
                    try setAside(entry.key, found == nil ? .overAllocated : .currencyMismatch, transaction)
                    effects.count("returns_set_aside")
                    continue
                }
                taken.append((entry.key, payment, found))
                touched.formUnion(found.map(\.invoice))
            }
        }
        _ = try ReceivableStore.lockInvoices(touched, transaction)
        try take(taken, transaction)
        try ApplicationStore.apply(to: touched, transaction, &effects)
        let sorted = touched.sorted()
        try ApplicationStore.settle(sorted.map(\.source), sorted.map(\.identifier), transaction, &effects)
    }

    private struct Documents {
        let amount: FixedDecimal
        let currency: String
        var returns: [(key: LedgerKey, amount: FixedDecimal, currency: String, at: Timestamp)] = []
        var allocations: [ReturnPolicy.Allocation] = []
    }

    /// Payments that have come, with what they are for and what has gone back of them.
    private static func documents(
        of payments: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Documents] {
        let sorted = payments.sorted()
        let (sources, identifiers) = (sorted.map(\.source), sorted.map(\.identifier))
        let rows = try transaction.query(
            """
            select p.source, p.payment_id, p.amount as paid_amount, p.currency as paid_currency,
                r.source as return_source, r.return_id, r.amount, r.currency, greatest(r.at, p.received_at) as returned_at
            from unnest(\(sources), \(identifiers)) as k(source, payment_id)
            join customer_payment p using (source, payment_id)
            join payment_return r on r.payment_source = p.source and r.payment_id = p.payment_id
            where p.kind = 'payment' order by r.at, r.return_id, r.source
            """, as: StoredReturn.self)
        var found: [LedgerKey: Documents] = [:]
        for row in rows {
            found[row.payment, default: Documents(amount: row.paidAmount, currency: row.paidCurrency)].returns.append(
                (row.key, row.amount, row.currency, row.at))
        }
        let allocations = try transaction.query(
            """
            select a.document_source, a.payment_id, a.source, a.invoice_id, a.amount, a.received_at
            from unnest(\(sources), \(identifiers)) as k(source, payment_id)
            join payment_allocation a on a.document_source = k.source and a.payment_id = k.payment_id
            where a.kind = 'payment'
            """, as: StoredAllocation.self)
        for row in allocations { found[row.payment]?.allocations.append(row.allocation) }
        return found
    }

    /// A return as it stands in the table, with its payment.
    private struct StoredReturn: PostgresRow {
        let payment: LedgerKey
        let paidAmount: FixedDecimal
        let paidCurrency: String
        let key: LedgerKey
        let amount: FixedDecimal
        let currency: String
        let at: Timestamp

        init(row: inout RowReader) throws(PostgresError) {
            payment = LedgerKey(source: try row("source"), identifier: try row("payment_id"))
            paidAmount = try row("paid_amount")
            paidCurrency = try row("paid_currency")
            key = LedgerKey(source: try row("return_source"), identifier: try row("return_id"))
            amount = try row("amount")
            currency = try row("currency")
            at = try row("returned_at")
        }
    }

    /// What of a payment is allocated to an invoice, as it stands in the table.
    private struct StoredAllocation: PostgresRow {
        let payment: LedgerKey
        let allocation: ReturnPolicy.Allocation

        init(row: inout RowReader) throws(PostgresError) {
            payment = LedgerKey(source: try row("document_source"), identifier: try row("payment_id"))
            allocation = ReturnPolicy.Allocation(
                invoice: LedgerKey(source: try row("source"), identifier: try row("invoice_id")),
                amount: try row("amount"), at: try row("received_at"))
        }
    }

    private static func setAside(
        _ key: LedgerKey, _ reason: Reason, _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            update payment_return set state = 'set-aside', detail = \(reason.rawValue)
            where source = \(key.source) and return_id = \(key.identifier)
            """)
    }

    /// A return is a payment with its sign turned.
    private static func take(
        _ returns: [(key: LedgerKey, payment: LedgerKey, parts: [ReturnPolicy.Part])],
        _ transaction: borrowing Transaction
    ) throws {
        guard !returns.isEmpty else { return }
        let (sources, identifiers) = (returns.map(\.key.source), returns.map(\.key.identifier))
        try transaction.queue(
            """
            insert into customer_payment (source, payment_id, kind, fingerprint, customer_of, customer_code,
                received_at, received_day, amount, currency)
            select r.source, r.return_id, 'return', r.fingerprint, nullif(p.customer_source, r.source), p.customer_code,
                t.at, \(SQL.day(of: "t.at")), -r.amount, r.currency
            from unnest(\(sources), \(identifiers)) as k(source, return_id)
            join payment_return r using (source, return_id)
            join customer_payment p on p.source = r.payment_source and p.payment_id = r.payment_id and p.kind = 'payment'
            cross join lateral (select greatest(r.at, p.received_at) as at) t
            """)
        try transaction.queue(
            """
            update payment_return r set state = 'applied', detail = null
            from unnest(\(sources), \(identifiers)) as k(source, return_id)
            where r.source = k.source and r.return_id = k.return_id
            """)
        let parts = returns.flatMap { entry in entry.parts.map { (entry, $0) } }
        guard !parts.isEmpty else { return }
        try transaction.queue(
            """
            insert into payment_allocation (source, document_of, kind, payment_id, allocation_of, allocation_id,
                invoice_id, received_at, received_day, amount)
            select source, document_of, 'return', id, payment_of, payment, invoice, at, date '1970-01-01' + day, -amount
            from unnest(
                \(parts.map(\.1.invoice.source)), \(parts.map { $0.0.key.otherSource(than: $0.1.invoice.source) }),
                \(parts.map(\.0.key.identifier)), \(parts.map { $0.0.payment.otherSource(than: $0.0.key.source) }),
                \(parts.map(\.0.payment.identifier)),
                \(parts.map(\.1.invoice.identifier)), \(PostgresValue.timestamps(parts.map(\.1.at.description))),
                \(parts.map { $0.1.at.day().daysSinceEpoch }), \(parts.map(\.1.amount)))
                as t(source, document_of, id, payment_of, payment, invoice, at, day, amount)
            """)
    }
}
