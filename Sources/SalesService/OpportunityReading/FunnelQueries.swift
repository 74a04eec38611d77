import Contracts
import Domain
import Pipelines
import Postgres
import ServiceKit

/// What may be asked of the funnel.
enum FunnelQueries {
    static let all = [
        Query(FunnelQuestions.on, on), Query(FunnelQuestions.changes, changes),
        Query(FunnelQuestions.conversion, ConversionQuery.conversion),
    ]

    /// The buckets whose sum holds at the end of a day, range by range of one index.
    private static func buckets(upTo day: CalendarDay) -> SQL {
        var statement: SQL?
        for span in DayBuckets.spans(upTo: day) {
            let first: SQL = span.from.map { "f.first_day >= \($0)" } ?? "true"
            let part: SQL = """
                select f.branch, f.owner, f.team, f.state, f.stage, f.currency, f.deals, f.without_amount, f.amount, f.margin
                from funnel_bucket f
                where f.grain = \(span.grain.rawValue) and \(first) and f.first_day <= \(span.to)
                    and (f.deals <> 0 or f.without_amount <> 0 or f.amount <> 0 or f.margin <> 0)
                """
            statement = statement.map { "\($0) union all \(part)" } ?? part
        }
        return statement ?? "select"
    }

    /// The place of a stage among those of its team, to go by.
    private static func stage(_ alias: String, of row: String) -> SQL {
        let (alias, row): (SQL, SQL) = ("\(unsafe: alias)", "\(unsafe: row)")
        return """
            left join sales_stage \(alias) on \(alias).stage = \(row).stage
                and \(alias).team = \(StageStore.team(of: "\(row).team"))
            """
    }

    static func on(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("on")
        let by = try arguments.required("by")
        let team = arguments["team"].postgresBind
        let within = OrganisationQuery.within(arguments["node"], on: day, branch: "b.branch", owner: "b.owner")
        let isByBranch: SQL = by == "stage" ? "null::text" : "nullif(b.branch, '')"
        let isByOwner: SQL = by == "owner" ? "nullif(b.owner, '')" : "null::text"
        let decided: SQL = arguments.flag("decided") ? "true" : "b.state = 'open'"
        return [
            try arguments.table(
                "funnel",
                """
                select f.team, f.state, f.stage, f.branch, f.owner, f.deals, f."withoutAmount", f.amount, f.margin,
                    f.currency
                from (
                    select b.team, b.state, b.stage, \(isByBranch) as branch, \(isByOwner) as owner,
                        sum(b.deals) as deals, sum(b.without_amount) as "withoutAmount", sum(b.amount) as amount,
                        sum(b.margin) as margin, nullif(b.currency, '') as currency
                    from (\(buckets(upTo: day))) b
                    where \(decided) and (\(team)::text is null or b.team = \(team)) and \(within)
                    group by 1, 2, 3, 4, 5, 10
                    having sum(b.deals) <> 0
                ) f
                \(stage("g", of: "f"))
                order by f.team, array_position(array['open', 'won', 'lost'], f.state), g.place, f.stage,
                    f.branch nulls first, f.owner nulls first, f.currency nulls first
                """, transaction, format: OpportunityQueries.money)
        ]
    }

    static func changes(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("on")
        let since = try arguments.optionalDay("since") ?? day.adding(days: -day.weekday)
        let (team, what) = (arguments["team"].postgresBind, arguments["what"].postgresBind)
        let now = OrganisationQuery.within(arguments["node"], on: day, branch: "a.branch", owner: "a.owner")
        let then = OrganisationQuery.within(arguments["node"], on: since, branch: "b.branch", owner: "b.owner")
        return [
            try arguments.table(
                "changes",
                """
                select w.source, w."opportunityId", w.title, array_to_string(w.words, ' ') as what, w.team, w."stateBefore",
                    w."stageBefore", w.state, w.stage, w.owner, w.branch, w."businessLine", w."amountBefore",
                    w."currencyBefore", w.amount, w.margin, w.currency, w."closeDayBefore", w."closeDay"
                from (
                    select a.source, a.opportunity_id as "opportunityId", o.title, a.team, b.state as "stateBefore",
                        b.stage as "stageBefore", a.state, a.stage, a.owner, a.branch,
                        a.business_line as "businessLine", b.amount as "amountBefore", b.currency as "currencyBefore",
                        a.amount, a.margin, a.currency, b.close_day as "closeDayBefore", a.close_day as "closeDay",
                        array_remove(array[
                            case when b.source is null then 'entered' end,
                            case when a.state = 'open' and b.state = 'open' and g.place > h.place then 'advanced' end,
                            case when a.state = 'open' and b.state = 'open' and g.place < h.place then 'back' end,
                            case when a.state = 'won' and b.state is distinct from 'won' then 'won' end,
                            case when a.state = 'lost' and b.state is distinct from 'lost' then 'lost' end,
                            case when a.state = 'open' and b.state in ('won', 'lost') then 'reopened' end,
                            case when a.currency = b.currency and a.amount > b.amount then 'raised' end,
                            case when a.currency = b.currency and a.amount < b.amount then 'lowered' end,
                            case when a.close_day > b.close_day then 'later' end,
                            case when a.close_day < b.close_day then 'sooner' end,
                            case when b.source is not null and a.owner is distinct from b.owner then 'passed' end
                        ], null) as words
                    from (
                        select distinct s.source, s.opportunity_id from opportunity_span s
                        where s.from_day > \(since) and s.from_day <= \(day)
                    ) t
                    join opportunity_span a on a.source = t.source and a.opportunity_id = t.opportunity_id
                        and a.from_day <= \(day) and a.until_day > \(day)
                    join opportunity o on o.source = t.source and o.opportunity_id = t.opportunity_id
                    left join opportunity_span b on b.source = t.source and b.opportunity_id = t.opportunity_id
                        and b.from_day <= \(since) and b.until_day > \(since)
                    \(stage("g", of: "a"))
                    \(stage("h", of: "b"))
                    where (\(team)::text is null or a.team = \(team) or b.team = \(team)) and (\(now) or \(then))
                ) w
                where cardinality(w.words) > 0 and (\(what)::text is null or \(what) = any(w.words))
                """, transaction, format: OpportunityQueries.money)
        ]
    }
}
