import Contracts
import Domain
import Postgres
import ServiceKit

/// The blocks of the overview that are plain reads.
enum OverviewBlockQueries {
    /// Who it is, and what it orders.
    static func own(
        _ customer: String, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        [
            try arguments.table(
                "identity",
                """
                select customer_id, name, credit_code, revision, founded_at, changed_at,
                    (select string_agg(m.customer_id, ' ' order by m.customer_id) from customer m
                        where m.merged_into = c.customer_id) as merged
                from customer c where customer_id = \(customer)
                """, transaction),
            try arguments.table(
                "aliases",
                """
                select source, code, name, credit_code from account where customer_id = \(customer)
                order by source, code
                """, transaction),
            try arguments.table(
                "organisation",
                """
                select \(unsafe: OwnerStore.branch("a")) as branch, \(unsafe: OwnerStore.owner("a")) as sales_owner,
                    count(*) as codes
                from account a where customer_id = \(customer)
                group by 1, 2 order by 3 desc, 1, 2
                """, transaction),
            try arguments.table(
                "classes",
                """
                select dimension, value, valid_from, valid_to, reason from class
                where customer_id = \(customer) and superseded_at is null
                order by valid_to is not null, coalesce(valid_to, valid_from) desc, dimension
                """, transaction),
            try arguments.table(
                "orders",
                """
                select m.month, m.currency, sum(m.orders) as orders, sum(m.revenue) as revenue
                from account a join account_month m on m.source = a.source and m.code = a.code
                where a.customer_id = \(customer)
                group by 1, 2 having sum(m.orders) <> 0 order by 1 desc, 2
                """, transaction),
        ]
    }

    /// What the other services told of it.
    static func told(
        _ customer: String, at: Timestamp, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        [
            try timeline("swings", "order anomaly%", customer, arguments, transaction),
            try GroupFigureQueries.margin([customer], at: at, as: "margin", arguments, transaction),
            try arguments.table(
                "acceptance",
                """
                select business_line, state, reason, changed_at from acceptance_replica
                where customer_id = \(customer) order by business_line
                """, transaction),
            try arguments.table(
                "margin alerts",
                """
                select raised_at, level, severity, business_line, order_id, margin, currency, cleared_at
                from margin_alert_replica
                where customer_id = \(customer) or customer_id in
                    (select customer_id from customer where merged_into = \(customer))
                order by cleared_at is not null, raised_at desc, alert_id
                """, transaction),
            try GroupFigureQueries.receivables([customer], arguments, transaction),
            try arguments.table(
                "credit",
                """
                select state, case when changed_state = state then reason end as reason, exposure, credit_limit as "limit", available, currency, credit_group,
                    max_days_overdue, told_at
                from credit_figure where customer_id = \(customer)
                """, transaction),
            try ComplaintReplica.block(customer, arguments, transaction),
            try AgreementReplica.block(customer, on: at.day(), arguments, transaction),
            try timeline("surveys", "survey%", customer, arguments, transaction),
        ]
    }

    private static func timeline(
        _ name: String, _ kind: String, _ customer: String, _ arguments: QueryArguments,
        _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try arguments.table(
            name,
            """
            select t.happened_at, t.kind, t.detail
            from account a join timeline t on t.account_source = a.source and t.code = a.code
            where a.customer_id = \(customer) and t.kind like \(kind)
            order by t.happened_at desc, t.event_id
            """, transaction)
    }
}
