import Contracts
import Domain
import Postgres
import ServiceKit

/// What finance says, kept for the sales people whom it concerns.
enum FinanceNotices {
    static func decided(
        _ messages: [Received<OrderDecided>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try NoticeStore.tell(ofDecisions: OrderStore.decide(messages.map(\.body), transaction), transaction)
    }

    static func alertRaised(
        _ messages: [Received<MarginAlertRaised>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try NoticeStore.complete(
            messages.map(\.body).map {
                Notice(
                    id: $0.alertId, kind: SalesNoticeKind($0.severity), customerId: $0.customerId,
                    businessLine: $0.businessLine, owner: $0.salesOwner, orderId: $0.orderId,
                    detail: "margin \($0.margin.moneyText) \($0.currency.code) on \($0.revenue.moneyText)",
                    toldAt: $0.raisedAt)
            }, transaction)
    }

    static func alertCleared(
        _ messages: [Received<MarginAlertCleared>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try NoticeStore.clear(
            messages.map(\.body).map {
                end($0.alertId, $0.severity, $0.customerId, $0.businessLine, $0.orderId, at: $0.clearedAt)
            }, transaction)
    }

    /// The end of an alert, by its margin or by people.
    private static func end(
        _ id: String, _ severity: MarginSeverity, _ customerId: String, _ line: String, _ orderId: String?,
        at time: Timestamp
    ) -> Notice {
        Notice(
            id: id, kind: SalesNoticeKind(severity), customerId: customerId, businessLine: line, orderId: orderId,
            toldAt: time, clearedAt: time)
    }

    static func alertDiagnosed(
        _ messages: [Received<MarginAlertDiagnosed>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try NoticeStore.tell(
            messages.map { message in
                let body = message.body
                return notice(
                    message.envelope.id, .alertDiagnosed, body.alert, to: body.alert.salesOwner,
                    "\(body.by): \(body.reason.rawValue), until \(body.recoverBy): \(body.plan)",
                    at: body.diagnosedAt)
            }, transaction)
    }

    static func alertEscalated(
        _ messages: [Received<MarginAlertEscalated>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try NoticeStore.tell(
            messages.map { message in
                let body = message.body
                return notice(
                    message.envelope.id, .alertEscalated, body.alert, to: body.escalatedTo,
                    "\(body.delay.rawValue) was due \(body.dueOn) from \(body.alert.salesOwner ?? "nobody")",
                    at: body.escalatedAt)
            }, transaction)
    }

    static func alertClosed(
        _ messages: [Received<MarginAlertClosed>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try NoticeStore.clear(
            messages.map(\.body).map {
                let alert = $0.alert
                return end(
                    alert.alertId, alert.severity, alert.customerId, alert.businessLine, alert.orderId,
                    at: $0.closedAt)
            }, transaction)
        try NoticeStore.tell(
            messages.map { message in
                let body = message.body
                return notice(
                    message.envelope.id, .alertClosed, body.alert, to: body.alert.salesOwner,
                    "\(body.by): \(body.outcome.rawValue)", at: body.closedAt)
            }, transaction)
    }

    /// What became of an alert, for one person.
    private static func notice(
        _ id: String, _ kind: SalesNoticeKind, _ alert: MarginAlertReference, to person: String?, _ detail: String,
        at time: Timestamp
    ) -> Notice {
        Notice(
            id: id, kind: kind, customerId: alert.customerId, businessLine: alert.businessLine, owner: person,
            orderId: alert.orderId, detail: detail, toldAt: time)
    }

    static func acceptanceChanged(
        _ messages: [Received<AcceptanceChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try CustomerStandingStore.put(
            messages.map(\.body).map {
                CustomerStanding(
                    customerId: $0.customerId, businessLine: $0.businessLine, state: $0.state.rawValue,
                    changedAt: $0.changedAt)
            }, transaction)
        try NoticeStore.tell(
            messages.map { message in
                let body = message.body
                return Notice(
                    id: message.envelope.id, kind: SalesNoticeKind(body.state), customerId: body.customerId,
                    businessLine: body.businessLine,
                    detail: "\(body.previous.rawValue) → \(body.state.rawValue): \(body.reason)",
                    toldAt: body.changedAt)
            }, transaction)
    }

    static func overrideGranted(
        _ messages: [Received<OverrideGranted>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try NoticeStore.tell(
            messages.map(\.body).map {
                Notice(
                    id: "override-\($0.overrideId)", kind: .overrideGranted, customerId: $0.customerId,
                    businessLine: $0.businessLine,
                    detail: "\($0.by): \($0.cap.moneyText) \($0.currency.code), \($0.from) to \($0.to)",
                    toldAt: $0.grantedAt)
            }, transaction)
    }

    static func receivableDue(
        _ messages: [Received<ReceivableDue>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ReminderNoticeStore.tell(
            messages.map { ($0.body.reminder, "due \($0.body.reminder.dueOn)") }, .receivableDue, transaction)
    }

    static func receivableOverdue(
        _ messages: [Received<ReceivableOverdue>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ReminderNoticeStore.tell(
            messages.map { message in
                let level = message.body.reminder.level.rawValue
                return (message.body.reminder, "overdue by \(message.body.daysOverdue) days, up to \(level)")
            }, .receivableOverdue, transaction)
    }

    /// What is paid is spoken of no more: every reminder of it is cleared, and one that comes late is so from the start.
    static func paymentApplied(
        _ messages: [Received<PaymentApplied>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var latest: [InvoiceKey: PaymentApplied] = [:]
        for message in messages {
            let key = InvoiceKey(source: message.body.source, invoiceId: message.body.invoiceId)
            if latest[key].map({ $0.appliedAt <= message.body.appliedAt }) ?? true { latest[key] = message.body }
        }
        try ReminderNoticeStore.settle(latest.sorted { $0.key < $1.key }.map(\.value), transaction)
    }

    static func creditStateChanged(
        _ messages: [Received<CreditStateChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try CustomerStandingStore.put(
            messages.map(\.body).map {
                CustomerStanding(
                    customerId: $0.customerId, businessLine: "", state: $0.state.rawValue, changedAt: $0.changedAt)
            }, transaction)
        try NoticeStore.tell(
            messages.map { message in
                let body = message.body
                return Notice(
                    id: message.envelope.id, kind: SalesNoticeKind(body.state), customerId: body.customerId,
                    detail: "\(body.previous.rawValue) → \(body.state.rawValue): \(body.reason)",
                    toldAt: body.changedAt)
            }, transaction)
    }
}
