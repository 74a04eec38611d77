import Contracts
import Postgres
import ServiceKit

/// What may be asked of alerts.
enum AlertQueries {
    static let all = [Query(FinanceQuestions.alerts, list), Query(FinanceQuestions.alert, show)]

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let isAll = arguments["state"] == "all"
        return [
            try arguments.table(
                "alerts",
                """
                select level, severity, order_id, source, customer_code, business_line, branch, sales_owner, revenue,
                    cost, revenue - cost as margin, currency, raised_at, cleared_at, diagnose_by, reason, recover_by,
                    escalated_to, outcome, alert_id
                from alert
                where (\(isAll) or (cleared_at is null and outcome is null))
                    and level = coalesce(\(arguments["level"].postgresBind), level)
                    and severity = coalesce(\(arguments["severity"].postgresBind), severity)
                    and customer_code = coalesce(\(arguments["customer"].postgresBind), customer_code)
                    and (\(arguments["owner"].postgresBind)::text is null
                        or coalesce(escalated_to, sales_owner) = \(arguments["owner"].postgresBind))
                """, transaction)
        ]
    }

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let alertId = try arguments.required("alertId")
        return [
            try arguments.table(
                "alert",
                """
                select alert_id, level, severity, order_id, source, customer_id, customer_code, business_line, branch,
                    sales_owner, revenue, cost, revenue - cost as margin, currency, raised_at, cleared_at, clearing,
                    diagnose_by, reason, plan, recover_by, diagnosed_by, diagnosed_at, escalated_to, escalated_at,
                    outcome, note, closed_by, closed_at
                from alert where alert_id = \(alertId)
                """, transaction)
        ]
    }
}
