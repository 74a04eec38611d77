import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of disputes.
enum DisputeStore {
    /// How a dispute stands.
    struct Standing {
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

    /// The invoices that some disputes are about, as far as these have come.
    static func invoices(of keys: [LedgerKey], _ transaction: borrowing Transaction) throws -> Set<LedgerKey> {
        let rows = try transaction.query(
            """
            select d.invoice_source, d.invoice_id
            from unnest(\(keys.map(\.source)), \(keys.map(\.identifier))) as k(source, dispute_id)
            join dispute d using (source, dispute_id) where d.invoice_id is not null
            """, as: (String, String).self)
        return Set(rows.map { LedgerKey(source: $0.0, identifier: $0.1) })
    }

    /// Writes disputes down.
    static func open(
        _ disputes: [(key: LedgerKey, body: InvoiceDisputed, fingerprint: Int64)], _ transaction: borrowing Transaction
    ) throws {
        let rows = disputes.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into dispute (source, dispute_id, fingerprint, invoice_id, invoice_of, opened_at, amount, currency,
                reason, note, opened_by)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.fingerprint)),
                \(rows.map(\.body.invoiceId)), \(rows.map(\.body.invoiceSource)),
                \(PostgresValue.timestamps(rows.map(\.body.openedAt.description))),
                \(rows.map(\.body.amount)), \(rows.map(\.body.currency.code)),
                \(rows.map(\.body.reason.rawValue)), \(rows.map(\.body.note)), \(rows.map(\.body.by)))
            on conflict (source, dispute_id) do update set
                fingerprint = excluded.fingerprint, invoice_id = excluded.invoice_id,
                invoice_of = excluded.invoice_of, opened_at = excluded.opened_at, amount = excluded.amount,
                currency = excluded.currency, reason = excluded.reason, note = excluded.note, opened_by = excluded.opened_by
            """)
    }

    /// Writes how disputes ended, also such that have not come.
    static func resolve(
        _ disputes: [(key: LedgerKey, body: DisputeResolved)], _ transaction: borrowing Transaction
    ) throws {
        let rows = disputes.sorted { $0.key < $1.key }
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
    }

    /// How some disputes stand, under a lock that whoever names them takes, too.
    static func standings(
        _ keys: Set<LedgerKey>, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: Standing] {
        try KeyLock.lock("dispute", keys, transaction)
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select d.source, d.dispute_id, case when \(fault) is null then d.fingerprint end, d.outcome
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, dispute_id)
            join dispute d using (source, dispute_id)
            left join receivable r on r.source = d.invoice_source and r.invoice_id = d.invoice_id
            """, as: (String, String, Int64?, String?).self)
        var found: [LedgerKey: Standing] = [:]
        for row in rows {
            found[LedgerKey(source: row.0, identifier: row.1)] = Standing(fingerprint: row.2, outcome: row.3)
        }
        return found
    }
}
