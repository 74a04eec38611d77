import Contracts
import Postgres
import ServiceKit

/// What may be asked of orders and their margins.
enum MarginQueries {
    static let all = [
        Query(FinanceQuestions.order, show), Query(FinanceQuestions.summary, summary),
        Query(FinanceQuestions.totals, totals), Query(FinanceQuestions.waitingCosts, waiting),
        Query(FinanceQuestions.business, PartyBusiness.business),
    ]

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let orderId = try arguments.required("orderId")
        let source = arguments["source"]
        return [
            try arguments.table(
                "order",
                """
                select source, order_id, revision, case when is_cancelled then 'cancelled' else 'open' end as state,
                    customer_code, business_line, branch, sales_owner, placed_at, currency, revenue,
                    known_revenue, cost, known_revenue - cost as margin, is_provisional as provisional,
                    open_severity as alert, decision, decision_rule as rule, override_id as override
                from orders where order_id = \(orderId) and source = coalesce(\(source.postgresBind), source)
                    and (customer_code <> '' or is_cancelled)
                """, transaction),
            try arguments.table(
                "costs",
                """
                select cost_id, line, supplier_code, (array['estimated', 'accrued', 'actual'])[state + 1] as state,
                    amount, currency, day
                from cost where order_id = \(orderId) and source = coalesce(\(source.postgresBind), source)
                order by line, cost_id
                """, transaction),
            try arguments.table(
                "bias",
                """
                select distinct s.supplier_code, b.service_item, b.stage, b.ratio, b.observations
                from cost s
                join supplier_account a on a.source = s.source and a.code = s.supplier_code
                join supplier_bias b using (supplier_id)
                where s.order_id = \(orderId) and s.source = coalesce(\(source.postgresBind), s.source)
                    and s.state < 2
                order by 1, 2, 3
                """, transaction),
            try arguments.table(
                "alerts",
                """
                select alert_id, severity, revenue, cost, currency, raised_at, cleared_at, clearing
                from alert where order_id = \(orderId) and source = coalesce(\(source.postgresBind), source)
                order by raised_at, alert_id
                """, transaction),
        ]
    }

    static func summary(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "decisions",
                """
                select decision, count(*) as orders from orders where decision is not null group by 1 order by 1
                """, transaction),
            try arguments.table(
                "margins",
                """
                select currency, count(*) as orders, sum(known_revenue) as revenue, sum(cost) as cost,
                    sum(known_revenue - cost) as margin,
                    round(100 * sum(known_revenue - cost) / nullif(sum(known_revenue), 0), 2) as percent
                from orders where is_counted group by 1 order by 2 desc
                """, transaction),
            try arguments.table(
                "margin alerts",
                """
                select level, severity, count(*) filter (where cleared_at is null) as open,
                    count(*) filter (where cleared_at is not null) as cleared
                from alert group by 1, 2 order by 1, 2
                """, transaction),
            try arguments.table(
                "acceptance",
                """
                select state, count(*) as customers from standing
                where business_line <> '*' and state <> 'open' group by 1 order by 1
                """, transaction),
        ]
    }

    static func totals(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "totals",
                """
                select source, currency, count(*) as orders, count(decision) as decided, sum(revenue) as revenue,
                    sum(cost) as cost, sum(known_revenue - cost) as margin
                from orders where is_counted and source = coalesce(\(arguments["source"].postgresBind), source)
                group by 1, 2 order by 1, 2
                """, transaction)
        ]
    }

    static func waiting(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        return [
            try arguments.table(
                "costs that wait for their order or its line",
                """
                select c.source, c.cost_id, c.order_id, c.line, c.amount, c.currency, c.day
                from cost c left join orders o using (source, order_id)
                where o.order_id is null
                """, transaction)
        ]
    }
}
