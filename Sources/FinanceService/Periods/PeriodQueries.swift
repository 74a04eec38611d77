import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of months and of what was posted in them.
enum PeriodQueries {
    static let all = [
        Query(FinanceQuestions.periods, list), Query(FinanceQuestions.late, late),
        Query(FinanceQuestions.postedMargins, margins), Query(FinanceQuestions.closingCheck, PeriodCheckQuery.answer),
    ]

    /// The closed months, what was done to months, and how much was posted later than its day.
    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        return [
            try arguments.table(
                "closed",
                """
                select to_char(month, 'YYYY-MM') as month, closed_by, closed_at, reopen_by, reopen_reason,
                    (select count(*) from late_posting l
                        where l.original_day >= month and l.original_day < month + interval '1 month') as posted_later
                from closed_month m
                """, transaction, format: moneyText),
            try arguments.table(
                "what was done",
                """
                select to_char(month, 'YYYY-MM') as month, state, by, proposed_by, reason, at, event_id
                from period_event
                """, transaction, format: moneyText),
        ]
    }

    /// What came for a month after it was closed, each with the day it was posted on.
    static func late(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let month = try arguments.month("month")
        return [
            try arguments.table(
                "late",
                """
                select kind, source, reference, party, business_line, original_day, posting_day,
                    to_char(posting_day, 'YYYY-MM') as period, nullif(revenue, 0) as revenue, nullif(cost, 0) as cost,
                    amount, currency, posted_at, posting_id
                from late_posting
                where original_day between date '1970-01-01' + \(month.from.daysSinceEpoch)
                    and date '1970-01-01' + \(month.to.daysSinceEpoch)
                """, transaction, format: moneyText)
        ]
    }

    /// Revenue, cost and margin of a month by posting date, by line of business: what is of its days less what of it was
    /// posted later, plus what was posted in it. From the sums of days, never from the orders.
    static func margins(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let month = try arguments.month("month")
        let (from, to) = (month.from.daysSinceEpoch, month.to.daysSinceEpoch)
        let state: SQL = """
            case when exists (select from closed_month where month = date '1970-01-01' + \(from))
                then 'closed' else 'open' end as state
            """
        return [
            try arguments.table(
                "margins",
                """
                select business_line, currency, sum(revenue) as revenue, sum(cost) as cost,
                    sum(revenue - cost) as margin,
                    round(100 * sum(revenue - cost) / nullif(sum(revenue), 0), 2) as margin_percent,
                    sum(here) as posted_here, sum(later) as posted_later, \(state)
                from (
                    select business_line, currency, revenue, cost, 0 as here, 0 as later from account_line_day
                    where day between date '1970-01-01' + \(from) and date '1970-01-01' + \(to)
                    union all
                    select business_line, currency, -revenue, -cost, 0, revenue - cost from late_posting
                    where kind in ('order', 'cost', 'credit')
                        and original_day between date '1970-01-01' + \(from) and date '1970-01-01' + \(to)
                    union all
                    select business_line, currency, revenue, cost, revenue - cost, 0 from late_posting
                    where kind in ('order', 'cost', 'credit')
                        and posting_day between date '1970-01-01' + \(from) and date '1970-01-01' + \(to)
                ) t
                group by business_line, currency
                having sum(revenue) <> 0 or sum(cost) <> 0 or sum(here) <> 0 or sum(later) <> 0
                order by business_line, currency
                """, transaction, format: moneyText)
        ]
    }
}

extension QueryArguments {
    /// A month that must be there, such as `2024-03`.
    func month(_ name: String) throws -> Period {
        guard let first = CalendarDay("\(try required(name))-01") else {
            throw Refusal(.badTime, path: "parameters.\(name)", "write a month as 2024-03")
        }
        return try Period(
            from: first, to: PostingMonths.month(after: first).adding(days: -1), path: "parameters.\(name)")
    }
}
