import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL by which payments are applied to invoices, and by which one in a wrong currency is taken back.
enum ApplicationStore {
    /// Applies what is allocated to some invoices, anew from all of it, and tells whoever waits for their money.
    ///
    /// The payments, credit notes and write-offs of an invoice count in the order in which they were received (by number when at the same instant),
    /// each up to what the ones before it left open. So the result depends on what has come, not on when it came, and
    /// the part of a payment that an invoice has no more room for stays cash on account.
    static func apply(
        to keys: Set<LedgerKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !keys.isEmpty else { return }
        let sorted = keys.sorted()
        let (sources, identifiers) = (sorted.map(\.source), sorted.map(\.identifier))
        let applied = try transaction.execute(
            """
            update payment_allocation a set applied = t.applied
            from (
                select a.source, a.invoice_id, a.kind, a.payment_id, a.allocation_id,
                    greatest(0, least(a.amount, r.amount - coalesce(sum(a.amount) over earlier, 0))) as applied
                from unnest(\(sources), \(identifiers)) as k(source, invoice_id)
                join receivable r using (source, invoice_id)
                join payment_allocation a using (source, invoice_id)
                where r.amount is not null
                window earlier as (
                    partition by a.source, a.invoice_id order by a.received_at, a.kind, a.payment_id, a.allocation_id
                    rows between unbounded preceding and 1 preceding)
            ) t
            where a.source = t.source and a.invoice_id = t.invoice_id and a.kind = t.kind
                and a.payment_id = t.payment_id and a.allocation_id = t.allocation_id and a.applied <> t.applied
            """)
        guard applied > 0 else { return }
        try settle(sources, identifiers, transaction, &effects)
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
                left join account c on c.source = r.source and c.code = r.customer_code
                cross join lateral (
                    select sum(a.applied) as paid, max(a.received_day) filter (where a.applied > 0) as last_day
                    from payment_allocation a where a.source = k.source and a.invoice_id = k.invoice_id
                ) p
                where r.amount is not null
            ) t
            where r.source = t.source and r.invoice_id = t.invoice_id
                and (r.paid <> t.paid or r.settled_day is distinct from t.settled_day)
            returning r.source, r.invoice_id, t.customer_id, r.customer_code, r.amount, r.amount - r.paid, r.currency
            """, as: (String, String, String?, String, FixedDecimal, FixedDecimal, String).self)
        for row in changed {
            let customerId = row.2 ?? AccountIdentifier.customer(source: row.0, code: row.3)
            effects.publish(
                PaymentApplied(
                    source: row.0, invoiceId: row.1, customerId: customerId, customerCode: row.3,
                    amount: row.4, openAmount: row.5, currency: Currency(row.6) ?? .cny,
                    settled: row.5 == .zero, appliedAt: effects.now), key: customerId)
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
        let wrong = try transaction.query(
            """
            select distinct on (p.source, p.payment_id) p.source, p.payment_id, r.invoice_id, r.currency, p.currency
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
            join receivable r using (source, invoice_id)
            join payment_allocation a using (source, invoice_id)
            join customer_payment p using (source, payment_id)
            where p.currency <> r.currency and a.kind = 'payment'
            order by p.source, p.payment_id, r.invoice_id
            """, as: (String, String, String, String, String).self)
        guard !wrong.isEmpty else { return (0, []) }
        let (sources, payments) = (wrong.map(\.0), wrong.map(\.1))
        let details = wrong.map { currencyDetail(payment: $0.4, invoice: $0.2, $0.3) }
        try transaction.queue(
            """
            insert into payment_set_aside (source, payment_id, customer_code, received_at, amount, currency,
                invoice_id, reason, detail)
            select p.source, p.payment_id, p.customer_code, p.received_at, p.amount, p.currency, k.invoice_id,
                \(Reason.currencyMismatch.rawValue), k.detail
            from unnest(\(sources), \(payments), \(wrong.map(\.2)), \(details))
                as k(source, payment_id, invoice_id, detail)
            join customer_payment p using (source, payment_id)
            on conflict (source, payment_id) do nothing
            """)
        let touched = try transaction.query(
            """
            delete from payment_allocation a using unnest(\(sources), \(payments)) as k(source, payment_id)
            where a.source = k.source and a.payment_id = k.payment_id and a.kind = 'payment'
            returning a.source, a.invoice_id
            """, as: (String, String).self)
        try transaction.queue(
            """
            delete from customer_payment p using unnest(\(sources), \(payments)) as k(source, payment_id)
            where p.source = k.source and p.payment_id = k.payment_id
            """)
        try transaction.queue(
            """
            update later_allocation l set state = 'waiting'
            from unnest(\(sources), \(payments)) as k(source, payment_id)
            where l.source = k.source and l.payment_id = k.payment_id
            """)
        let invoices = Set(touched.map { LedgerKey(source: $0.0, identifier: $0.1) })
        _ = try ReceivableStore.lockInvoices(invoices, transaction)
        try settle(
            invoices.sorted().map(\.source), invoices.sorted().map(\.identifier), transaction, &effects)
        try dropEmptyKeys(invoices, transaction)
        return (wrong.count, invoices)
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
