import Contracts
import Postgres
import ServiceKit

/// What may be asked of sales.
enum SalesQueries {
    static let all = [
        Query(SalesQuestions.order, order), Query(SalesQuestions.anomalies, anomalies),
        Query(SalesQuestions.summary, summary),
        Query(SalesQuestions.business, business),
    ]

    /// What a party has ordered, under whatever codes; beside it what finance has refused or somebody has to approve.
    static func business(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "sales: orders",
                """
                select count(distinct (a.source, a.code)) as codes,
                    count(*) filter (where coalesce(o.decision, 'accepted') = 'accepted') as orders,
                    coalesce(sum(o.amount) filter (where coalesce(o.decision, 'accepted') = 'accepted'), 0) as amount,
                    o.currency, count(*) filter (where o.decision = 'needs-approval') as waiting_orders,
                    coalesce(sum(o.amount) filter (where o.decision = 'needs-approval'), 0) as waiting_amount,
                    count(*) filter (where o.decision = 'refused') as refused_orders,
                    coalesce(sum(o.amount) filter (where o.decision = 'refused'), 0) as refused_amount
                from account a join orders o on o.source = a.source and o.customer_code = a.code
                where a.customer_id = \(try arguments.required("party")) and not o.is_cancelled
                group by o.currency order by o.currency
                """, transaction)
        ]
    }

    static func order(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "sales",
                """
                select o.source, o.customer_code, o.branch, coalesce(o.sales_owner, a.sales_owner) as owner, o.amount,
                    o.currency, o.is_cancelled as cancelled, o.decision, o.decision_rule as rule
                from orders o left join account a on a.source = o.source and a.code = o.customer_code
                where o.order_id = \(try arguments.required("orderId"))
                    and o.source = coalesce(\(arguments["source"].postgresBind), o.source)
                order by o.source
                """, transaction)
        ]
    }

    static func anomalies(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "anomalies",
                """
                select raised_at, kind, direction, metric, source, customer_code, business_line, owner, order_id,
                    baseline, observed, score, cleared_at, currency, acting_for, abs(score) as strength, anomaly_id
                from anomaly
                where \(arguments["state"] == "all") or cleared_at is null
                """, transaction)
        ]
    }

    static func summary(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "order anomalies",
                """
                select kind, count(*) filter (where cleared_at is null) as open,
                    count(*) filter (where cleared_at is not null) as cleared
                from anomaly group by 1 order by 1
                """, transaction)
        ]
    }
}
