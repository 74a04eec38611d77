import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of surveys.
struct SurveyQueries: Sendable {
    /// Of fewer answers no figure is told.
    let minimum: Int

    var all: [Query] {
        [
            Query(SurveyQuestions.results, results), Query(SurveyQuestions.trend, trend),
            Query(SurveyQuestions.answers, Self.answers),
        ]
    }

    /// What surveys and what deliveries are told apart by, in the same words.
    private static func names(_ by: String) throws -> (survey: SQL, delivery: SQL) {
        switch by {
        case "line": ("coalesce(s.business_line, d.business_line)", "coalesce(d.counted_line, d.business_line)")
        case "month":
            (
                "to_char(\(SQL.day(of: "s.requested_at")), 'YYYY-MM')",
                "to_char(d.counted_day, 'YYYY-MM')"
            )
        case "customer":
            (
                "coalesce(a.customer_id, s.customer_id)",
                "coalesce(a.customer_id, d.source || ' ' || coalesce(d.counted_customer, d.customer_code))"
            )
        default: ("coalesce(s.branch, d.branch)", "coalesce(d.counted_branch, d.branch)")
        }
    }

    /// Surveys with what was answered, and where they belong.
    private static let surveys: SQL = """
        survey s left join survey_answer r using (survey_id)
            left join delivery d on d.source = s.source and d.order_id = s.order_id
            left join account a on a.source = s.source and a.code = coalesce(s.customer_code, d.customer_code)
        """

    /// Those of a branch and a line, where they are said.
    private static func chosen(_ arguments: QueryArguments) -> SQL {
        let (branch, line) = (arguments["branch"].postgresBind, arguments["line"].postgresBind)
        return """
            s.held_why is null and (\(branch)::text is null or coalesce(s.branch, d.branch) = \(branch)::text)
                and (\(line)::text is null or coalesce(s.business_line, d.business_line) = \(line)::text)
            """
    }

    /// The sums of every figure.
    private static let sums: SQL = """
        count(*) as asked, count(r.survey_id) as answered, count(r.satisfaction) as satisfactions,
            count(*) filter (where r.satisfaction >= \(Int32(SurveyPolicy.satisfied))) as satisfied,
            count(r.recommendation) as recommendations,
            count(*) filter (where r.recommendation >= \(Int32(SurveyPolicy.promoter))) as promoters,
            count(*) filter (where r.recommendation <= \(Int32(SurveyPolicy.detractor))) as detractors,
            count(r.effort) as efforts, coalesce(sum(r.effort), 0) as effort_sum,
            coalesce(sum(r.effort * r.effort), 0) as effort_squares
        """

    /// Sums of what is told apart.
    private struct Row: PostgresRow {
        let name: String
        let part: String
        let tally: SurveyTally

        init(row: inout RowReader) throws(PostgresError) {
            name = try row("name")
            part = try row("part")
            tally = SurveyTally(
                asked: try row("asked"), answered: try row("answered"), open: try row("open"),
                satisfactions: try row("satisfactions"), satisfied: try row("satisfied"),
                recommendations: try row("recommendations"), promoters: try row("promoters"),
                detractors: try row("detractors"), efforts: try row("efforts"), effortSum: try row("effort_sum"),
                effortSquares: try row("effort_squares"))
        }
    }

    func results(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let names = try Self.names(try arguments.required("by"))
        let now = PostgresValue.timestamp(arguments.now.description)
        let (found, deliveries) = try arguments.reading("results", transaction) {
            (
                try transaction.query(
                    """
                    select \(names.survey) as name, s.rule as part, \(Self.sums),
                        count(*) filter (where r.survey_id is null and s.expires_at > \(now)) as open
                    from \(Self.surveys)
                    where \(Self.chosen(arguments)) and \(try arguments.within(day: SQL.day(of: "s.requested_at")))
                    group by 1, 2
                    """, as: Row.self),
                try transaction.query(
                    """
                    select \(names.delivery) as name,
                        case when d.counted_damaged then 'damaged' when d.counted_short then 'short'
                            when d.counted_late then 'late' else 'sample-of-good' end as rule, count(*)
                    from delivery d
                    left join account a on a.source = d.source and a.code = coalesce(d.counted_customer, d.customer_code)
                    where d.counted_day is not null
                        and (\(arguments["branch"].postgresBind)::text is null
                            or coalesce(d.counted_branch, d.branch) = \(arguments["branch"].postgresBind)::text)
                        and (\(arguments["line"].postgresBind)::text is null
                            or coalesce(d.counted_line, d.business_line) = \(arguments["line"].postgresBind)::text)
                        and \(try arguments.within(day: "d.counted_day"))
                    group by 1, 2
                    """, as: (String, String, Int).self)
            )
        }
        let tallies = Dictionary(grouping: found, by: \.name).mapValues { rows in
            Dictionary(rows.map { ($0.part, $0.tally) }, uniquingKeysWith: +)
        }
        let population = Dictionary(grouping: deliveries, by: \.0).mapValues { rows in
            Dictionary(rows.map { ($0.1, $0.2) }, uniquingKeysWith: +)
        }
        let rows = tallies.sorted { $0.key < $1.key }.map { name, tallies in
            Self.row(name, SurveyFigures(tallies, deliveries: population[name] ?? [:], minimum: minimum))
        }
        let whole = Dictionary(found.map { ($0.part, $0.tally) }, uniquingKeysWith: +)
        let counts = Dictionary(deliveries.map { ($0.1, $0.2) }, uniquingKeysWith: +)
        return [
            try arguments.table("results", rows: rows) { [$0[0] ?? ""] },
            try arguments.table(
                "response",
                rows: Set(whole.keys).union(counts.keys).sorted().map { rule in
                    let figures = SurveyFigures([rule: whole[rule] ?? SurveyTally()], deliveries: [:], minimum: minimum)
                    let tally = figures.tally
                    return [rule, String(counts[rule] ?? 0)]
                        + [tally.asked, tally.answered, tally.open].map(String.init)
                        + Self.percent(figures.response) + [String(tally.satisfactions)]
                        + Self.percent(figures.satisfied)
                }),
        ]
    }

