import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of notices that an invoice is to be paid, which are over when it is.
enum ReminderNoticeStore {
    /// Tells of reminders; one of an invoice that is paid by now is cleared from the start.
    static func tell(
        _ reminders: [(body: ReceivableReminder, state: String)], _ kind: SalesNoticeKind,
        _ transaction: borrowing Transaction
    ) throws {
        let rows = reminders.sorted { $0.body.reminderId < $1.body.reminderId }
        // The news of the payment, handled by another copy at this moment, is waited for: whoever is second sees both.
        try transaction.queue(
            """
            insert into settled_invoice (source, invoice_id, is_settled, at)
            select distinct source, invoice_id, false, timestamptz '-infinity'
            from unnest(\(rows.map(\.body.source)), \(rows.map(\.body.invoiceId))) as t(source, invoice_id)
            order by 1, 2
            on conflict (source, invoice_id) do update set at = settled_invoice.at
            """)
        try transaction.queue(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, sales_owner, detail, told_at,
                invoice_source, invoice_id, cleared_at)
            select id, \(kind.rawValue), customer, '*', owner, detail, told, t.source, invoice, s.at from unnest(
                \(rows.map(\.body.reminderId)), \(rows.map(\.body.customerId)), \(rows.map(\.body.salesOwner)),
                \(rows.map { row in
                    "invoice \(row.body.invoiceId): \(row.body.openAmount.moneyText) \(row.body.currency.code), "
                        + row.state
                }),
                \(rows.map { PostgresValue.timestamp($0.body.raisedAt.description) }), \(rows.map(\.body.source)),
                \(rows.map(\.body.invoiceId)))
                as t(id, customer, owner, detail, told, source, invoice)
            left join settled_invoice s on s.source = t.source and s.invoice_id = t.invoice and s.is_settled
            on conflict do nothing
            """)
        try OpenItemStore.settle(rows.map(\.body.reminderId), transaction)
    }

    /// Writes down which invoices are settled, by the latest word of each, and clears every reminder of those that are.
    static func settle(_ words: [PaymentApplied], _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into settled_invoice (source, invoice_id, is_settled, at)
            select * from unnest(
                \(words.map(\.source)), \(words.map(\.invoiceId)), \(words.map(\.settled)),
                \(PostgresValue.timestamps(words.map(\.appliedAt.description))))
            on conflict (source, invoice_id) do update set is_settled = excluded.is_settled, at = excluded.at
            where excluded.at >= settled_invoice.at
            """)
        try transaction.queue(
            """
            update finance_notice n set cleared_at = s.at
            from unnest(\(words.map(\.source)), \(words.map(\.invoiceId))) as k(source, invoice_id)
            join settled_invoice s using (source, invoice_id)
            where s.is_settled and n.invoice_source = s.source and n.invoice_id = s.invoice_id and n.cleared_at is null
            """)
    }
}
