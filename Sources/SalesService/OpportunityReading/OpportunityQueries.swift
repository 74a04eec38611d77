import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of single opportunities.
enum OpportunityQueries {
    static let all = [
        Query(OpportunityQuestions.list, list), Query(OpportunityQuestions.show, show),
        Query(OpportunityQuestions.stalled, stalled), Query(OpportunityQuestions.stages, StageStore.list),
    ]

    /// Amounts as money is written.
    static func money(_ value: String, _ column: ColumnDescription) -> String {
        if case .money = column.kind { FixedDecimal(value)?.moneyText ?? value } else { value }
    }

    private static let worth: SQL = "o.amount, o.margin, o.currency, o.close_day as \"closeDay\""
    private static let whose: SQL = "o.owner, o.branch, o.business_line as \"businessLine\""
    private static let customer: SQL = "coalesce(a.customer_id, o.customer_id) as \"customerId\""
    private static let account: SQL = "left join account a on a.source = o.customer_source and a.code = o.customer_code"

    /// Those of a customer follow it when it is merged: they are asked for by any of its codes, or by itself.
    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let state = try arguments.required("state")
        let (stage, team) = (arguments["stage"].postgresBind, arguments["team"].postgresBind)
        let accounts = try arguments.accounts(
            among: """
                select customer_source as source, customer_code as code from opportunity where customer_code is not null
                """, transaction)
        let scope: SQL =
            if let accounts {
                """
                ((o.customer_source, o.customer_code) in (
                        select * from unnest(\(accounts.map(\.source)), \(accounts.map(\.code))))
                    or o.customer_code is null and o.customer_id in (
                        select c.customer_id from account c
                        where (c.source, c.code) in (
                            select * from unnest(\(accounts.map(\.source)), \(accounts.map(\.code))))))
                """
            } else {
                "o.source = coalesce(\(arguments["source"].postgresBind), o.source)"
            }
        let within = OrganisationQuery.within(
            arguments["node"], on: arguments.today, branch: "o.branch", owner: "o.owner")
        return [
            try arguments.table(
                "opportunities",
                """
                select o.source, o.opportunity_id as "opportunityId", o.state, o.team, o.stage, o.title, o.company,
                    \(whose), \(worth), o.product, \(customer), o.next_step as "nextStep",
                    o.next_step_day as "nextStepDay", o.stage_since as "stageSince", o.loss_reason as "lossReason",
                    o.lost_to as "lostTo", o.created_at as "createdAt", o.changed_at as "changedAt", o.revision
                from opportunity o \(account)
                where (\(state) = 'all' or o.state = \(state)) and (\(stage)::text is null or o.stage = \(stage))
                    and (\(team)::text is null or o.team = \(team)) and \(within) and \(scope)
                """, transaction, format: money)
        ]
    }

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let id = try arguments.required("opportunityId")
        let source = arguments["source"].postgresBind
        func meant(_ row: String) -> SQL {
            """
            \(unsafe: row).opportunity_id = \(id) and \(unsafe: row).source = coalesce(\(source), \(unsafe: row).source)
            """
        }
        let today = arguments.today
        return [
            try arguments.table(
                "opportunity",
                """
                select o.source, o.opportunity_id as "opportunityId", o.state, o.team, o.stage, o.title, o.company,
                    \(whose), \(worth), o.product, o.origin, o.lead_id as "leadId", \(customer),
                    replace(o.competitors, E'\\n', ', ') as competitors, o.next_step as "nextStep",
                    o.next_step_day as "nextStepDay", o.stage_since as "stageSince", o.loss_reason as "lossReason",
                    o.lost_to as "lostTo", o.created_at as "createdAt", o.changed_at as "changedAt", o.revision
                from opportunity o \(account)
                where \(meant("o")) order by o.source
                """, transaction, format: money),
            try arguments.table(
                "history",
                """
                select c.source, c.revision, c.changed_at as at, c.what, c.content ->> 'state' as state,
                    c.content ->> 'stage' as stage, c.content ->> 'owner' as owner, c.content ->> 'branch' as branch,
                    (c.content ->> 'amount')::numeric as amount, (c.content ->> 'margin')::numeric as margin,
                    c.content ->> 'currency' as currency, (c.content ->> 'closeDay')::date as "closeDay",
                    c.content ->> 'lossReason' as "lossReason", c.content ->> 'nextStep' as "nextStep", c.said_by as by,
                    c.content ->> 'note' as note, c.on_behalf_of as "onBehalfOf"
                from opportunity_change c where \(meant("c")) order by c.source, c.revision
                """, transaction, format: money),
            try arguments.table(
                "way",
                """
                select v.source, v.state, v.stage, v.entered_on as since, v.left_on as until,
                    greatest(0, coalesce(v.left_on, \(today)) - v.entered_on) as days
                from opportunity_visit v where \(meant("v")) order by v.source, v.place
                """, transaction),
        ]
    }

    /// Longer than nine of ten of their own kind.
    static func stalled(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let (stage, team) = (arguments["stage"].postgresBind, arguments["team"].postgresBind)
        let today = arguments.today
        let within = OrganisationQuery.within(arguments["node"], on: today, branch: "o.branch", owner: "o.owner")
        return [
            try arguments.table(
                "stalled",
                """
                select o.source, o.opportunity_id as "opportunityId", o.team, o.stage, o.title, o.company, \(whose),
                    o.stage_since as "stageSince", \(today) - o.stage_since as days,
                    \(today) - o.stage_since - d.most_days as "daysOver", d.median_days as "medianDays",
                    d.most_days as "mostDays", d.business_line as "comparedWith", d.finished as compared, \(worth),
                    o.next_step as "nextStep", o.next_step_day as "nextStepDay"
                from opportunity o
                cross join lateral (\(DwellStore.usual(of: "o"))) d
                where o.state = 'open' and \(today) - o.stage_since > d.most_days
                    and (\(stage)::text is null or o.stage = \(stage)) and (\(team)::text is null or o.team = \(team))
                    and \(within)
                """, transaction, format: money)
        ]
    }
}
