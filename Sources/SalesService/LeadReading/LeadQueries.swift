import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of leads.
enum LeadQueries {
    static let all = [
        Query(LeadQuestions.list, list), Query(LeadQuestions.show, show), Query(LeadQuestions.pool, pool),
        Query(LeadQuestions.sellers, LeadSellerStore.list), Query(LeadQuestions.figures, figures),
    ]

    private static func money(_ value: String, _ column: ColumnDescription) -> String {
        column.name == "expectedMargin" ? FixedDecimal(value)?.moneyText ?? value : value
    }

    /// What a lead is called and how it is reached.
    private static let person: SQL = "l.contact_name as contact, l.email, l.phone"
    private static let worth: SQL = """
        round(l.probability::numeric, 4) as probability, l.grade, l.expected_margin as "expectedMargin", l.currency
        """

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let state = try arguments.required("state")
        let accounts = try arguments.accounts(among: "select source, code from account", transaction)
        let ofCustomer: SQL =
            if let accounts {
                """
                l.customer_id in (
                    select a.customer_id from account a
                    where (a.source, a.code) in (
                        select * from unnest(\(accounts.map(\.source)), \(accounts.map(\.code)))))
                """
            } else {
                "true"
            }
        return [
            try arguments.table(
                "leads",
                """
                select l.lead_id as "leadId", l.state, l.company, \(person), l.owner, \(worth), l.source, l.channel,
                    l.campaign, l.business_line as "businessLine", l.branch, l.customer_id as "customerId",
                    l.first_at as "capturedAt", l.last_at as "lastCapturedAt", l.touches, l.contacted_at as "contactedAt",
                    l.due_at as "dueAt", l.reason
                from lead l
                where l.merged_into is null and \(ofCustomer) and case \(state)
                    when 'all' then true
                    when 'open' then l.state not in ('converted', 'closed')
                    when 'due' then l.state = 'assigned' and l.clock_from is not null and l.due_stage > 0
                    else l.state = \(state) end
                """, transaction, format: money)
        ]
    }

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let asked = try arguments.required("leadId")
        let id = try LeadStore.current([asked], transaction)[asked] ?? asked
        return [
            try arguments.table(
                "lead",
                """
                select l.lead_id as "leadId", l.state, l.company, \(person), l.owner, l.owner_by as "ownerGround", \(worth),
                    l.consent, l.business_line as "businessLine", l.branch, l.customer_id as "customerId",
                    l.customer_by as "customerGround", l.first_at as "capturedAt", l.last_at as "lastCapturedAt", l.touches,
                    l.contacted_at as "contactedAt", l.contact_minutes as "contactMinutes", l.due_at as "dueAt", l.reason,
                    l.former_owner as "formerOwner", l.opportunity_id as "opportunityId", l.revision
                from lead l where l.lead_id = \(id)
                """, transaction, format: money),
            try arguments.table(
                "touches",
                """
                select c.source, c.capture_id as "captureId", c.channel, c.campaign, c.joined_by as ground, c.company,
                    c.contact_name as contact, c.email, c.phone, c.note as text,
                    (
                        select string_agg(a.said ->> 'name' || '=' || (a.said ->> 'value'), '; ' order by a.place)
                        from jsonb_array_elements(c.attributes) with ordinality as a(said, place)
                    ) as attributes, c.consent, round(c.probability::numeric, 4) as probability, c.grade,
                    c.captured_at as "capturedAt", c.stored_at as "storedAt", c.said_by as by
                from lead_capture c where c.lead_id = \(id) order by c.captured_at, c.source, c.capture_id
                """, transaction),
            try arguments.table(
                "history",
                """
                select e.revision, e.at, e.what, e.state, e.owner, e.reason, e.said_by as by, e.note,
                    e.on_behalf_of as "onBehalfOf"
                from lead_event e where e.lead_id = \(id) order by e.revision
                """, transaction),
        ]
    }

    static func pool(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "pool",
                """
                select l.lead_id as "leadId", l.company, l.business_line as "businessLine", l.branch, l.source, l.channel,
                    round(l.probability::numeric, 4) as probability, l.grade, l.first_at as "capturedAt",
                    l.pooled_at as "pooledAt", l.reason, l.former_owner as "formerOwner",
                    case when l.former_owner is not null then l.pooled_at + make_interval(
                        days => \(Int32(LeadLifePolicy.coolingDays))) end as "formerOwnerAgain"
                from lead l where l.merged_into is null and l.state = 'pool'
                """, transaction)
        ]
    }

    static func figures(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let leads: SQL = "l.merged_into is null and \(try arguments.within(day: SQL.day(of: "l.first_at")))"
        let captures = try arguments.within(day: SQL.day(of: "c.captured_at"))
        // The interval of a share by Wilson (1927), with 1.96 for 95 %.
        let share: SQL = "f.converted::numeric / nullif(f.leads, 0)"
        let square: SQL = "3.8416 / nullif(f.leads, 0)"
        let middle: SQL = "(\(share) + \(square) / 2) / (1 + \(square))"
        let half: SQL = """
            1.96 * sqrt(\(share) * (1 - \(share)) / nullif(f.leads, 0) + \(square) / (4 * nullif(f.leads, 0)))
                / (1 + \(square))
            """
        return [
            try arguments.table(
                "sources",
                """
                select f.source, f.channel, f.captures, f.leads, f."inPool", f.contacted, f."inTime",
                    round(f.median::numeric, 1) as "medianMinutes", f.converted, round(\(share), 4) as conversion,
                    round(greatest(0, \(middle) - \(half)), 4) as low, round(least(1, \(middle) + \(half)), 4) as high
                from (
                    select source, channel, coalesce(k.captures, 0) as captures, coalesce(m.leads, 0) as leads,
                        coalesce(m.pooled, 0) as "inPool", coalesce(m.contacted, 0) as contacted,
                        coalesce(m.timely, 0) as "inTime", m.median, coalesce(m.converted, 0) as converted
                    from (
                        select l.source, l.channel, count(*) as leads, count(*) filter (where l.state = 'pool') as pooled,
                            count(l.contacted_at) as contacted,
                            count(*) filter (where l.contact_minutes <= \(Int32(LeadClock.reminder))) as timely,
                            percentile_cont(0.5) within group (order by l.contact_minutes) as median,
                            count(l.converted_at) as converted
                        from lead l where \(leads) group by l.source, l.channel
                    ) m
                    full join (
                        select c.source, c.channel, count(*) as captures from lead_capture c where \(captures)
                        group by c.source, c.channel
                    ) k using (source, channel)
                ) f
                order by f.captures desc, f.source, f.channel
                """, transaction),
            try arguments.table(
                "grades",
                """
                select f.grade, f.leads, f.converted, round(\(share), 4) as conversion,
                    round(f.expected::numeric, 4) as expected,
                    round(\(share) / nullif(sum(f.converted) over () / nullif(sum(f.leads) over (), 0), 0), 2) as lift
                from (
                    select l.grade, count(*) as leads, count(l.converted_at) as converted,
                        avg(l.probability) as expected
                    from lead l where \(leads) and l.grade is not null group by l.grade
                ) f
                order by f.grade
                """, transaction),
        ]
    }
}
