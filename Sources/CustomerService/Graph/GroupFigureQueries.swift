import Contracts
import Domain
import Postgres
import ServiceKit

/// What some customers come to together: by their orders, their invoices, and what finance last said of each.
///
/// Finance speaks of the credit of a customer under the identifier it had then. A customer that was merged keeps its last figures until
/// finance has spoken of the survivor after the merge: from then on the survivor's hold all.
enum GroupFigureQueries {
    /// Identifiers of some customers with the ones that were merged into them, whose figures still count.
    private static func counting(_ customers: [String]) -> SQL {
        """
        select c.customer_id as party_id, coalesce(m.customer_id, c.customer_id) as told_of, m.changed_at as merged_at
        from unnest(\(customers)) as k(customer_id)
        join customer c on c.customer_id = k.customer_id
        join lateral (
            select c.customer_id, null::timestamptz as changed_at
            union all select x.customer_id, x.changed_at from customer x where x.merged_into = c.customer_id
        ) m on true
        """
    }

    /// What was ordered and earned in the 90 days up to a time, in CNY: by orders and costs as they were told.
    static func margin(
        _ customers: [String], at: Timestamp, as name: String, _ arguments: QueryArguments,
        _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        let today = at.day().daysSinceEpoch
        return try arguments.table(
            name,
            """
            select coalesce(o.business_line, 'all') as "businessLine", 'CNY' as currency, count(*) as orders,
                sum(o.revenue) as revenue, sum(o.costed_revenue) as "costedRevenue", sum(o.cost) as cost,
                sum(o.costed_revenue - o.cost) as margin,
                round(sum(o.costed_revenue - o.cost) / nullif(sum(o.costed_revenue), 0), 4) as "marginRate"
            from account a join value_order o on o.source = a.source and o.customer_code = a.code
            where a.customer_id = any(\(customers)) and \(ValueFactStore.orders.counts("o"))
                and o.day between date '1970-01-01' + \(today - 89) and date '1970-01-01' + \(today)
            group by grouping sets ((o.business_line), ()) having count(*) > 0
            order by grouping(o.business_line) desc, 1
            """, transaction)
    }

    static func receivables(
        _ customers: [String], _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try arguments.table(
            "receivables",
            """
            select i.currency, count(*) as invoices, sum(coalesce(i.open_amount, i.amount)) as open,
                coalesce(sum(coalesce(i.open_amount, i.amount)) filter (where i.due_at < \(PostgresValue.timestamp(arguments.now.description))), 0) as overdue,
                min(i.due_at) as "oldestDue"
            from account a join invoice_replica i on i.source = a.source and i.code = a.code
            where a.customer_id = any(\(customers)) and coalesce(i.open_amount, i.amount) <> 0
                and i.currency is not null
            group by 1 order by 1
            """, transaction)
    }

    /// Customers whose credit is one are told of by one figure: it counts once.
    static func exposure(
        _ customers: [String], _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try arguments.table(
            "exposure",
            """
            with counting as (\(counting(customers))), told as (
                select distinct on (coalesce('group ' || f.credit_group, f.customer_id)) f.*
                from counting k join credit_figure f on f.customer_id = k.told_of
                where f.exposure is not null and (k.merged_at is null or not exists (
                    select from credit_figure s where s.customer_id = k.party_id and s.told_at > k.merged_at))
                order by coalesce('group ' || f.credit_group, f.customer_id), f.told_at desc
            )
            select currency, count(*) as customers, sum(exposure) as exposure, sum(credit_limit) as "limit",
                sum(available) as available, min(told_at) as "oldestWord"
            from told group by 1 order by 1
            """, transaction)
    }
}
