import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of orders that name quotes.
enum QuotedOrderQueries {
    static let all = [
        Query(QuotedOrderQuestions.orders, orders), Query(QuotedOrderQuestions.lines, lines),
        Query(QuotedOrderQuestions.accuracy, accuracy),
    ]

    static func orders(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let finding = try arguments.required("finding")
        return [
            try arguments.table(
                "orders",
                """
                select o.source, o.order_id as "orderId", o.revision, o.quote_id as "quoteId",
                    o.quote_revision as "quoteRevision", o.finding, o.detail, o.customer_code as code, o.branch, o.owner,
                    o.business_line as "businessLine", o.amount, o.currency, o.placed_at as "placedAt"
                from quote_order o
                where case \(finding) when 'all' then true when 'off-terms' then o.finding <> 'kept'
                    else o.finding = \(finding) end
                """, transaction, format: OpportunityQueries.money)
        ]
    }

    /// A line that has come to something, beside what was quoted. Revenue is what is billed in the end.
    private static let settled: SQL = """
        from quote_margin m join quote_order o using (source, order_id)
        join quote_margin_line s using (source, order_id) join quote_order_line l using (source, order_id, line)
        where m.currency = o.currency
        """

    static func lines(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "lines",
                """
                select o.source, o.order_id as "orderId", l.line, o.quote_id as "quoteId", l.item, o.branch, o.owner,
                    o.business_line as "businessLine", s.revenue, l.quoted, l.quoted_cost as "quotedCost", s.cost,
                    l.quoted - l.quoted_cost as "quotedMargin", s.revenue - s.cost as margin, o.currency,
                    s.is_actual as "isActual", m.settled_at as "settledAt"
                \(settled)
                """, transaction, format: OpportunityQueries.money)
        ]
    }

    static func accuracy(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let (from, to) = (try arguments.optionalDay("from"), try arguments.optionalDay("to"))
        let settledOn = SQL.day(of: "m.settled_at")
        let by: SQL =
            switch try arguments.required("by") {
            case "branch": "o.branch"
            case "owner": "coalesce(o.owner, '')"
            case "business-line": "o.business_line"
            case "month": "to_char(\(settledOn), 'YYYY-MM')"
            default: "l.item"
            }
        // Of lines of which both costs are known, by what is left of each: hundredths of its own revenue.
        return [
            try arguments.table(
                "accuracy",
                """
                select t.of, t.currency, t.orders, t.lines, t.revenue, t.quoted_cost as "quotedCost", t.cost,
                    round(100 * (t.quoted - t.quoted_cost) / nullif(t.quoted, 0), 2) as "quotedMarginPercent",
                    round(100 * (t.revenue - t.cost) / nullif(t.revenue, 0), 2) as "marginPercent",
                    round(t.bias, 2) as "biasPercent", round(t.error, 2) as "errorPercent"
                from (
                    select \(by) as of, o.currency, count(distinct (o.source, o.order_id))::integer as orders,
                        count(*)::integer as lines, sum(s.revenue) as revenue, sum(l.quoted) as quoted,
                        sum(l.quoted_cost) as quoted_cost, sum(s.cost) as cost,
                        avg(100 * (s.revenue - s.cost) / nullif(s.revenue, 0)
                            - 100 * (l.quoted - l.quoted_cost) / nullif(l.quoted, 0)) as bias,
                        avg(abs(100 * (s.revenue - s.cost) / nullif(s.revenue, 0)
                            - 100 * (l.quoted - l.quoted_cost) / nullif(l.quoted, 0))) as error
                    \(settled) and s.cost is not null and l.quoted is not null and l.quoted_cost is not null
                        and (\(from)::date is null or \(settledOn) >= \(from)::date)
                        and (\(to)::date is null or \(settledOn) <= \(to)::date)
                    group by 1, 2
                ) t order by t.of, t.currency
                """, transaction, format: OpportunityQueries.money)
        ]
    }
}
