import Contracts
import Domain
import Postgres
import ServiceKit

/// What finance says, kept for the sales people whom it concerns.
enum FinanceNotices {
    static func decided(
        _ messages: [Received<OrderDecided>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try OrderStore.decide(messages.map(\.body), transaction)
    }

    static func alertRaised(
        _ messages: [Received<MarginAlertRaised>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let rows = messages.map(\.body).sorted { $0.alertId < $1.alertId }
        try transaction.queue(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, sales_owner, order_id, detail,
                told_at)
            select * from unnest(
                \(rows.map(\.alertId)), \(rows.map { "margin-\($0.severity.rawValue)" }), \(rows.map(\.customerId)),
                \(rows.map(\.businessLine)), \(rows.map(\.salesOwner)), \(rows.map(\.orderId)),
                \(rows.map { "margin \($0.margin.moneyText) \($0.currency.code) on \($0.revenue.moneyText)" }),
                \(rows.map { PostgresValue.timestamp($0.raisedAt.description) }))
            on conflict (notice_id) do update set
                kind = excluded.kind, customer_id = excluded.customer_id, business_line = excluded.business_line,
                sales_owner = excluded.sales_owner, order_id = excluded.order_id, detail = excluded.detail
            """)
    }

    /// A clearing may come before its alert: then it stands alone until that comes.
    static func alertCleared(
        _ messages: [Received<MarginAlertCleared>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let rows = messages.map(\.body).sorted { $0.alertId < $1.alertId }
        try transaction.queue(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, order_id, detail, told_at,
                cleared_at)
            select id, kind, customer, line, order_id, '', cleared, cleared from unnest(
                \(rows.map(\.alertId)), \(rows.map { "margin-\($0.severity.rawValue)" }), \(rows.map(\.customerId)),
                \(rows.map(\.businessLine)), \(rows.map(\.orderId)),
                \(rows.map { PostgresValue.timestamp($0.clearedAt.description) }))
                as t(id, kind, customer, line, order_id, cleared)
            on conflict (notice_id) do update set cleared_at = excluded.cleared_at
            """)
    }

    static func alertDiagnosed(
        _ messages: [Received<MarginAlertDiagnosed>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try tell(
            messages.map { message in
                let body = message.body
                return Notice(
                    id: message.envelope.id, kind: "alert-diagnosed", alert: body.alert, toldTo: body.alert.salesOwner,
                    detail: "\(body.by): \(body.reason.rawValue), until \(body.recoverBy): \(body.plan)",
                    at: body.diagnosedAt)
            }, transaction)
    }

    static func alertEscalated(
        _ messages: [Received<MarginAlertEscalated>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try tell(
            messages.map { message in
                let body = message.body
                return Notice(
                    id: message.envelope.id, kind: "alert-escalated", alert: body.alert, toldTo: body.escalatedTo,
                    detail: "\(body.delay.rawValue) was due \(body.dueOn) from \(body.alert.salesOwner ?? "nobody")",
                    at: body.escalatedAt)
            }, transaction)
    }

    static func alertClosed(
        _ messages: [Received<MarginAlertClosed>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try tell(
            messages.map { message in
                let body = message.body
                return Notice(
                    id: message.envelope.id, kind: "alert-closed", alert: body.alert, toldTo: body.alert.salesOwner,
                    detail: "\(body.by): \(body.outcome.rawValue)", at: body.closedAt)
            }, transaction)
    }

    /// What became of an alert, for one person.
    private struct Notice {
        let id: String
        let kind: String
        let alert: MarginAlertReference
        let toldTo: String?
        let detail: String
        let at: Timestamp
    }

    private static func tell(_ notices: [Notice], _ transaction: borrowing Transaction) throws {
        let rows = notices.sorted { $0.id < $1.id }
        try transaction.queue(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, sales_owner, order_id, detail,
                told_at)
            select * from unnest(
                \(rows.map(\.id)), \(rows.map(\.kind)), \(rows.map(\.alert.customerId)),
                \(rows.map(\.alert.businessLine)), \(rows.map(\.toldTo)), \(rows.map(\.alert.orderId)),
                \(rows.map(\.detail)), \(rows.map { PostgresValue.timestamp($0.at.description) }))
            on conflict do nothing
            """)
    }

    static func acceptanceChanged(
        _ messages: [Received<AcceptanceChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try transaction.queue(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, detail, told_at)
            select * from unnest(
                \(messages.map(\.envelope.id)), \(messages.map { "acceptance-\($0.body.state.rawValue)" }),
                \(messages.map(\.body.customerId)), \(messages.map(\.body.businessLine)),
                \(messages.map { "\($0.body.previous.rawValue) → \($0.body.state.rawValue): \($0.body.reason)" }),
                \(messages.map { PostgresValue.timestamp($0.body.changedAt.description) }))
            on conflict do nothing
            """)
    }

    static func overrideGranted(
        _ messages: [Received<OverrideGranted>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let rows = messages.map(\.body).sorted { $0.overrideId < $1.overrideId }
        try transaction.queue(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, detail, told_at)
            select id, 'override-granted', customer, line, detail, told from unnest(
                \(rows.map { "override-\($0.overrideId)" }), \(rows.map(\.customerId)), \(rows.map(\.businessLine)),
                \(rows.map { "\($0.by): \($0.cap.moneyText) \($0.currency.code), \($0.from) to \($0.to)" }),
                \(rows.map { PostgresValue.timestamp($0.grantedAt.description) }))
                as t(id, customer, line, detail, told)
            on conflict do nothing
            """)
    }

    static func receivableDue(
        _ messages: [Received<ReceivableDue>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try remind(messages.map { ($0.body.reminder, "due \($0.body.reminder.dueOn)") }, "receivable-due", transaction)
    }

    static func receivableOverdue(
        _ messages: [Received<ReceivableOverdue>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try remind(
            messages.map { message in
                let level = message.body.reminder.level.rawValue
                return (message.body.reminder, "overdue by \(message.body.daysOverdue) days, up to \(level)")
            }, "receivable-overdue", transaction)
    }

    /// A reminder is of a customer, not of a line of business.
    private static func remind(
        _ reminders: [(body: ReceivableReminder, state: String)], _ kind: String, _ transaction: borrowing Transaction
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
            select id, \(kind), customer, '*', owner, detail, told, t.source, invoice, s.at from unnest(
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
    }

    /// What is paid is spoken of no more: every reminder of it is cleared, and one that comes late is so from the start.
    static func paymentApplied(
        _ messages: [Received<PaymentApplied>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var latest: [String: PaymentApplied] = [:]
        for message in messages {
            let key = "\(message.body.source)\u{1}\(message.body.invoiceId)"
            if latest[key].map({ $0.appliedAt <= message.body.appliedAt }) ?? true { latest[key] = message.body }
        }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        try transaction.queue(
            """
            insert into settled_invoice (source, invoice_id, is_settled, at)
            select * from unnest(
                \(rows.map(\.source)), \(rows.map(\.invoiceId)), \(rows.map(\.settled)),
                \(PostgresValue.timestamps(rows.map(\.appliedAt.description))))
            on conflict (source, invoice_id) do update set is_settled = excluded.is_settled, at = excluded.at
            where excluded.at >= settled_invoice.at
            """)
        try transaction.queue(
            """
            update finance_notice n set cleared_at = s.at
            from unnest(\(rows.map(\.source)), \(rows.map(\.invoiceId))) as k(source, invoice_id)
            join settled_invoice s using (source, invoice_id)
            where s.is_settled and n.invoice_source = s.source and n.invoice_id = s.invoice_id and n.cleared_at is null
            """)
    }

    static func creditStateChanged(
        _ messages: [Received<CreditStateChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try transaction.queue(
            """
            insert into finance_notice (notice_id, kind, customer_id, business_line, detail, told_at)
            select id, kind, customer, '*', detail, told from unnest(
                \(messages.map(\.envelope.id)), \(messages.map { "credit-\($0.body.state.rawValue)" }),
                \(messages.map(\.body.customerId)),
                \(messages.map { "\($0.body.previous.rawValue) → \($0.body.state.rawValue): \($0.body.reason)" }),
                \(PostgresValue.timestamps(messages.map(\.body.changedAt.description))))
                as t(id, kind, customer, detail, told)
            on conflict do nothing
            """)
    }
}
