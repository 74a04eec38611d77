import Contracts
import Postgres
import ServiceKit

/// What finance says of customers, the latest word of each kind: so that a view of a customer needs nobody else to be there.
enum FinanceReplica {
    static func decided(
        _ messages: [Received<OrderDecided>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try Heard.note(.finance, effects.now, transaction)
        var figures: [[String]: OrderDecided] = [:]
        for body in messages.map(\.body) where body.figures != nil {
            let key = [body.customerId, body.businessLine]
            if figures[key].map({ $0.decidedAt <= body.decidedAt }) ?? true { figures[key] = body }
        }
        try putFigures(
            figures.values.compactMap { body in
                body.figures.map { (body.customerId, body.businessLine, $0, body.decidedAt) }
            }, transaction)
        try CreditReplica.put(messages.compactMap { CreditWord($0.body) }, transaction)
    }

    static func creditChanged(
        _ messages: [Received<CreditStateChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try Heard.note(.finance, effects.now, transaction)
        try CreditReplica.put(messages.map { CreditWord($0.body) }, transaction)
    }

    private static func putFigures(
        _ figures: [(customer: String, line: String, figures: AcceptanceFigures, at: Timestamp)],
        _ transaction: borrowing Transaction
    ) throws {
        let rows = figures.sorted { ($0.customer, $0.line) < ($1.customer, $1.line) }
        guard !rows.isEmpty else { return }
        try transaction.execute(
            """
            insert into margin_figure (customer_id, business_line, orders, revenue, cost, margin, currency, window_from,
                window_to, told_at)
            select * from unnest(
                \(rows.map(\.customer)), \(rows.map(\.line)), \(rows.map(\.figures.orders)),
                \(PostgresValue.numerics(rows.map(\.figures.revenue.description))),
                \(PostgresValue.numerics(rows.map(\.figures.cost.description))),
                \(PostgresValue.numerics(rows.map(\.figures.margin.description))),
                \(rows.map(\.figures.currency.code)),
                \(PostgresValue.dates(rows.map(\.figures.window.from.description))),
                \(PostgresValue.dates(rows.map(\.figures.window.to.description))),
                \(PostgresValue.timestamps(rows.map(\.at.description))))
            on conflict (customer_id, business_line) do update set
                orders = excluded.orders, revenue = excluded.revenue, cost = excluded.cost, margin = excluded.margin,
                currency = excluded.currency, window_from = excluded.window_from, window_to = excluded.window_to,
                told_at = excluded.told_at
            where margin_figure.told_at <= excluded.told_at
            """)
    }

    static func acceptanceChanged(
        _ messages: [Received<AcceptanceChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try Heard.note(.finance, effects.now, transaction)
        var latest: [[String]: AcceptanceChanged] = [:]
        for body in messages.map(\.body) {
            let key = [body.customerId, body.businessLine]
            if latest[key].map({ $0.changedAt <= body.changedAt }) ?? true { latest[key] = body }
        }
        let rows = latest.values.sorted { ($0.customerId, $0.businessLine) < ($1.customerId, $1.businessLine) }
        try transaction.execute(
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
        try Heard.note(.finance, effects.now, transaction)
        let latest = Dictionary(messages.map { ($0.body.alertId, $0.body) }) { $0.raisedAt > $1.raisedAt ? $0 : $1 }
        let rows = latest.values.sorted { $0.alertId < $1.alertId }
        try transaction.execute(
            """
            insert into margin_alert_replica (alert_id, customer_id, business_line, level, severity, order_id, margin,
                currency, raised_at)
            select * from unnest(
                \(rows.map(\.alertId)), \(rows.map(\.customerId)), \(rows.map(\.businessLine)),
                \(rows.map(\.level.rawValue)), \(rows.map(\.severity.rawValue)), \(rows.map(\.orderId)),
                \(PostgresValue.numerics(rows.map(\.margin.description))), \(rows.map(\.currency.code)),
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
        try Heard.note(.finance, effects.now, transaction)
        let latest = Dictionary(messages.map { ($0.body.alertId, $0.body) }) { $0.clearedAt > $1.clearedAt ? $0 : $1 }
        let rows = latest.values.sorted { $0.alertId < $1.alertId }
        try transaction.execute(
            """
            insert into margin_alert_replica (alert_id, customer_id, business_line, level, severity, order_id,
                cleared_at)
            select * from unnest(
                \(rows.map(\.alertId)), \(rows.map(\.customerId)), \(rows.map(\.businessLine)),
                \(rows.map(\.level.rawValue)), \(rows.map(\.severity.rawValue)), \(rows.map(\.orderId)),
                \(PostgresValue.timestamps(rows.map(\.clearedAt.description))))
            on conflict (alert_id) do update set
                cleared_at = greatest(margin_alert_replica.cleared_at, excluded.cleared_at)
            """)
    }
}
