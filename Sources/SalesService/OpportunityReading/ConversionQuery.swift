import Contracts
import Domain
import Pipelines
import Postgres
import ServiceKit

/// How opportunities go from stage to stage.
enum ConversionQuery {
    /// A stage of a team.
    private struct Place: Hashable {
        let team: String
        let stage: String
    }

    /// So many that first came into a stage in the days asked for, with what became of them by when.
    private struct CohortRow: PostgresRow {
        let place: Place
        let days: Int
        let outcome: CumulativeIncidence.Outcome
        let count: Int

        init(row: inout RowReader) throws(PostgresError) {
            place = Place(team: try row("team"), stage: try row("stage"))
            days = try row("days")
            outcome = CumulativeIncidence.Outcome(rawValue: try row("outcome")) ?? .open
            count = try row("count")
        }
    }

    /// So many stays in a stage, with what came next.
    private struct StayRow: PostgresRow {
        let place: Place
        let days: Int
        let nextState: OpportunityState?
        let nextStage: String?
        let count: Int

        init(row: inout RowReader) throws(PostgresError) {
            place = Place(team: try row("team"), stage: try row("stage"))
            days = try row("days")
            nextState = try row("next_state")
            nextStage = try row("next_stage")
            count = try row("count")
        }
    }

    static func conversion(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let today = arguments.today
        let horizon = try arguments.integer("horizon")
        let team = arguments["team"].postgresBind
        let meant: SQL = """
            v.state = 'open' and (\(team)::text is null or v.team = \(team))
                and \(OrganisationQuery.within(arguments["node"], on: today, branch: "v.branch", owner: "v.owner"))
            """
        let stage: SQL = """
            left join sales_stage p on p.stage = v.stage and p.team = \(StageStore.team(of: "v.team"))
            """
        let (cohorts, stays) = try arguments.reading("conversion", transaction) {
            let cohorts = try transaction.query(
                """
                select c.team, c.stage, greatest(0, coalesce(e.went, e.lost, \(today)) - c.entered) as days,
                    case when e.went is not null then 'advanced' when e.lost is not null then 'ended' else 'open' end
                        as outcome,
                    count(*) as count
                from (
                    select v.source, v.opportunity_id, v.team, v.stage, p.place, min(v.entered_on) as entered
                    from opportunity_visit v \(stage)
                    where \(meant)
                    group by v.source, v.opportunity_id, v.team, v.stage, p.place
                ) c
                cross join lateral (
                    select min(v.entered_on) filter (
                            where v.state = 'open' and v.team = c.team and p.place > c.place
                                or v.state = 'won' and v.left_on is null) as went,
                        min(v.entered_on) filter (where v.state = 'lost' and v.left_on is null) as lost
                    from opportunity_visit v \(stage)
                    where v.source = c.source and v.opportunity_id = c.opportunity_id and v.entered_on >= c.entered
                ) e
                where \(try arguments.within(day: "c.entered")) and c.entered <= \(today)
                group by 1, 2, 3, 4
                """, as: CohortRow.self)
            let stays = try transaction.query(
                """
                select v.team, v.stage, greatest(0, coalesce(v.left_on, \(today)) - v.entered_on) as days, v.next_state,
                    v.next_stage, count(*) as count
                from opportunity_visit v
                where \(meant) and \(try arguments.within(day: "v.entered_on")) and v.entered_on <= \(today)
                group by 1, 2, 3, 4, 5
                """, as: StayRow.self)
            return (cohorts, stays)
        }
        let stages = try StageStore.stages(transaction)
        return [
            try arguments.table("conversion", rows: Self.rows(cohorts, stays, within: horizon, by: stages))
        ]
    }

    private static func rows(
        _ cohorts: [CohortRow], _ stays: [StayRow], within horizon: Int, by stages: SalesStages
    ) -> [[String?]] {
        var incidence: [Place: CumulativeIncidence] = [:]
        for row in cohorts {
            incidence[row.place, default: CumulativeIncidence()].add(row.count, row.outcome, after: row.days)
        }
        var dwell: [Place: CumulativeIncidence] = [:]
        var chains: [String: AbsorbingChain] = [:]
        for row in stays {
            let (place, team) = (row.place, row.place.team)
            dwell[place, default: CumulativeIncidence()].add(
                row.count, row.nextState == nil ? .open : .advanced, after: row.days)
            switch (row.nextState, row.nextStage) {
            case (.open, let next?): chains[team, default: AbsorbingChain()].add(row.count, from: place.stage, to: next)
            case (let end?, _):
                chains[team, default: AbsorbingChain()].add(row.count, from: place.stage, endingAs: end.rawValue)
            case (nil, _): break
            }
        }
        let wins = chains.mapValues { $0.probability(of: OpportunityState.won.rawValue) }
        func order(_ place: Place) -> Int {
            stages.stages(of: place.team).firstIndex { $0.stage == place.stage } ?? Int.max
        }
        let places = Set(incidence.keys).sorted { one, other in
            (one.team, order(one), one.stage) < (other.team, order(other), other.stage)
        }
        return places.map { place in
            let all = incidence[place] ?? CumulativeIncidence()
            let went = all.probability(.advanced, within: horizon)
            let stay = dwell[place]
            return [
                place.team, place.stage, "\(all.count)", "\(all.count(.advanced))", "\(all.count(.ended))",
                "\(all.count(.open))", share(went?.share), share(went?.low), share(went?.high),
                share(all.probability(.ended, within: horizon)?.share),
                stay?.days(untilGone: 0.5).map(String.init), stay?.days(untilGone: 0.9).map(String.init),
                share(wins[place.team]?[place.stage]),
            ]
        }
    }

    private static func share(_ value: Double?) -> String? {
        value.map { FixedDecimal(units: Int128(($0 * 10_000).rounded())).description }
    }
}
