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
        var credits: [String: OrderDecided] = [:]
        for body in messages.map(\.body) {
            let key = [body.customerId, body.businessLine]
            if body.figures != nil, figures[key].map({ $0.decidedAt <= body.decidedAt }) ?? true { figures[key] = body }
            if body.credit != nil, credits[body.customerId].map({ $0.decidedAt <= body.decidedAt }) ?? true {
                credits[body.customerId] = body
            }
        }
        try putFigures(
            figures.values.compactMap { body in
                body.figures.map { (body.customerId, body.businessLine, $0, body.decidedAt) }
            }, transaction)
        try putCredit(
            credits.values.compactMap { body in
                body.credit.map {
                    Credit(
                        customerId: body.customerId, state: $0.state, reason: nil, figures: $0, maxDaysOverdue: nil,
                        at: body.decidedAt)
                }
            }, transaction)
    }

    static func creditChanged(
        _ messages: [Received<CreditStateChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try Heard.note(.finance, effects.now, transaction)
        var latest: [String: CreditStateChanged] = [:]
        for body in messages.map(\.body)
        where latest[body.customerId].map({ $0.changedAt <= body.changedAt }) ?? true {
            latest[body.customerId] = body
        }
        try putCredit(
            latest.values.map {
                Credit(
                    customerId: $0.customerId, state: $0.state, reason: $0.reason, figures: $0.figures,
                    maxDaysOverdue: $0.maxDaysOverdue, at: $0.changedAt)
            }, transaction)
    }

    private struct Credit {
        let customerId: String
        let state: CreditState
        let reason: String?
        let figures: CreditFigures?
        let maxDaysOverdue: Int?
        let at: Timestamp
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

    /// A change of state says why; the answer to an order only says how much. Neither forgets what the other said.
    private static func putCredit(_ credits: [Credit], _ transaction: borrowing Transaction) throws {
        let rows = credits.sorted { $0.customerId < $1.customerId }
        guard !rows.isEmpty else { return }
        try transaction.execute(
            """
            insert into credit_figure (customer_id, state, reason, exposure, credit_limit, available, currency,
                credit_group, max_days_overdue, told_at)
            select * from unnest(
                \(rows.map(\.customerId)), \(rows.map(\.state.rawValue)), \(rows.map(\.reason)),
                \(PostgresValue.numerics(rows.map { $0.figures?.exposure.description })),
                \(PostgresValue.numerics(rows.map { $0.figures?.limit.description })),
                \(PostgresValue.numerics(rows.map { $0.figures?.available.description })),
                \(rows.map { $0.figures?.currency.code }), \(rows.map { $0.figures?.group }),
                \(rows.map { $0.maxDaysOverdue.map(Int32.init) }),
                \(PostgresValue.timestamps(rows.map(\.at.description))))
            on conflict (customer_id) do update set
                state = excluded.state,
                reason = coalesce(excluded.reason, case when excluded.state = credit_figure.state
                    then credit_figure.reason end),
                exposure = coalesce(excluded.exposure, credit_figure.exposure),
                credit_limit = coalesce(excluded.credit_limit, credit_figure.credit_limit),
                available = coalesce(excluded.available, credit_figure.available),
                currency = coalesce(excluded.currency, credit_figure.currency),
                credit_group = coalesce(excluded.credit_group, credit_figure.credit_group),
                max_days_overdue = coalesce(excluded.max_days_overdue, credit_figure.max_days_overdue),
                told_at = excluded.told_at
            where credit_figure.told_at <= excluded.told_at
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
