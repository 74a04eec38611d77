import Contracts
import Domain
import Postgres
import ServiceKit

/// The five drivers, each counted from orders and deliveries that can be listed. docs/business/glossary.md defines them.
struct DriverQueries: Sendable {
    let market: MarketEstimates

    var all: [Query] { [Query(ClassQuestions.drivers, show), Query(ClassQuestions.trace, Self.trace)] }

    private static func unit(_ arguments: QueryArguments) throws -> (name: String, step: String) {
        let name = try arguments.required("by")
        return (name, name == "quarter" ? "3 months" : "1 \(name)")
    }

    /// Orders that count, with their customer.
    private static let live: SQL =
        """
        value_order o join account a on a.source = o.source and a.code = o.customer_code
        where \(ValueFactStore.orders.counts("o")) and o.day is not null
        """

    /// The days asked for; the year up to the last order, no later than today, when not given: one order dated years ahead
    /// takes the figures from nobody.
    private static func window(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> (from: Int32, to: Int32) {
        let last =
            try transaction.query(
                """
                select max(day) - date '1970-01-01' from value_order
                where day <= date '1970-01-01' + \(arguments.today.daysSinceEpoch)
                """, as: Int32?.self
            ).first ?? nil
        let first = try ClassQueries.day("from", arguments)
        // Who asks from a day after the last order asks about nothing, which is no mistake.
        let to = try ClassQueries.day("to", arguments) ?? max(last ?? arguments.today.daysSinceEpoch, first ?? .min)
        let from = first ?? to - 364
        guard from <= to else {
            throw Refusal(.valueNotAllowed, path: "parameters.from", "'from' is after 'to'")
        }
        return (from, to)
    }

    private func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let (unit, step) = try Self.unit(arguments)
        let (from, to) = try Self.window(arguments, transaction)
        let group = try arguments.required("group")
        let column: SQL =
            switch group {
            case "branch": "o.branch"
            case "line": "o.business_line"
            default: "''::text"
            }
        // A customer's segment in a period is its value class on the day before the period.
        let segment: SQL =
            group == "segment"
            ? """
            coalesce((select c.value from class c where c.customer_id = x.customer_id and c.dimension = 'value'
                and c.superseded_at is null and c.valid_from < x.p
                and (c.valid_to is null or c.valid_to >= x.p - 1) limit 1), 'none')
            """ : "x.g"
        let drivers = try arguments.table(
            "drivers",
            """
            with own as (
                select a.customer_id, \(column) as g, date_trunc(\(unit), o.day)::date as p, sum(o.revenue) as revenue,
                    sum(o.costed_revenue) as costed, sum(o.cost) as cost, count(*) as orders
                from \(Self.live) group by 1, 2, 3
            ), active as (
                select x.customer_id, \(segment) as g, x.p, x.revenue, x.costed, x.cost, x.orders,
                    x.p = min(x.p) over (partition by x.customer_id, x.g) as is_new
                from own x
            ), base as (
                select x.customer_id, \(segment) as g, x.p, x.revenue, n.revenue as next_revenue
                from (select customer_id, g, (p + \(step)::interval)::date as p, revenue from own) x
                left join own n on n.customer_id = x.customer_id and n.g = x.g and n.p = x.p
            ), delivery as (
                select \(segment) as g, x.p, count(*) as deliveries, count(*) filter (where not x.is_bad) as good
                from (
                    select a.customer_id, \(column) as g, date_trunc(\(unit), o.done_on)::date as p,
                        coalesce(o.is_damaged, false) or coalesce(o.is_late,
                            o.done_on > \(SQL.day(of: "o.promised_on")), false) as is_bad
                    from \(Self.live) and o.done_on is not null
                ) x group by 1, 2
            ), a as (
                select g, p, count(distinct customer_id) as customers,
                    count(distinct customer_id) filter (where is_new) as acquired, sum(orders) as orders,
                    sum(revenue) as revenue, sum(costed) as costed, sum(cost) as cost from active group by 1, 2
            ), b as (
                select g, p, count(distinct customer_id) as base,
                    count(distinct customer_id) filter (where next_revenue is not null) as retained,
                    sum(revenue) as revenue, sum(next_revenue) as next_revenue
                from base group by 1, 2
            )
            select p as period, g as "group", coalesce(b.base, 0) as base, coalesce(a.customers, 0) as customers,
                coalesce(a.acquired, 0) as acquired, coalesce(b.retained, 0) as retained,
                coalesce(a.orders, 0) as orders, coalesce(a.revenue, 0) as revenue,
                coalesce(a.costed - a.cost, 0) as margin, coalesce(d.deliveries, 0) as deliveries,
                coalesce(d.good, 0) as good, round(a.acquired::numeric / nullif(b.base, 0), 4) as acquisition,
                round(b.retained::numeric / nullif(b.base, 0), 4) as retention,
                round(coalesce(b.next_revenue, 0) / nullif(b.revenue, 0), 4) as revenue_retention,
                round(d.good::numeric / nullif(d.deliveries, 0), 4) as satisfaction,
                round((a.costed - a.cost) / nullif(a.costed, 0), 4) as profitability
            from a full join b using (g, p) full join delivery d using (g, p)
            where p between date_trunc(\(unit), date '1970-01-01' + \(from)) and date '1970-01-01' + \(to)
            order by p, g
            """, transaction)
        let ahead = try arguments.table(
            "dated ahead",
            """
            select a.customer_id, o.source, count(*) as orders, min(o.day) as first_day, max(o.day) as last_day
            from \(Self.live) and o.day > date '1970-01-01' + \(arguments.today.daysSinceEpoch) + 1
            group by 1, 2 order by last_day desc, 1, 2
            """, transaction)
        return [drivers, try shares(from: from, to: to, arguments, transaction), ahead]
    }

