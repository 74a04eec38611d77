import Contracts
import Postgres
import ServiceKit

/// What a party's business comes to, under whatever codes it was done.
enum PartyBusinessQuery {
    static func business(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let party = try arguments.required("party")
        let tomorrow = OrderTotals.tomorrow(arguments)
        return [
            try arguments.table(
                "finance: margin",
                """
                select currency, coalesce(sum(orders) filter (where not is_ahead), 0) as orders,
                    coalesce(sum(revenue) filter (where not is_ahead), 0) as revenue,
                    coalesce(sum(cost) filter (where not is_ahead), 0) as cost,
                    coalesce(sum(revenue - cost) filter (where not is_ahead), 0) as margin,
                    coalesce(sum(-orders) filter (where decision <> 'refused'), 0) as waiting_orders,
                    coalesce(sum(earned) filter (where decision <> 'refused'), 0) as waiting_revenue,
                    coalesce(sum(-orders) filter (where decision = 'refused'), 0) as refused_orders,
                    coalesce(sum(earned) filter (where decision = 'refused'), 0) as refused_revenue,
                    coalesce(sum(orders) filter (where is_ahead), 0) as ahead_orders,
                    coalesce(sum(revenue) filter (where is_ahead), 0) as ahead_revenue
                from (
                    select d.currency, d.day > date '1970-01-01' + \(tomorrow) as is_ahead, d.orders, d.revenue, d.cost,
                        null as decision, null::numeric as earned
                    from account a join account_line_day d using (source, code)
                    where a.customer_id = \(party) and not \(Sight.isPartial)
                    union all
                    -- The sums of days are the account's; who sees a part of the group is told of the orders that they see.
                    select o.currency, o.day > date '1970-01-01' + \(tomorrow), 1, o.known_revenue, o.cost, null, null
                    from orders o join account a on a.source = o.source and a.code = o.customer_code
                    where o.is_counted and a.customer_id = \(party) and \(Sight.isPartial)
                    union all
                    -- Orders that are not accepted are in the sums of days, and are few: they are taken out again.
                    select o.currency, o.day > date '1970-01-01' + \(tomorrow), -1, -o.known_revenue, -o.cost, o.decision,
                        o.earned
                    from orders o join account a on a.source = o.source and a.code = o.customer_code
                    where o.decision <> 'accepted' and o.is_counted and a.customer_id = \(party)
                ) t
                group by 1 order by 1
                """, transaction),
            try arguments.table(
                "finance: receivables",
                """
                select e.currency, sum(e.receivable) as receivable, sum(e.deposits) as deposits,
                    sum(e.accepted + e.unbilled) as ordered
                from account a join account_exposure e on e.source = a.source and e.customer_code = a.code
                where a.customer_id = \(party) group by 1 order by 1
                """, transaction),
        ]
    }
}
