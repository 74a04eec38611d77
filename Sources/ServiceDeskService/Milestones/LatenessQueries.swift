import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of orders that are expected to be late.
enum LatenessQueries {
    static let all = [
        Query(LatenessQuestions.warnings, warnings), Query(LatenessQuestions.score, score),
        Query(LatenessQuestions.segments, segments),
    ]

    /// What was promised when an order was booked.
    private static let promise: SQL =
        "case when d.booked_revision is null then d.promised_at else d.booked_promise end"

    static func warnings(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let state = try arguments.required("state")
        return [
            try arguments.table(
                "warnings",
                """
                select w.promised_at, w.expected_at, w.warned_at, w.likelihood, w.observations, w.source, w.order_id,
                    d.customer_code, d.branch, d.business_line, w.milestone, w.route, w.is_open, d.completed_at,
                    d.completed_at > w.promised_at as was_late
                from late_warning w join delivery d on d.source = w.source and d.order_id = w.order_id
                where \(state) = 'all' or w.is_open
                """, transaction)
        ]
    }

    private struct Row: PostgresRow {
        let milestone: String?
        let count: Int
        let total: Int

        init(row: inout RowReader) throws(PostgresError) {
            milestone = try row("milestone")
            count = try row("count")
            total = try row("total")
        }
    }

    /// A warning counts when it was given before the promise broke, and as it was given first.
    static func score(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let within = try arguments.within(day: "d.counted_day")
        let warned = try arguments.reading("precision", transaction) {
            try transaction.query(
                """
                select w.milestone, (count(*) filter (where d.completed_at > w.promised_at))::integer as count,
                    count(*)::integer as total
                from late_warning w join delivery d on d.source = w.source and d.order_id = w.order_id
                where d.counted_day is not null and \(within)
                group by 1 order by 1
                """, as: Row.self)
        }
        // Of what has not reached a milestone in time nothing could be said.
        let late = try arguments.reading("recall", transaction) {
            try transaction.query(
                """
                select null::text as milestone,
                    (count(*) filter (where exists (
                        select from late_warning w
                        where w.source = d.source and w.order_id = d.order_id and w.warned_at < \(promise))))::integer
                        as count,
                    count(*)::integer as total
                from delivery d
                where d.counted_day is not null and d.completed_at > \(promise) and \(within)
                    and exists (
                        select from milestone m
                        where m.order_source = d.source and m.order_id = d.order_id and m.reached_at < \(promise))
                """, as: Row.self)
        }
        return [
            try arguments.table(
                "precision",
                rows: warned.map { row in
                    [row.milestone, String(row.total), String(row.count)] + shares(row)
                }),
            try arguments.table(
                "recall", rows: late.map { row in [String(row.total), String(row.count)] + shares(row) }),
        ]
    }

    private static func shares(_ row: Row) -> [String?] {
        let share = Proportions.share(row.count, of: row.total)
        return [share?.value, share?.low, share?.high].map { SurveyNumber.text($0.map { 100 * $0 }) }
    }

    static func segments(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "segments",
                """
                select q.kind, q.name, q.milestone, q.observations, round((q.quantiles[10] / 3600)::numeric, 2) as half,
                    round((q.quantiles[18] / 3600)::numeric, 2) as nine_of_ten, q.learnt_at
                from segment_quantile q
                """, transaction)
        ]
    }
}
