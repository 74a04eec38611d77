import Contracts
import Domain
import Postgres
import ServiceKit

/// What finance says of customers, the latest word of each kind: so that a view of a customer needs nobody else to be there.
enum FinanceReplica {
    static func creditChanged(
        _ messages: [Received<CreditStateChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LastHeard.note(.finance, effects.now, transaction)
        try CreditReplica.put(messages.map { CreditWord($0.body) }, transaction)
    }

    static func acceptanceChanged(
        _ messages: [Received<AcceptanceChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LastHeard.note(.finance, effects.now, transaction)
        var latest: [[String]: AcceptanceChanged] = [:]
        for body in messages.map(\.body) {
            let key = [body.customerId, body.businessLine]
            if latest[key].map({ $0.changedAt <= body.changedAt }) ?? true { latest[key] = body }
        }
        let rows = latest.values.sorted { ($0.customerId, $0.businessLine) < ($1.customerId, $1.businessLine) }
        try transaction.queue(
            """
            insert into acceptance_replica (customer_id, business_line, state, reason, changed_at)
            select * from unnest(
                \(rows.map(\.customerId)), \(rows.map(\.businessLine)), \(rows.map(\.state.rawValue)),
                \(rows.map(\.reason)), \(PostgresValue.timestamps(rows.map(\.changedAt.description))))
            on conflict (customer_id, business_line) do update set
                state = excluded.state, reason = excluded.reason, changed_at = excluded.changed_at
            where acceptance_replica.changed_at <= excluded.changed_at
            """)
    }

    static func alertRaised(
        _ messages: [Received<MarginAlertRaised>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LastHeard.note(.finance, effects.now, transaction)
        let latest = Dictionary(messages.map { ($0.body.alertId, $0.body) }) { $0.raisedAt > $1.raisedAt ? $0 : $1 }
        let rows = latest.values.sorted { $0.alertId < $1.alertId }
        try transaction.queue(
            """
            insert into margin_alert_replica (alert_id, customer_id, business_line, level, severity, order_id, margin,
                currency, raised_at)
            select * from unnest(
                \(rows.map(\.alertId)), \(rows.map(\.customerId)), \(rows.map(\.businessLine)),
                \(rows.map(\.level.rawValue)), \(rows.map(\.severity.rawValue)), \(rows.map(\.orderId)),
                \(rows.map(\.margin)), \(rows.map(\.currency.code)),
                \(PostgresValue.timestamps(rows.map(\.raisedAt.description))))
            on conflict (alert_id) do update set
                customer_id = excluded.customer_id, margin = excluded.margin, currency = excluded.currency,
                order_id = excluded.order_id, raised_at = excluded.raised_at
            where margin_alert_replica.raised_at is null or margin_alert_replica.raised_at <= excluded.raised_at
            """)
    }

    /// A clearing may come before its alert: then it stands alone until that comes.
    static func alertCleared(
        _ messages: [Received<MarginAlertCleared>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LastHeard.note(.finance, effects.now, transaction)
        try end(
            messages.map(\.body).map { body in
                End(
                    alertId: body.alertId, customerId: body.customerId, businessLine: body.businessLine,
                    level: body.level, severity: body.severity, orderId: body.orderId, at: body.clearedAt)
            }, transaction)
    }

    /// What people close stands nowhere any more, whatever its margin is.
    static func alertClosed(
        _ messages: [Received<MarginAlertClosed>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LastHeard.note(.finance, effects.now, transaction)
        try end(
            messages.map(\.body).map { body in
                End(
                    alertId: body.alert.alertId, customerId: body.alert.customerId,
                    businessLine: body.alert.businessLine, level: body.alert.level, severity: body.alert.severity,
                    orderId: body.alert.orderId, at: body.closedAt)
            }, transaction)
    }

    /// The end of an alert, by its margin or by people.
    private struct End {
        let alertId: String
        let customerId: String
        let businessLine: String
        let level: MarginLevel
        let severity: MarginSeverity
        let orderId: String?
        let at: Timestamp
    }

    private static func end(_ ends: [End], _ transaction: borrowing Transaction) throws {
        let latest = Dictionary(ends.map { ($0.alertId, $0) }) { $0.at > $1.at ? $0 : $1 }
        let rows = latest.values.sorted { $0.alertId < $1.alertId }
        try transaction.queue(
            """
            insert into margin_alert_replica (alert_id, customer_id, business_line, level, severity, order_id,
                cleared_at)
            select * from unnest(
                \(rows.map(\.alertId)), \(rows.map(\.customerId)), \(rows.map(\.businessLine)),
                \(rows.map(\.level.rawValue)), \(rows.map(\.severity.rawValue)), \(rows.map(\.orderId)),
                \(PostgresValue.timestamps(rows.map(\.at.description))))
            on conflict (alert_id) do update set
                cleared_at = greatest(margin_alert_replica.cleared_at, excluded.cleared_at)
            """)
    }
}