    /// Our revenue against each estimate whose days lie within those asked for.
    private func shares(
        from: Int32, to: Int32, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        let inside = market.estimates.filter { $0.from.daysSinceEpoch >= from && $0.to.daysSinceEpoch <= to }
        return try arguments.table(
            "market share",
            """
            select date '1970-01-01' + e.since as "from", date '1970-01-01' + e.until as "to", e.branch,
                e.line as business_line, coalesce(f.revenue, 0) as revenue, e.market,
                round(coalesce(f.revenue, 0) / e.market, 6) as share, e.stated as estimate_by
            from unnest(
                \(inside.map(\.from.daysSinceEpoch)), \(inside.map(\.to.daysSinceEpoch)), \(inside.map(\.branch)),
                \(inside.map(\.businessLine)), \(inside.map(\.amount)),
                \(inside.map(\.statedBy))) as e(since, until, branch, line, market, stated)
            left join lateral (
                select sum(o.revenue) as revenue from \(Self.live)
                    and o.day between date '1970-01-01' + e.since and date '1970-01-01' + e.until
                    and (e.branch is null or o.branch = e.branch) and (e.line is null or o.business_line = e.line)
            ) f on true
            order by 1, 2, 3, 4
            """, transaction)
    }

    /// The orders that a driver is counted from: source and order name their events in every service.
    private static func trace(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        let (unit, step) = try unit(arguments)
        let (from, to) = try window(arguments, transaction)
        let start: SQL = "date_trunc(\(unit), date '1970-01-01' + \(from))::date"
        let inside: SQL = "o.day between \(start) and date '1970-01-01' + \(to)"
        let condition: SQL
        switch try arguments.required("driver") {
        case "market-share": condition = inside
        case "profitability": condition = "\(inside) and o.costed_revenue <> 0"
        case "satisfaction":
            condition = "o.done_on between \(start) and date '1970-01-01' + \(to)"
        case "acquisition":
            condition =
                """
                \(inside) and not exists (
                    select from account b join value_order e on e.source = b.source and e.customer_code = b.code
                    where b.customer_id = a.customer_id and \(ValueFactStore.orders.counts("e")) and e.day < \(start))
                """
        default:
            condition =
                """
                o.day between (\(start) - \(step)::interval)::date and date '1970-01-01' + \(to) and exists (
                    select from account b join value_order e on e.source = b.source and e.customer_code = b.code
                    where b.customer_id = a.customer_id and \(ValueFactStore.orders.counts("e"))
                        and e.day < \(start) and e.day >= (\(start) - \(step)::interval)::date)
                """
        }
        return [
            try arguments.table(
                "orders",
                """
                select a.customer_id, o.source, o.order_id, o.customer_code, o.branch, o.business_line, o.day,
                    o.revenue, case when o.costed_revenue <> 0 then o.costed_revenue - o.cost end as margin, o.done_on,
                    o.is_late, o.is_damaged
                from \(live) and \(condition)
                    and (\(arguments["branch"].postgresBind)::text is null or o.branch = \(arguments["branch"].postgresBind))
                """, transaction)
        ]
    }
}
