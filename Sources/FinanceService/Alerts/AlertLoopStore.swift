import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what people do about alerts.
enum AlertLoopStore {
    /// A diagnosis, and when.
    struct Diagnosed {
        let command: DiagnoseAlert
        let at: Timestamp
    }

    /// An end, and when.
    struct Closed {
        let command: CloseAlert
        let at: Timestamp
    }

    private typealias Row = (
        String, String, String, String?, String?, String, String, String, String, String?, Int32, Bool, String?,
        String?, String?, Int32?, String?, Int32?, FixedDecimal, FixedDecimal, Currency
    )

    /// Reads alerts and locks them.
    static func lock(_ identifiers: [String], _ transaction: borrowing Transaction) throws -> [String: AlertCase] {
        let sorted = Set(identifiers).sorted()
        let rows: [Row] = try transaction.query(
            """
            select alert_id, level, severity, source, order_id, customer_id, customer_code, business_line, branch,
                sales_owner,
                coalesce(diagnose_by, \(SQL.day(of: "raised_at"))) - date '1970-01-01',
                cleared_at is not null,
                escalated_to, reason, plan, recover_by - date '1970-01-01', outcome, due_on - date '1970-01-01',
                revenue, cost, currency
            from alert where alert_id = any(\(sorted)) order by alert_id for update
            """, as: Row.self)
        var found: [String: AlertCase] = [:]
        for row in rows { found[row.0] = try alert(row) }
        return found
    }

    /// The alerts whose day has come, locked.
    static func late(
        on day: CalendarDay, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [(AlertCase, CalendarDay)] {
        let rows: [Row] = try transaction.query(
            """
            select alert_id, level, severity, source, order_id, customer_id, customer_code, business_line, branch,
                sales_owner,
                coalesce(diagnose_by, \(SQL.day(of: "raised_at"))) - date '1970-01-01',
                cleared_at is not null,
                escalated_to, reason, plan, recover_by - date '1970-01-01', outcome, due_on - date '1970-01-01',
                revenue, cost, currency
            from alert where due_on <= \(PostgresValue.date(day.description))
            order by alert_id limit \(limit) for update
            """, as: Row.self)
        return try rows.map { (try alert($0), $0.17.map { CalendarDay(daysSinceEpoch: $0) } ?? day) }
    }

    private static func alert(_ row: Row) throws -> AlertCase {
        guard let level = MarginLevel(rawValue: row.1), let severity = MarginSeverity(rawValue: row.2) else {
            throw Refusal(.internalError, path: "$", "alert '\(row.0)' is of no known level or severity")
        }
        var alert = AlertCase(
            reference: MarginAlertReference(
                alertId: row.0, level: level, severity: severity, orderId: row.4, source: row.3, customerId: row.5,
                customerCode: row.6, businessLine: row.7, branch: row.8, salesOwner: row.9),
            diagnoseBy: CalendarDay(daysSinceEpoch: row.10), isCleared: row.11, escalatedTo: row.12)
        if let reason = row.13.flatMap(MarginReason.init(rawValue:)), let plan = row.14, let day = row.15 {
            alert.diagnosis = AlertCase.Diagnosis(
                reason: reason, plan: plan, recoverBy: CalendarDay(daysSinceEpoch: day))
        }
        alert.outcome = row.16
        alert.figures = AlertCase.Figures(revenue: row.18, cost: row.19, currency: row.20)
        return alert
    }

    static func diagnose(_ rows: [Diagnosed], _ transaction: borrowing Transaction) throws {
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            update alert set reason = t.reason, plan = t.plan, recover_by = t.recover_by, due_on = t.recover_by,
                diagnosed_by = t.by, diagnosed_at = t.at
            from unnest(
                \(rows.map(\.command.alertId)), \(rows.map(\.command.reason.rawValue)), \(rows.map(\.command.plan)),
                \(rows.map { PostgresValue.date($0.command.recoverBy.description) }), \(rows.map(\.command.by)),
                \(rows.map { PostgresValue.timestamp($0.at.description) }))
                as t(alert_id, reason, plan, recover_by, by, at)
            where alert.alert_id = t.alert_id
            """)
    }

    static func close(_ rows: [Closed], _ transaction: borrowing Transaction) throws {
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            update alert set outcome = t.outcome, note = t.note, closed_by = t.by, closed_at = t.at, due_on = null
            from unnest(
                \(rows.map(\.command.alertId)), \(rows.map(\.command.outcome.rawValue)), \(rows.map(\.command.note)),
                \(rows.map(\.command.by)), \(rows.map { PostgresValue.timestamp($0.at.description) }))
                as t(alert_id, outcome, note, by, at)
            where alert.alert_id = t.alert_id
            """)
    }

    static func escalate(
        _ rows: [(alertId: String, to: String)], at time: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            update alert set escalated_to = t.manager, escalated_at = \(PostgresValue.timestamp(time.description)),
                due_on = null
            from unnest(\(rows.map(\.alertId)), \(rows.map(\.to))) as t(alert_id, manager)
            where alert.alert_id = t.alert_id
            """)
    }
}
