import Contracts
import Postgres
import ServiceKit

/// What may be asked of alerts.
struct AlertQueries: Sendable {
    let rates: ExchangeRates

    var all: [Query] { [Query(FinanceQuestions.alerts, list), Query(FinanceQuestions.alert, Self.show)] }

    /// Beside the figures of the day on which it was raised those of now, of the order or of the customer's business.
    private static let figuresOfNow: SQL = """
        left join orders o on t.level = 'order' and o.source = t.source and o.order_id = t.order_id
        left join standing n on t.level <> 'order' and n.customer_id = t.customer_id
            and n.business_line = t.business_line
        """
    private static let now: SQL = """
        coalesce(o.known_revenue, n.revenue) as revenue_now, coalesce(o.cost, n.cost) as cost_now,
        coalesce(o.known_revenue - o.cost, n.revenue - n.cost) as margin_now,
        coalesce(o.currency, n.currency) as currency_now
        """

    private func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let isAll = arguments["state"] == "all"
        let customers = try arguments.customers(transaction)
        let worth = try rates.current(transaction).relation(on: arguments.today)
        return [
            try arguments.table(
                "alerts",
                """
                select t.*, coalesce(t.margin_now * w.cny, t.margin * x.cny, 0) as worth
                from (
                    select t.level, t.severity, t.order_id, t.source, t.customer_code, t.business_line, t.branch,
                        t.sales_owner, t.revenue, t.cost, t.revenue - t.cost as margin, t.currency, t.raised_at,
                        t.cleared_at, t.diagnose_by, t.reason, t.recover_by, t.escalated_to, t.outcome, t.alert_id,
                        \(Self.now), case
                            when t.source is not null then (
                                select a.name from account a where a.source = t.source and a.code = t.customer_code)
                            else (
                                select a.name from account a where a.customer_id = t.customer_id and a.name <> ''
                                order by a.source, a.code limit 1) end as name
                    from (
                        select * from alert where \(chosen(arguments, customers, isAll: isAll))
                    ) t \(Self.figuresOfNow)
                ) t
                left join \(worth) x on x.code = t.currency left join \(worth) w on w.code = t.currency_now
                """, transaction)
        ]
    }

    private func chosen(_ arguments: QueryArguments, _ customers: CustomerScope, isAll: Bool) -> SQL {
        """
        (\(isAll) or (cleared_at is null and outcome is null))
            and level = coalesce(\(arguments["level"].postgresBind), level)
            and severity = coalesce(\(arguments["severity"].postgresBind), severity)
            and \(Self.isOf(customers))
            and (\(arguments["owner"].postgresBind)::text is null
                or coalesce(escalated_to, sales_owner) = \(arguments["owner"].postgresBind))
            and cost - revenue >= coalesce(\(arguments["loss"])::numeric, cost - revenue)
        """
    }

    /// That an alert is of some customers. One of an order names its account; one of a customer's business names the
    /// customer that it was then, by one of its codes.
    private static func isOf(_ customers: CustomerScope) -> SQL {
        guard customers.accounts != nil || customers.source != nil else { return "true" }
        return """
            (case when source is not null then \(customers.condition("source", "customer_code"))
                else customer_id in (
                    select unnest(array[c.customer_id, c.own_id]) from account c
                    where \(customers.condition("c.source", "c.code"))) end)
            """
    }

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let alertId = try arguments.required("alertId")
        return [
            try arguments.table(
                "alert",
                """
                select t.alert_id, t.level, t.severity, t.order_id, t.source, t.customer_id, t.customer_code,
                    t.business_line, t.branch, t.sales_owner, t.revenue, t.cost, t.revenue - t.cost as margin, t.currency,
                    t.raised_at, t.cleared_at, t.clearing, t.diagnose_by, t.reason, t.plan, t.recover_by, t.diagnosed_by,
                    t.diagnosed_at, t.escalated_to, t.escalated_at, t.outcome, t.note, t.closed_by, t.closed_at, \(now),
                    t.causes, t.threshold, t.diagnosed_on_behalf_of, t.closed_on_behalf_of
                from alert t \(figuresOfNow) where t.alert_id = \(alertId)
                """, transaction)
        ]
    }
}
