import Contracts
import Domain
import Postgres
import ServiceKit

/// Events of invoices and of trust → the facts that payment and risk are judged by.
extension ValueHandlers {
    /// An invoice without a due day is due by the customer's terms. Those are finance's; here their default stands.
    private static func due(_ invoice: InvoiceIssued) -> CalendarDay {
        invoice.dueAt?.day() ?? invoice.issuedAt.day().adding(days: 30)
    }

    func invoiced(
        _ messages: [Received<InvoiceIssued>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try transaction.queue(
            """
            insert into value_invoice (source, invoice_id, customer_code, due_on, amount)
            select distinct on (source, id) source, id, code, date '1970-01-01' + due, amount::numeric
            from unnest(
                \(messages.map(\.envelope.source)), \(messages.map(\.body.invoiceId)),
                \(messages.map(\.body.customer.code)), \(messages.map { Self.due($0.body).daysSinceEpoch }),
                \(messages.map { message in
                    (rates.convert(
                        message.body.amount, from: message.body.currency, to: .cny, on: message.body.issuedAt.day())
                        ?? .zero).description
                })) as t(source, id, code, due, amount)
            order by source, id, due, amount
            on conflict (source, invoice_id) do update set
                customer_code = excluded.customer_code, due_on = excluded.due_on, amount = excluded.amount
            where value_invoice.due_on is null
            """)
        try mark(messages.map { ($0.envelope.source, $0.body.invoiceId) }, transaction, &effects)
    }

    func overdue(
        _ messages: [Received<ReceivableOverdue>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let reminders = messages.map(\.body.reminder)
        try transaction.queue(
            """
            insert into value_invoice (source, invoice_id, customer_code, agreed_due_on)
            select source, id, min(code), date '1970-01-01' + max(due)
            from unnest(
                \(reminders.map(\.source)), \(reminders.map(\.invoiceId)), \(reminders.map(\.customerCode)),
                \(reminders.map(\.dueOn.daysSinceEpoch))) as t(source, id, code, due)
            group by 1, 2 order by 1, 2
            on conflict (source, invoice_id) do update set
                agreed_due_on = greatest(value_invoice.agreed_due_on, excluded.agreed_due_on)
            """)
        try mark(reminders.map { ($0.source, $0.invoiceId) }, transaction, &effects)
    }

    func applied(
        _ messages: [Received<PaymentApplied>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let bodies = messages.map(\.body)
        try transaction.queue(
            """
            insert into value_invoice (source, invoice_id, customer_code, settled_on, applied_at)
            select distinct on (source, id) source, id, code, case when settled then date '1970-01-01' + day end, at
            from unnest(
                \(bodies.map(\.source)), \(bodies.map(\.invoiceId)), \(bodies.map(\.customerCode)),
                \(bodies.map(\.settled)), \(bodies.map { $0.appliedAt.day().daysSinceEpoch }),
                \(bodies.map(\.appliedAt.microsecondsSinceEpoch))) as t(source, id, code, settled, day, at)
            order by source, id, at desc, settled desc
            on conflict (source, invoice_id) do update set
                settled_on = excluded.settled_on, applied_at = excluded.applied_at
            where excluded.applied_at > value_invoice.applied_at
                or (excluded.applied_at = value_invoice.applied_at and excluded.settled_on is not null)
            """)
        try mark(bodies.map { ($0.source, $0.invoiceId) }, transaction, &effects)
    }

    func credit(
        _ messages: [Received<CreditStateChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let bodies = messages.map(\.body)
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
        try ValueFacts.mark(
            bodies.map { .init(source: "", code: $0.customerId, day: $0.changedAt.day()) }, transaction, &effects)
    }

    private func mark(
        _ keys: [(source: String, invoiceId: String)], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let marks = try transaction.query(
            """
            select i.source, i.customer_code, least(due_on, agreed_due_on)
            from (select distinct * from unnest(\(keys.map(\.source)), \(keys.map(\.invoiceId))) k(source, invoice_id)) k
            join value_invoice i using (source, invoice_id)
            where i.customer_code is not null and coalesce(due_on, agreed_due_on) is not null
            """, as: (String, String, CalendarDay).self
        ).map(ValueFacts.Mark.init)
        try ValueFacts.mark(marks, transaction, &effects)
    }
}
