import Contracts
import Postgres
import ServiceKit

/// What may be asked of deliveries.
enum DeliveryQueries {
    static let all = [
        Query(ServiceDeskQuestions.order, order), Query(ServiceDeskQuestions.performance, performance),
        Query(ServiceDeskQuestions.surveys, surveys), Query(ServiceDeskQuestions.summary, summary),
        Query(ServiceDeskQuestions.business, business),
    ]

    /// How a party's deliveries went, under whatever codes.
    static func business(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "service desk: deliveries",
                """
                select sum(p.completed) as completed, sum(p.late) as late, sum(p.damaged) as damaged,
                    sum(p.short) as short
                from account a join performance p on p.source = a.source and p.customer_code = a.code
                where a.customer_id = \(try arguments.required("party"))
                having count(*) > 0
                """, transaction)
        ]
    }

    static func order(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "delivery",
                """
                select source, customer_code, branch, branch_known, business_line, promised_at, completed_at,
                    counted_late as late, counted_damaged as damaged, counted_short as short, quantity,
                    quantity_delivered, survey_id
                from delivery
                where order_id = \(try arguments.required("orderId"))
                    and source = coalesce(\(arguments["source"].postgresBind), source)
                order by source
                """, transaction)
        ]
    }

    /// Rates with the Wilson interval of 95 %: a branch with three deliveries is not compared with one that has a
    /// thousand as if both were certain.
    static func performance(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let columns = [
            "branch": "p.branch", "line": "p.business_line",
            // One customer under whatever codes, and two with one code apart.
            "customer": "coalesce(a.customer_id, p.source || ' ' || p.customer_code)",
        ]
        let by = try arguments.required("by")
        let column = columns[by] ?? "p.branch"
        let name: SQL =
            by == "customer"
            ? """
            case when count(*) over (partition by code, codes) > 1 then first else code end
                || case when codes > 1 then ' +' || codes - 1 else '' end
            """ : "place"
        return [
            try arguments.table(
                "performance",
                """
                with sums as (
                    select \(unsafe: column) as place, sum(completed)::float8 as n, sum(late)::float8 as x,
                        sum(damaged) as damaged, sum(short) as short, min(p.customer_code) as code,
                        min(p.source || '/' || p.customer_code) as first,
                        count(distinct (p.source, p.customer_code)) as codes
                    from performance p left join account a on a.source = p.source and a.code = p.customer_code
                    where p.branch = coalesce(\(arguments["branch"]), p.branch)
                        and p.business_line = coalesce(\(arguments["line"]), p.business_line)
                        and \(try arguments.within(day: "day"))
                    group by 1 having sum(completed) > 0
                )
                select \(name) as name, n::bigint as completed, x::bigint as late, damaged, short,
                    round((100 * x / n)::numeric, 2) as late_percent,
                    round((100 * (x / n + 1.9208 / n - 1.96 * sqrt(x / n * (1 - x / n) / n + 0.9604 / (n * n)))
                        / (1 + 3.8416 / n))::numeric, 2) as late_low,
                    round((100 * (x / n + 1.9208 / n + 1.96 * sqrt(x / n * (1 - x / n) / n + 0.9604 / (n * n)))
                        / (1 + 3.8416 / n))::numeric, 2) as late_high
                from sums
                """, transaction)
        ]
    }

    static func surveys(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "surveys", "select requested_at, source, order_id, customer_id, rule, survey_id from survey",
                transaction)
        ]
    }

    static func summary(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "deliveries",
                """
                select coalesce(sum(completed), 0) as completed, coalesce(sum(late), 0) as late,
                    coalesce(sum(damaged), 0) as damaged, coalesce(sum(short), 0) as short,
                    (select count(*) from survey) as surveys,
                    (select count(*) from delivery where not branch_known) as unknown_branch_orders
                from performance
                """, transaction)
        ]
    }
}
