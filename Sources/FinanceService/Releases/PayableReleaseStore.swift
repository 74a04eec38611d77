import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of releases.
enum PayableReleaseStore {
    private struct Row: PostgresRow {
        let key: LedgerKey
        let invoice: HeldInvoice?

        init(row: inout RowReader) throws(PostgresError) {
            key = LedgerKey(source: try row("source"), identifier: try row("invoice_id"))
            let currency = Currency(try row("currency") as String)
            let open: FixedDecimal = try row("open")
            let (isSettled, isHeld): (Bool, Bool) = (try row("is_settled"), try row("is_held"))
            let (proposedBy, approvedBy): (String?, String?) = (try row("proposed_by"), try row("approved_by"))
            let (supplier, amount): (String, FixedDecimal) = (try row("supplier_code"), try row("amount"))
            let isTwice: Bool = try row("is_twice")
            let match = NoticePayableMatch(rawValue: isTwice ? "twice" : try row("match"))
            invoice = currency.map {
                HeldInvoice(
                    open: open, currency: $0, isSettled: isSettled, isHeld: isHeld, proposedBy: proposedBy,
                    approvedBy: approvedBy, supplier: supplier, amount: amount, match: match)
            }
        }
    }

    /// How some invoices stand; nobody else releases one of them until the transaction ends.
    static func lock(_ keys: Set<LedgerKey>, _ transaction: borrowing Transaction) throws -> [LedgerKey: HeldInvoice] {
        try KeyLock.lock("payable-release", keys, transaction)
        let sorted = keys.sorted()
        let chosen: SQL = """
            r.fingerprint is not null and (r.source, r.invoice_id) in (
                select * from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))))
            """
        let rows = try transaction.query(
            """
            select m.source, m.invoice_id, m.amount - m.paid as open, m.currency, m.settled_day is not null as is_settled,
                m.match <> 'matched' or m.is_twice as is_held, m.proposed_by, m.approved_by, m.supplier_code,
                m.amount, m.match, m.is_twice
            from (\(PayableQueries.matched(chosen))) m
            """, as: Row.self)
        return Dictionary(rows.compactMap { row in row.invoice.map { (row.key, $0) } }) { first, _ in first }
    }

    /// Writes down who proposes a release, or that another person has agreed.
    ///
    /// - Parameter principal: in whose stead.
    static func put(
        _ command: ReleasePayable, for principal: String?, at time: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        let now = PostgresValue.timestamp(time.description)
        switch command.step {
        case .propose:
            try transaction.queue(
                """
                insert into payable_release (source, invoice_id, reason, proposed_by, proposed_at, proposed_on_behalf_of)
                values (\(command.source), \(command.invoiceId), \(command.reason ?? ""), \(command.by), \(now),
                    \(principal))
                on conflict (source, invoice_id) do update set reason = excluded.reason,
                    proposed_at = excluded.proposed_at
                """)
        case .approve:
            try transaction.queue(
                """
                update payable_release set approved_by = \(command.by), approved_at = \(now), note = \(command.reason),
                    approved_on_behalf_of = \(principal)
                where source = \(command.source) and invoice_id = \(command.invoiceId)
                """)
        }
    }
}
