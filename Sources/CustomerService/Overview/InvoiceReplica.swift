import Contracts
import Domain
import Postgres
import ServiceKit

/// What customers owe, invoice by invoice: the invoice says how much, finance what is open of it.
enum InvoiceReplica {
    static func issued(
        _ messages: [Received<InvoiceIssued>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        // Whose invoice it is, is known by the invoice alone: the first word stays, as in finance. It stands with its
        // customer's account.
        let first = Dictionary(
            messages.map { message -> (OrderKey, InvoiceIssued) in
                let customer = message.body.customer.source
                return (message.key(message.number(message.body.invoiceId, in: customer), of: customer), message.body)
            }
        ) { first, _ in first }
        let rows = first.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into invoice_replica (source, invoice_id, code, amount, currency, issued_at, due_at)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.orderId)), \(rows.map(\.value.customer.code)),
                \(rows.map(\.value.amount)), \(rows.map(\.value.currency.code)),
                \(PostgresValue.timestamps(rows.map(\.value.issuedAt.description))),
                \(PostgresValue.timestamps(rows.map { $0.value.dueAt?.description })))
            on conflict (source, invoice_id) do update set
                code = coalesce(invoice_replica.code, excluded.code), amount = excluded.amount,
                currency = excluded.currency, issued_at = excluded.issued_at, due_at = excluded.due_at
            where invoice_replica.amount is null
            """)
    }

    /// What is open may be told before the invoice comes. The latest word counts; of two of one moment the one that leaves
    /// less open, so that the order of their coming makes no difference.
    static func applied(
        _ messages: [Received<PaymentApplied>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LastHeard.note(.finance, effects.now, transaction)
        let latest = Dictionary(
            messages.map { (OrderKey(of: $0.body), $0.body) }
        ) { first, second in
            (first.appliedAt, second.openAmount) > (second.appliedAt, first.openAmount) ? first : second
        }
        let rows = latest.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into invoice_replica (source, invoice_id, code, open_amount, currency, applied_at)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.orderId)), \(rows.map(\.value.customerCode)),
                \(rows.map(\.value.openAmount)),
                \(rows.map(\.value.currency.code)),
                \(PostgresValue.timestamps(rows.map(\.value.appliedAt.description))))
            on conflict (source, invoice_id) do update set
                open_amount = excluded.open_amount, applied_at = excluded.applied_at
            where invoice_replica.applied_at is null or invoice_replica.applied_at < excluded.applied_at
                or (invoice_replica.applied_at = excluded.applied_at
                    and excluded.open_amount < invoice_replica.open_amount)
            """)
    }
}

extension SourceKey<OrderKind> {
    /// Where an invoice stands that finance speaks of: with its customer's account, as ``Received/number(_:in:)`` has it.
    init(of applied: PaymentApplied) {
        self.init(ofInvoice: applied.invoiceId, source: applied.source, customerSource: applied.customerSource)
    }

    init(of reminder: ReceivableReminder) {
        self.init(ofInvoice: reminder.invoiceId, source: reminder.source, customerSource: reminder.customerSource)
    }

    private init(ofInvoice invoiceId: String, source: String, customerSource: String?) {
        guard let customerSource else {
            self.init(source: source, orderId: invoiceId)
            return
        }
        self.init(source: customerSource, orderId: "\(source)/\(invoiceId)")
    }
}

/// When something was last heard of a service: how old what it told may be.
enum LastHeard {
    static func note(_ owner: ServiceName, _ at: Timestamp, _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into heard (owner, lane, at)
            values (\(owner.rawValue), pg_backend_pid() % 8, \(PostgresValue.timestamp(at.description)))
            on conflict (owner, lane) do update set at = greatest(heard.at, excluded.at)
            where heard.at < excluded.at - interval '1 second'
            """)
    }
}
