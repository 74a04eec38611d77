import Contracts
import Domain
import Postgres
import ServiceKit

/// Promises to pay. Whether one is kept follows from the payments, whenever they come, and is written nowhere.
enum PromiseHandlers {
    /// How many days after the promised one a reminder waits: money takes that long to arrive.
    static let grace = 2

    static func promised(
        _ messages: [Received<PaymentPromised>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<PaymentPromised>) -> LedgerKey {
            LedgerKey(source: message.envelope.source, identifier: message.body.promiseId)
        }
        let keys = Set(messages.map(key)).sorted()
        try KeyLock.lock("promise", Set(keys), transaction)
        let known = try transaction.query(
            """
            select p.source, p.promise_id, p.fingerprint
            from unnest(\(keys.map(\.source)), \(keys.map(\.identifier))) as k(source, promise_id)
            join payment_promise p using (source, promise_id) left join receivable r using (source, invoice_id)
            -- One in another currency than the invoice that came after it counts for nothing, and may be sent again.
            where p.currency = coalesce(r.currency, p.currency)
            """, as: (String, String, Int64).self)
        var seen = KnownContent(
            Dictionary(uniqueKeysWithValues: known.map { (LedgerKey(source: $0.0, identifier: $0.1), $0.2) }))
        let invoices = try AdjustmentStore.invoices(
            Set(messages.map { LedgerKey(source: $0.envelope.source, identifier: $0.body.invoiceId) }), transaction)
        var rows: [(key: LedgerKey, body: PaymentPromised, fingerprint: Int64)] = []
        for message in messages {
            let (key, body) = (key(message), message.body)
            let content = Content<Int64>(body)
            guard
                seen.isNew(message, key, content, at: "$.promiseId", counting: "repeated_promises", &effects)
            else { continue }
            let invoice = invoices[LedgerKey(source: key.source, identifier: body.invoiceId)]
            if let refusal = NamedByPerson.refusal(
                of: message, unless: invoice?.amount != nil, "invoice", body.invoiceId, at: "$.invoiceId")
            {
                effects.refuse(message, refusal)
                continue
            }
            if let currency = invoice?.currency,
                currency != body.currency.code
            {
                effects.refuse(
                    message, Refusal(.currencyMismatch, path: "$.currency", "the invoice is in \(currency)"))
                continue
            }
            seen.keep(content, under: key)
            rows.append((key, body, content.mark))
        }
        guard !rows.isEmpty else { return }
        rows.sort { $0.key < $1.key }
        try transaction.queue(
            """
            insert into payment_promise (source, promise_id, fingerprint, invoice_id, amount, currency, promised_day,
                made_at, taken_by)
            select source, id, fingerprint, invoice, amount, currency, date '1970-01-01' + day, made, taken from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.fingerprint)),
                \(rows.map(\.body.invoiceId)), \(rows.map(\.body.amount)),
                \(rows.map(\.body.currency.code)), \(rows.map(\.body.promisedOn.daysSinceEpoch)),
                \(PostgresValue.timestamps(rows.map(\.body.madeAt.description))), \(rows.map(\.body.by)))
                as t(source, id, fingerprint, invoice, amount, currency, day, made, taken)
            on conflict (source, promise_id) do update set
                fingerprint = excluded.fingerprint, invoice_id = excluded.invoice_id, amount = excluded.amount,
                currency = excluded.currency, promised_day = excluded.promised_day, made_at = excluded.made_at,
                taken_by = excluded.taken_by
            """)
        effects.count("promises", rows.count)
    }

    /// The state of a promise `p` of an invoice `r` at the end of a day: `kept` when what was promised has come by the
    /// promised day, counted from when it was made, or when the invoice was settled by then; `broken` when that day is
    /// over; otherwise `open`.
    static func state(on day: CalendarDay) -> SQL {
        """
        case
            when r.settled_day <= p.promised_day or p.amount <= coalesce((
                select sum(a.applied) from payment_allocation a
                where a.source = p.source and a.invoice_id = p.invoice_id and a.kind = 'payment'
                    and a.received_at >= p.made_at and a.received_day <= p.promised_day), 0) then 'kept'
            when p.promised_day < date '1970-01-01' + \(day.daysSinceEpoch) then 'broken'
            else 'open'
        end
        """
    }
}