    private static func row(_ name: String, _ figures: SurveyFigures) -> [String?] {
        let tally = figures.tally
        return [name] + [tally.asked, tally.answered, tally.open].map(String.init) + percent(figures.response)
            + [String(tally.satisfactions)] + percent(figures.satisfied) + percent(figures.weighted)
            + [String(tally.recommendations)] + percent(figures.promoterScore)
            + [String(tally.efforts)] + shown(figures.effort, times: 1)
    }

    func trend(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let names = try Self.names(try arguments.required("by"))
        let last = try arguments.dayOrToday("to")
        let days = Int32(try arguments.integer("days"))
        let day = SQL.day(of: "s.requested_at")
        let (first, end) = (last.daysSinceEpoch - days + 1, last.daysSinceEpoch)
        let found = try arguments.reading("trend", transaction) {
            try transaction.query(
                """
                select \(names.survey) as name,
                    case when \(day) >= date '1970-01-01' + \(first)::integer then 'now' else 'before' end as part,
                    \(Self.sums), 0::bigint as open
                from \(Self.surveys)
                where \(Self.chosen(arguments)) and \(day) >= date '1970-01-01' + \(first - days)::integer
                    and \(day) <= date '1970-01-01' + \(end)::integer
                group by 1, 2
                """, as: Row.self)
        }
        let periods = Dictionary(grouping: found, by: \.name).sorted { $0.key < $1.key }.map { name, rows in
            let tallies = Dictionary(rows.map { ($0.part, $0.tally) }, uniquingKeysWith: +)
            return (name: name, before: tallies["before"] ?? SurveyTally(), now: tallies["now"] ?? SurveyTally())
        }
        let satisfied = SurveyTrend.trends(
            periods.map { period in
                min(period.before.satisfactions, period.now.satisfactions) < minimum
                    ? nil
                    : Proportions.difference(
                        (count: period.before.satisfied, total: period.before.satisfactions),
                        (count: period.now.satisfied, total: period.now.satisfactions))
            })
        let promoting = SurveyTrend.trends(
            periods.map { period in
                min(period.before.recommendations, period.now.recommendations) < minimum
                    ? nil
                    : Proportions.difference(
                        (period.before.promoters, period.before.detractors, period.before.recommendations),
                        (period.now.promoters, period.now.detractors, period.now.recommendations))
            })
        var rows: [[String?]] = []
        for (period, trends) in zip(periods, zip(satisfied, promoting)) {
            let figures = [period.before, period.now].map { SurveyFigures(["": $0], deliveries: [:], minimum: minimum) }
            rows.append(
                Self.row(
                    "satisfaction", period.name, trends.0, figures.map(\.tally.satisfactions), figures.map(\.satisfied))
            )
            rows.append(
                Self.row(
                    "recommendation", period.name, trends.1, figures.map(\.tally.recommendations),
                    figures.map(\.promoterScore)))
        }
        return [try arguments.table("trend", rows: rows) { [$0[0] ?? "", $0[1] ?? ""] }]
    }

    private static func row(
        _ measure: String, _ name: String, _ trend: SurveyTrend, _ answers: [Int], _ scores: [Estimate?]
    ) -> [String?] {
        [measure, name] + answers.map { String($0) } + scores.map { SurveyNumber.text($0.map { 100 * $0.value }) }
            + [trend.verdict.rawValue] + percent(trend.change) + [SurveyNumber.text(trend.probability, places: 4)]
    }

    static func answers(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let state = try arguments.required("state")
        return [
            try arguments.table(
                "answers",
                """
                select s.requested_at, s.expires_at, r.answered_at, s.source, s.order_id,
                    coalesce(a.customer_id, s.customer_id) as customer_id, coalesce(s.branch, d.branch) as branch,
                    coalesce(s.business_line, d.business_line) as business_line, s.rule, r.channel, r.satisfaction,
                    r.recommendation, r.effort, r.comment, s.survey_id, s.held_why as held
                from \(surveys)
                where \(state) = 'all' or (\(state) = 'held' and s.held_why is not null)
                    or (\(state) <> 'held' and s.held_why is null
                        and (\(state) = 'answered') = (r.survey_id is not null))
                """, transaction)
        ]
    }

    private static func percent(_ estimate: Estimate?) -> [String?] { shown(estimate, times: 100) }

    private static func shown(_ estimate: Estimate?, times factor: Double) -> [String?] {
        [estimate?.value, estimate?.low, estimate?.high].map { SurveyNumber.text($0.map { factor * $0 }) }
    }
}
