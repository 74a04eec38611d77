import Contracts
import Domain
import Postgres
import ServiceKit

/// What customers dispute. A disputed amount is owed as before, but nobody is reminded of it.
enum DisputeHandlers {
    private struct Standing {
        /// `nil` while only its resolution has come, and when it does not fit the invoice that has come after it.
        let fingerprint: Int64?
        let outcome: String?
    }

    /// Why a dispute `d` does not fit its invoice `r`; null when it does, and while the invoice has not come. One that comes
    /// after its invoice is refused for it; one that came before counts for nothing, and may be sent again corrected.
    static let fault: SQL = """
        case when d.currency <> r.currency then \(Reason.currencyMismatch.rawValue)::text
            when d.amount > r.amount then \(Reason.overAllocated.rawValue)::text end
        """

    static func opened(
        _ messages: [Received<InvoiceDisputed>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<InvoiceDisputed>) -> LedgerKey {
            LedgerKey(source: message.envelope.source, identifier: message.body.disputeId)
        }
        var seen = KnownContent(
            try standings(Set(messages.map(key)), transaction).compactMapValues(\.fingerprint))
        let invoices = try AdjustmentStore.invoices(
            Set(messages.map { LedgerKey(source: $0.envelope.source, identifier: $0.body.invoiceId) }), transaction)
        var fresh: [(key: LedgerKey, body: InvoiceDisputed, fingerprint: Int64)] = []
        for message in messages {
            let (key, body) = (key(message), message.body)
            let content = Content<Int64>(body)
            guard
                seen.isNew(message, key, content, at: "$.disputeId", counting: "repeated_disputes", &effects)
            else { continue }
            let invoice = invoices[LedgerKey(source: key.source, identifier: body.invoiceId)]
            if let refusal = NamedByPerson.refusal(
                of: message, unless: invoice?.amount != nil, "invoice", body.invoiceId, at: "$.invoiceId")
            {
                effects.refuse(message, refusal)
                continue
            }
            if let currency = invoice?.currency, currency != body.currency.code {
                effects.refuse(
                    message, Refusal(.currencyMismatch, path: "$.currency", "the invoice is in \(currency)"))
                continue
            }
            if let amount = invoice?.amount, body.amount > amount {
                effects.refuse(
                    message,
                    Refusal(.overAllocated, path: "$.amount", "the invoice is only of \(amount.moneyText)"))
                continue
            }
            seen.keep(content, under: key)
            fresh.append((key, body, content.mark))
        }
        guard !fresh.isEmpty else { return }
        let rows = fresh.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into dispute (source, dispute_id, fingerprint, invoice_id, opened_at, amount, currency, reason, note,
                opened_by)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.fingerprint)),
                \(rows.map(\.body.invoiceId)), \(PostgresValue.timestamps(rows.map(\.body.openedAt.description))),
                \(rows.map(\.body.amount)), \(rows.map(\.body.currency.code)),
                \(rows.map(\.body.reason.rawValue)), \(rows.map(\.body.note)), \(rows.map(\.body.by)))
            on conflict (source, dispute_id) do update set
                fingerprint = excluded.fingerprint, invoice_id = excluded.invoice_id, opened_at = excluded.opened_at,
                amount = excluded.amount, currency = excluded.currency, reason = excluded.reason,
                note = excluded.note, opened_by = excluded.opened_by
            """)
        effects.count("disputes_opened", rows.count)
    }

    /// A resolution may come before its dispute, and then waits for it.
    static func resolved(
        _ messages: [Received<DisputeResolved>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        func key(_ message: Received<DisputeResolved>) -> LedgerKey {
            LedgerKey(source: message.envelope.source, identifier: message.body.disputeId)
        }
        let standings = try standings(Set(messages.map(key)), transaction)
        var outcomes = standings.compactMapValues(\.outcome)
        var fresh: [(key: LedgerKey, body: DisputeResolved)] = []
        for message in messages {
            let (key, body) = (key(message), message.body)
            if let before = outcomes[key] {
                if before == body.outcome.rawValue {
                    effects.count("repeated_resolutions")
                } else {
                    effects.refuse(
                        message,
                        Refusal(.conflictingContent, path: "$.outcome", "this dispute ended as '\(before)' before"))
                }
                continue
            }
            if let refusal = NamedByPerson.refusal(
                of: message, unless: standings[key]?.fingerprint != nil, "dispute", body.disputeId, at: "$.disputeId")
            {
                effects.refuse(message, refusal)
                continue
            }
            outcomes[key] = body.outcome.rawValue
            fresh.append((key, body))
        }
        guard !fresh.isEmpty else { return }
        let rows = fresh.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into dispute (source, dispute_id, resolved_at, outcome, resolved_by)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)),
                \(PostgresValue.timestamps(rows.map(\.body.resolvedAt.description))),
                \(rows.map(\.body.outcome.rawValue)), \(rows.map(\.body.by)))
            on conflict (source, dispute_id) do update set
                resolved_at = excluded.resolved_at, outcome = excluded.outcome, resolved_by = excluded.resolved_by
            """)
        effects.count("disputes_resolved", rows.count)
    }

    private static func standings(
        _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Standing] {
        try KeyLock.lock("dispute", keys, transaction)
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select d.source, d.dispute_id, case when \(fault) is null then d.fingerprint end, d.outcome
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, dispute_id)
            join dispute d using (source, dispute_id) left join receivable r using (source, invoice_id)
            """, as: (String, String, Int64?, String?).self)
        var found: [LedgerKey: Standing] = [:]
        for row in rows {
            found[LedgerKey(source: row.0, identifier: row.1)] = Standing(fingerprint: row.2, outcome: row.3)
        }
        return found
    }
}
