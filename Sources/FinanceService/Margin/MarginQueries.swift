import Contracts
import Postgres
import ServiceKit

/// What may be asked of orders and their margins.
enum MarginQueries {
    static let all = [
        Query(FinanceQuestions.orders, list), Query(FinanceQuestions.order, show),
        Query(FinanceQuestions.summary, summary),
        Query(FinanceQuestions.totals, totals), Query(FinanceQuestions.waitingCosts, waiting),
        Query(FinanceQuestions.business, PartyBusinessQuery.business),
    ]

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let decision = arguments["decision"]
        let customers = try arguments.customers(transaction)
        return [
            try arguments.table(
                "orders",
                """
                select o.order_id, o.source, o.customer_code, a.name, o.business_line, o.branch, o.sales_owner,
                    o.placed_at, o.known_revenue as revenue, o.cost, o.known_revenue - o.cost as margin, o.currency,
                    case when o.is_cancelled then 'cancelled' else 'open' end as state, o.decision,
                    o.decision_rule as rule, o.open_severity as alert, o.revenue as amount
                from orders o left join account a on a.source = o.source and a.code = o.customer_code
                where o.customer_code <> ''
                    and (\(decision)::text is null or coalesce(o.decision, 'none') = \(decision))
                    and \(customers.condition("o.source", "o.customer_code"))
                """, transaction)
        ]
    }

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
                    (select max(a.severity) from alert a
                        where a.source = orders.source and a.order_id = orders.order_id and a.cleared_at is null
                            and a.outcome is null) as alert, decision, decision_rule as rule, override_id as override
                from orders where order_id = \(orderId) and source = coalesce(\(source.postgresBind), source)
                    and (customer_code <> '' or is_cancelled)
                """, transaction),
            try arguments.table(
                "lines",
                """
                with line as (
                    select o.source, o.order_id, o.currency, (l ->> 'line')::integer as line,
                        l ->> 'serviceItem' as service_item, l ->> 'lane' as lane,
                        (l ->> 'quantity')::numeric as quantity, l ->> 'unit' as unit,
                        (l ->> 'revenue')::numeric as revenue, (l ->> 'cost')::numeric as stated,
                        coalesce((l ->> 'passThrough')::boolean, false) as pass_through
                    from orders o cross join lateral jsonb_array_elements(o.lines::jsonb) as l
                    where o.order_id = \(orderId) and o.source = coalesce(\(source.postgresBind), o.source)
                ), known as (
                    -- What was invoiced counts, else what was accrued, else what the order states, else what was estimated.
                    select line.*, k.state, case
                            when k.state > 0 then k.amount
                            when stated is not null then stated
                            else k.amount
                        end as cost, case
                            when k.state > 0 then (array['accrued', 'actual'])[k.state]
                            when stated is not null then 'stated'
                            when k.state = 0 then 'estimated'
                        end as basis
                    from line left join lateral (
                        -- A cost in another currency leaves the line open here; the order's own row has it converted.
                        select c.state, case when bool_and(c.currency = line.currency) then sum(c.amount) end as amount
                        from cost c
                        where c.order_source = line.source and c.order_id = line.order_id and c.line = line.line
                        group by c.state order by c.state desc limit 1
                    ) k on true
                )
                select source, line, service_item, lane, quantity, unit, revenue, cost, basis,
                    case when not pass_through then revenue - cost end as margin, currency, pass_through
                from known order by source, line
                """, transaction),
            try arguments.table(
                "costs",
                """
                select cost_id, line, supplier_code, (array['estimated', 'accrued', 'actual'])[state + 1] as state,
                    amount, currency, day, source, order_source
                from cost where order_id = \(orderId) and order_source = coalesce(\(source.postgresBind), order_source)
                order by order_source, line, source, cost_id
                """, transaction),
            try arguments.table(
                "bias",
                """
                select distinct s.supplier_code, b.service_item, b.stage, b.ratio, b.observations
                from cost s
                join supplier_account a on a.source = s.supplier_source and a.code = s.supplier_code
                join supplier_bias b using (supplier_id)
                where s.order_id = \(orderId) and s.order_source = coalesce(\(source.postgresBind), s.order_source)
                    and s.state < 2
                order by 1, 2, 3
                """, transaction),
            try arguments.table(
                "alerts",
                """
                select alert_id, severity, revenue, cost, currency, raised_at, cleared_at, clearing, causes, threshold,
                    reason, plan, recover_by, outcome, source
                from alert where order_id = \(orderId) and source = coalesce(\(source.postgresBind), source)
                order by source, raised_at, alert_id
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
                select currency, orders, revenue, cost, revenue - cost as margin,
                    round(100 * (revenue - cost) / nullif(revenue, 0), 2) as percent, waiting_orders, waiting_revenue,
                    refused_orders, refused_revenue, ahead_orders, ahead_revenue
                from (
                    select currency, count(*) filter (where is_taken) as orders,
                        coalesce(sum(known_revenue) filter (where is_taken), 0) as revenue,
                        coalesce(sum(cost) filter (where is_taken), 0) as cost, \(OrderTotals.apart(revenue: "earned"))
                    from \(OrderTotals.orders(arguments)) group by 1
                ) t order by 2 desc, 1
                """, transaction),
            try arguments.table(
                "margin alerts",
                """
                select level, severity, count(*) filter (where cleared_at is null and outcome is null) as open,
                    count(*) filter (where cleared_at is not null or outcome is not null) as cleared
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
                select source, currency, count(*) filter (where is_taken) as orders, count(decision) as decided,
                    coalesce(sum(revenue) filter (where is_taken), 0) as revenue,
                    coalesce(sum(cost) filter (where is_taken), 0) as cost,
                    coalesce(sum(known_revenue - cost) filter (where is_taken), 0) as margin,
                    \(OrderTotals.apart(revenue: "revenue"))
                from \(OrderTotals.orders(arguments))
                where source = coalesce(\(arguments["source"].postgresBind), source)
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
                from cost c left join orders o on o.source = c.order_source and o.order_id = c.order_id
                where coalesce(o.customer_code, '') = ''
                """, transaction)
        ]
    }
}
