import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of margin alerts.
enum AlertStore {
    static func raise(
        _ alerts: [MarginAlertRaised], diagnosedWithin workingDays: Int, _ transaction: borrowing Transaction
    ) throws {
        guard !alerts.isEmpty else { return }
        let sorted = alerts.sorted { $0.alertId < $1.alertId }
        // Alerts of one batch were raised on one day, or on few.
        var deadlines: [CalendarDay: CalendarDay] = [:]
        for day in Set(sorted.map { $0.raisedAt.day() }) { deadlines[day] = AlertDeadline.day(workingDays, after: day) }
        let due = sorted.map { alert in
            let day = alert.raisedAt.day()
            return PostgresValue.date((deadlines[day] ?? day).description)
        }
        try transaction.queue(
            """
            insert into alert (alert_id, level, severity, source, order_id, customer_id, customer_code, business_line,
                branch, sales_owner, revenue, cost, currency, raised_at, diagnose_by, due_on, causes, threshold)
            select * from unnest(
                \(sorted.map(\.alertId)), \(sorted.map(\.level.rawValue)), \(sorted.map(\.severity.rawValue)),
                \(sorted.map(\.source)), \(sorted.map(\.orderId)), \(sorted.map(\.customerId)),
                \(sorted.map(\.customerCode)), \(sorted.map(\.businessLine)), \(sorted.map(\.branch)),
                \(sorted.map(\.salesOwner)), \(sorted.map(\.revenue)),
                \(sorted.map(\.cost)), \(sorted.map(\.currency.code)),
                \(sorted.map { PostgresValue.timestamp($0.raisedAt.description) }), \(due), \(due),
                \(sorted.map { $0.causes.joined(separator: ", ") }), \(sorted.map(\.threshold)))
            """)
        for (day, alerts) in Dictionary(grouping: sorted, by: { $0.raisedAt.day() }) {
            try OwnerStore.settle(raised: alerts.map(\.alertId), on: day, transaction)
        }
    }

    static func clear(_ alerts: [MarginAlertCleared], _ transaction: borrowing Transaction) throws {
        guard !alerts.isEmpty else { return }
        let sorted = alerts.sorted { $0.alertId < $1.alertId }
        try transaction.queue(
            """
            update alert set cleared_at = t.cleared_at, clearing = t.clearing, due_on = null,
                outcome = coalesce(alert.outcome, case t.clearing when 'severity-changed' then 'superseded'
                    else t.clearing end)
            from unnest(
                \(sorted.map(\.alertId)), \(sorted.map { PostgresValue.timestamp($0.clearedAt.description) }),
                \(sorted.map(\.reason.rawValue))) as t(alert_id, cleared_at, clearing)
            where alert.alert_id = t.alert_id
            """)
    }
}
