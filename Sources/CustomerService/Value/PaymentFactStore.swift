import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of invoices and of trust, the facts that payment and risk are judged by.
enum PaymentFactStore {
    /// An invoice, and what of it counts here: when it is due, what it is worth in CNY.
    struct Invoice {
        let key: OrderKey
        let body: InvoiceIssued
        let due: CalendarDay
        let amount: FixedDecimal
        /// Its currency when there is no rate for it: the amount is nought then, and not known.
        let noRate: Currency?
    }

    /// Takes over invoices; the first word of one stays.
    static func put(_ invoices: [Invoice], _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into value_invoice (source, invoice_id, customer_code, due_on, amount, no_rate)
            select distinct on (source, id) source, id, code, date '1970-01-01' + due, amount::numeric, no_rate
            from unnest(
                \(invoices.map(\.key.source)), \(invoices.map(\.key.identifier)),
                \(invoices.map(\.body.customer.code)), \(invoices.map(\.due.daysSinceEpoch)),
                \(invoices.map(\.amount.description)), \(invoices.map(\.noRate?.code)))
                as t(source, id, code, due, amount, no_rate)
            order by source, id, due, amount
            on conflict (source, invoice_id) do update set
                customer_code = excluded.customer_code, due_on = excluded.due_on, amount = excluded.amount,
                no_rate = excluded.no_rate
            where value_invoice.due_on is null
            """)
    }

    /// Takes over until when invoices that are overdue were to be paid by agreement; the latest day stays.
    static func put(_ reminders: [ReceivableReminder], _ transaction: borrowing Transaction) throws {
        let keys = reminders.map { OrderKey(of: $0) }
        try transaction.queue(
            """
            insert into value_invoice (source, invoice_id, customer_code, agreed_due_on)
            select source, id, min(code), date '1970-01-01' + max(due)
            from unnest(
                \(keys.map(\.source)), \(keys.map(\.identifier)), \(reminders.map(\.customerCode)),
                \(reminders.map(\.dueOn.daysSinceEpoch))) as t(source, id, code, due)
            group by 1, 2 order by 1, 2
            on conflict (source, invoice_id) do update set
                agreed_due_on = greatest(value_invoice.agreed_due_on, excluded.agreed_due_on)
            """)
    }

    /// Takes over what was paid; the latest word of an invoice stays.
    static func put(_ bodies: [PaymentApplied], _ transaction: borrowing Transaction) throws {
        let keys = bodies.map { OrderKey(of: $0) }
        try transaction.queue(
            """
            insert into value_invoice (source, invoice_id, customer_code, settled_on, applied_at)
            select distinct on (source, id) source, id, code, case when settled then date '1970-01-01' + day end, at
            from unnest(
                \(keys.map(\.source)), \(keys.map(\.identifier)), \(bodies.map(\.customerCode)),
                \(bodies.map(\.settled)), \(bodies.map { $0.appliedAt.day().daysSinceEpoch }),
                \(bodies.map(\.appliedAt.microsecondsSinceEpoch))) as t(source, id, code, settled, day, at)
            order by source, id, at desc, settled desc
            on conflict (source, invoice_id) do update set
                settled_on = excluded.settled_on, applied_at = excluded.applied_at
            where excluded.applied_at > value_invoice.applied_at
                or (excluded.applied_at = value_invoice.applied_at and excluded.settled_on is not null)
            """)
    }

    /// Takes over how customers were trusted, and since when.
    static func put(_ bodies: [CreditStateChanged], _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into value_credit (customer_id, changed_at, day, state)
            select id, at, date '1970-01-01' + day, state
            from unnest(
                \(bodies.map(\.customerId)), \(bodies.map(\.changedAt.microsecondsSinceEpoch)),
                \(bodies.map { $0.changedAt.day().daysSinceEpoch }), \(bodies.map(\.state.rawValue)))
                as t(id, at, day, state)
            order by 1, 2 on conflict do nothing
            """)
    }

    /// Whose accounts are to be judged anew because of some invoices, and from which day on.
    static func marks(
        of keys: [OrderKey], _ transaction: borrowing Transaction
    ) throws -> [ValueFactStore.Mark] {
        try transaction.query(
            """
            select i.source, i.customer_code, least(due_on, agreed_due_on)
            from (select distinct * from unnest(\(keys.map(\.source)), \(keys.map(\.identifier))) k(source, invoice_id)) k
            join value_invoice i using (source, invoice_id)
            where i.customer_code is not null and coalesce(due_on, agreed_due_on) is not null
            """, as: (String, String, CalendarDay).self
        ).map(ValueFactStore.Mark.init)
    }
}
