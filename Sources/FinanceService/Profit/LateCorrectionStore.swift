import Contracts
import Domain
import Postgres
import ProfitAnalysis

/// What counts in another period than its order's day says, because that day's month was closed when it came.
enum LateCorrectionStore {
    /// The service item under which corrections stand: they are known by order, not by line.
    static let item = "posted later"

    /// By how much the lines placed in a period differ from what was posted in it: what came for the period after it was
    /// closed is taken away, what came in it for closed months is added. Each has the number 0, the day its order was
    /// placed, by which amounts are converted, and no line of its own.
    static func read(_ scope: ProfitLineStore.Scope, _ transaction: borrowing Transaction) throws -> [ProfitLine] {
        let (from, to) = (scope.from.daysSinceEpoch, scope.to.daysSinceEpoch)
        let rows = try transaction.query(
            """
            with moved as (
                select p.*, p.posting_day between date '1970-01-01' + \(from) and date '1970-01-01' + \(to) as is_posted,
                    p.original_day between date '1970-01-01' + \(from) and date '1970-01-01' + \(to) as is_placed
                from late_posting p
                where p.business_line is not null and p.kind in ('order', 'cost', 'credit')
                    and (p.posting_day between date '1970-01-01' + \(from) and date '1970-01-01' + \(to)
                        or p.original_day between date '1970-01-01' + \(from) and date '1970-01-01' + \(to))
            )
            select p.source, p.reference, p.original_day, p.party, p.business_line,
                coalesce(p.branch, o.branch, '') as branch, o.sales_owner, p.currency,
                sum(case when p.is_posted then p.revenue else -p.revenue end) as revenue,
                sum(case when p.is_posted then p.cost else -p.cost end) as cost
            from moved p left join orders o on o.source = p.source and o.order_id = p.reference
            where p.is_posted <> p.is_placed
                and coalesce(p.branch, o.branch, '') = coalesce(\(scope.branch), p.branch, o.branch, '')
                and p.business_line = coalesce(\(scope.businessLine), p.business_line)
                and \(scope.customers.condition("p.source", "p.party"))
            group by 1, 2, 3, 4, 5, 6, 7, 8
            having sum(case when p.is_posted then p.revenue else -p.revenue end) <> 0
                or sum(case when p.is_posted then p.cost else -p.cost end) <> 0
            order by 1, 2, 3, 4, 5, 6, 8
            """, as: Correction.self)
        return rows.map(\.line)
    }

    /// What is to be added to the lines of a period for one order.
    private struct Correction: PostgresRow {
        let line: ProfitLine

        init(row: inout RowReader) throws(PostgresError) {
            line = ProfitLine(
                source: try row("source"), orderId: try row("reference"), line: 0, day: try row("original_day"),
                customer: try row("party"), businessLine: try row("business_line"), branch: try row("branch"),
                salesOwner: try row("sales_owner"), lane: nil, serviceItem: item, unit: "", supplier: nil,
                quantity: .zero, currency: try row("currency"), revenue: try row("revenue"), cost: try row("cost"))
        }
    }
}
