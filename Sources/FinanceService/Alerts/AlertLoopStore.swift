import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what people do about alerts.
enum AlertLoopStore {
    /// A diagnosis, and when.
    struct Diagnosed {
        let command: DiagnoseAlert
        /// In whose stead.
        let onBehalfOf: String?
        let at: Timestamp
    }

    /// An end, and when.
    struct Closed {
        let command: CloseAlert
        /// In whose stead.
        let onBehalfOf: String?
        let at: Timestamp
    }

    /// Reads alerts and locks them.
    static func lock(_ identifiers: [String], _ transaction: borrowing Transaction) throws -> [String: AlertCase] {
        let sorted = Set(identifiers).sorted()
        let rows = try transaction.query(
            "select \(columns) from alert where alert_id = any(\(sorted)) order by alert_id for update",
            as: StoredAlert.self)
        var found: [String: AlertCase] = [:]
        for row in rows { found[row.reference.alertId] = row.alert }
        return found
    }

    /// The alerts whose day has come, locked.
    static func late(
        on day: CalendarDay, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [(AlertCase, CalendarDay)] {
        let rows = try transaction.query(
            """
            select \(columns) from alert where due_on <= \(PostgresValue.date(day.description))
            order by alert_id limit \(limit) for update
            """, as: StoredAlert.self)
        return rows.map { ($0.alert, $0.dueOn ?? day) }
    }

    private static var columns: SQL {
        """
        alert_id, level, severity, source, order_id, customer_id, customer_code, business_line, branch, sales_owner,
            coalesce(diagnose_by, \(SQL.day(of: "raised_at"))) as diagnose_by, cleared_at is not null as is_cleared,
            escalated_to, reason, plan, recover_by, outcome, due_on, revenue, cost, currency
        """
    }

    /// An alert as it stands in the table.
    private struct StoredAlert: PostgresRow {
        let reference: MarginAlertReference
        let alert: AlertCase
        let dueOn: CalendarDay?

        init(row: inout RowReader) throws(PostgresError) {
            reference = MarginAlertReference(
                alertId: try row("alert_id"), level: try row("level"), severity: try row("severity"),
                orderId: try row("order_id"), source: try row("source"), customerId: try row("customer_id"),
                customerCode: try row("customer_code"), businessLine: try row("business_line"),
                branch: try row("branch"), salesOwner: try row("sales_owner"))
            var alert = AlertCase(
                reference: reference, diagnoseBy: try row("diagnose_by"), isCleared: try row("is_cleared"),
                escalatedTo: try row("escalated_to"))
            // A reason may be one that only a later release knows.
            let reason = try row("reason", as: String?.self).flatMap(MarginReason.init(rawValue:))
            let (plan, day): (String?, CalendarDay?) = (try row("plan"), try row("recover_by"))
            if let reason, let plan, let day {
                alert.diagnosis = AlertCase.Diagnosis(reason: reason, plan: plan, recoverBy: day)
            }
            alert.outcome = try row("outcome")
            alert.figures = AlertCase.Figures(
                revenue: try row("revenue"), cost: try row("cost"), currency: try row("currency"))
            self.alert = alert
            dueOn = try row("due_on")
        }
    }

    static func diagnose(_ rows: [Diagnosed], _ transaction: borrowing Transaction) throws {
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            update alert set reason = t.reason, plan = t.plan, recover_by = t.recover_by, due_on = t.recover_by,
                diagnosed_by = t.by, diagnosed_on_behalf_of = t.on_behalf_of, diagnosed_at = t.at
            from unnest(
                \(rows.map(\.command.alertId)), \(rows.map(\.command.reason.rawValue)), \(rows.map(\.command.plan)),
                \(rows.map { PostgresValue.date($0.command.recoverBy.description) }), \(rows.map(\.command.by)),
                \(rows.map(\.onBehalfOf)), \(rows.map { PostgresValue.timestamp($0.at.description) }))
                as t(alert_id, reason, plan, recover_by, by, on_behalf_of, at)
            where alert.alert_id = t.alert_id
            """)
    }

    static func close(_ rows: [Closed], _ transaction: borrowing Transaction) throws {
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            update alert set outcome = t.outcome, note = t.note, closed_by = t.by,
                closed_on_behalf_of = t.on_behalf_of, closed_at = t.at, due_on = null
            from unnest(
                \(rows.map(\.command.alertId)), \(rows.map(\.command.outcome.rawValue)), \(rows.map(\.command.note)),
                \(rows.map(\.command.by)), \(rows.map(\.onBehalfOf)),
                \(rows.map { PostgresValue.timestamp($0.at.description) }))
                as t(alert_id, outcome, note, by, on_behalf_of, at)
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

extension MarginLevel: PostgresDecodable {}
