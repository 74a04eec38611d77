import Contracts
import Domain
import Postgres
import ServiceKit

/// An open opportunity that stands still at the end of a day.
struct StandingOpportunity: Sendable, PostgresRow {
    let key: OpportunityKey
    let team: String
    let stage: String
    let stageSince: CalendarDay
    /// For how many days nine of ten of its kind are in that stage; `nil` when it is not longer in it than those.
    let mostDays: Int?
    let title: String?
    let company: String?
    let customerId: String?
    let owner: String?
    let branch: String?
    let businessLine: String?
    let amount: FixedDecimal?
    let currency: Currency?
    let nextStep: String?
    /// The day of the next step; `nil` when it has not passed.
    let overdueSince: CalendarDay?

    init(row: inout RowReader) throws(PostgresError) {
        key = OpportunityKey(source: try row("source"), identifier: try row("opportunity_id"))
        team = try row("team")
        stage = try row("stage")
        stageSince = try row("stage_since")
        mostDays = try row("most_days")
        title = try row("title")
        company = try row("company")
        customerId = try row("customer_id")
        owner = try row("owner")
        branch = try row("branch")
        businessLine = try row("business_line")
        amount = try row("amount")
        currency = try row("currency")
        nextStep = try row("next_step")
        overdueSince = try row("overdue_since")
    }
}

/// The SQL of opportunities that stand still.
enum OpportunityNoticeStore {
    /// The next of those that stand still at the end of a day, in the order of their keys.
    ///
    /// - Parameters:
    ///   - key: the last one before them; `nil` for the first of all.
    ///   - limit: how many at most.
    static func standing(
        at day: CalendarDay, after key: OpportunityKey?, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [StandingOpportunity] {
        try standing(
            at: day,
            "(s.source, s.opportunity_id) > (\(key?.source ?? ""), \(key?.identifier ?? ""))", limit: limit, transaction
        )
    }

    /// Those of some that stand still at the end of a day.
    static func standing(
        at day: CalendarDay, among keys: [OpportunityKey], _ transaction: borrowing Transaction
    ) throws -> [StandingOpportunity] {
        guard !keys.isEmpty else { return [] }
        return try standing(
            at: day,
            """
            (s.source, s.opportunity_id) in (
                select * from unnest(\(keys.map(\.source)), \(keys.map(\.identifier))))
            """, limit: keys.count, transaction)
    }

    /// - Parameter condition: which of them, a condition on `s`.
    private static func standing(
        at day: CalendarDay, _ condition: SQL, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [StandingOpportunity] {
        try transaction.query(
            """
            select s.* from (
                select o.source, o.opportunity_id, o.team, o.stage, o.stage_since, o.title, o.company,
                    coalesce(o.customer_id, a.customer_id) as customer_id, o.owner, o.branch, o.business_line, o.amount,
                    o.currency, o.next_step,
                    case when \(day) - o.stage_since > d.most_days then d.most_days end as most_days,
                    case when o.next_step_day < \(day.adding(days: 1)) then o.next_step_day end as overdue_since
                from opportunity o
                left join account a on a.source = o.customer_source and a.code = o.customer_code
                left join lateral (\(DwellStore.usual(of: "o"))) d on true
                where o.state = 'open'
            ) s
            where (s.most_days is not null or s.overdue_since is not null) and \(condition)
            order by s.source, s.opportunity_id limit \(Int32(limit))
            """, as: StandingOpportunity.self)
    }
}
