import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of promises to pay.
enum PromiseStore {
    /// What is known of some promises: the fingerprint of each.
    static func known(_ keys: [LedgerKey], _ transaction: borrowing Transaction) throws -> [LedgerKey: Int64] {
        let known = try transaction.query(
            """
            select p.source, p.promise_id, p.fingerprint
            from unnest(\(keys.map(\.source)), \(keys.map(\.identifier))) as k(source, promise_id)
            join payment_promise p using (source, promise_id)
            left join receivable r on r.source = p.invoice_source and r.invoice_id = p.invoice_id
            -- One in another currency than the invoice that came after it counts for nothing, and may be sent again.
            where p.currency = coalesce(r.currency, p.currency)
            """, as: (String, String, Int64).self)
        return Dictionary(uniqueKeysWithValues: known.map { (LedgerKey(source: $0.0, identifier: $0.1), $0.2) })
    }

    /// Writes promises down; what was known of the same is replaced.
    static func put(
        _ rows: [(key: LedgerKey, body: PaymentPromised, fingerprint: Int64)], _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            insert into payment_promise (source, promise_id, fingerprint, invoice_id, invoice_of, amount, currency,
                promised_day, made_at, taken_by)
            select source, id, fingerprint, invoice, invoice_of, amount, currency, date '1970-01-01' + day, made, taken
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.fingerprint)),
                \(rows.map(\.body.invoiceId)), \(rows.map(\.body.invoiceSource)), \(rows.map(\.body.amount)),
                \(rows.map(\.body.currency.code)), \(rows.map(\.body.promisedOn.daysSinceEpoch)),
                \(PostgresValue.timestamps(rows.map(\.body.madeAt.description))), \(rows.map(\.body.by)))
                as t(source, id, fingerprint, invoice, invoice_of, amount, currency, day, made, taken)
            on conflict (source, promise_id) do update set
                fingerprint = excluded.fingerprint, invoice_id = excluded.invoice_id,
                invoice_of = excluded.invoice_of, amount = excluded.amount, currency = excluded.currency, promised_day = excluded.promised_day, made_at = excluded.made_at,
                taken_by = excluded.taken_by
            """)
    }

    /// The promises for some invoices of which nobody is to be told on a day any more: they are kept, what was promised has come
    /// although too late, or their invoices are settled.
    static func ended(
        ofInvoices keys: [LedgerKey], on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey] {
        guard !keys.isEmpty else { return [] }
        let rows = try transaction.query(
            """
            select p.source, p.promise_id
            from unnest(\(keys.map(\.source)), \(keys.map(\.identifier))) as k(source, invoice_id)
            join receivable r on r.source = k.source and r.invoice_id = k.invoice_id
            join payment_promise p on p.invoice_source = r.source and p.invoice_id = r.invoice_id
                and p.currency = r.currency
            where r.settled_day is not null or \(hasCome()) or \(state(on: day)) = 'kept'
            order by p.source, p.promise_id
            """, as: (String, String).self)
        return rows.map { LedgerKey(source: $0.0, identifier: $0.1) }
    }

    /// A promise that is neither kept nor forgotten.
    struct Open: PostgresRow {
        let key: LedgerKey
        let invoice: LedgerKey
        let amount: FixedDecimal
        let currency: Currency
        let promisedOn: CalendarDay
        let takenBy: String?

        init(row: inout RowReader) throws(PostgresError) {
            key = LedgerKey(source: try row("source"), identifier: try row("promise_id"))
            invoice = LedgerKey(source: try row("invoice_source"), identifier: try row("invoice_id"))
            amount = try row("amount")
            currency = try row("currency")
            promisedOn = try row("promised_day")
            takenBy = try row("taken_by")
        }
    }

    /// What is promised for a day or the one after it and has not come at its end, in the order of the promises' keys.
    ///
    /// - Parameters:
    ///   - key: the last one before them; `nil` for the first of all.
    ///   - limit: how many at most.
    static func open(
        at day: CalendarDay, after key: LedgerKey?, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [Open] {
        try transaction.query(
            """
            select p.source, p.promise_id, p.invoice_source, p.invoice_id, p.amount, p.currency, p.promised_day,
                p.taken_by
            from payment_promise p
            join receivable r on r.source = p.invoice_source and r.invoice_id = p.invoice_id
                and r.currency = p.currency
            where p.promised_day between \(day) and \(day.adding(days: 1)) and r.settled_day is null
                and \(state(on: day)) = 'open'
                and (p.source, p.promise_id) > (\(key?.source ?? ""), \(key?.identifier ?? ""))
            order by p.source, p.promise_id limit \(Int32(limit))
            """, as: Open.self)
    }

    /// The state of a promise `p` of an invoice `r` at the end of a day: `kept` when what was promised has come by the
    /// promised day, as far as the currency goes and counted from when it was made, or when the invoice was settled by
    /// then; `broken` when that day is over; otherwise `open`.
    static func state(on day: CalendarDay) -> SQL {
        """
        case
            when r.settled_day <= p.promised_day or \(hasCome("a.received_day <= p.promised_day")) then 'kept'
            when p.promised_day < date '1970-01-01' + \(day.daysSinceEpoch) then 'broken'
            else 'open'
        end
        """
    }

    /// Whether what a promise `p` promises has come, as far as the currency goes and counted from when it was made.
    ///
    /// - Parameter condition: which payments `a` count beside.
    private static func hasCome(_ condition: SQL = "true") -> SQL {
        """
        p.amount < \(Currency.smallestUnit(of: "p.currency")) + coalesce((
            select sum(a.applied) from payment_allocation a
            where a.source = p.invoice_source and a.invoice_id = p.invoice_id and a.kind in ('payment', 'return')
                and a.received_at >= p.made_at and \(condition)), 0)
        """
    }
}
