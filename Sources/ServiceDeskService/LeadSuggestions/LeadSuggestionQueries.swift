import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of needs that were seen.
enum LeadSuggestionQueries {
    private struct AgentRow: PostgresRow {
        let agent: String
        let suggested: Int
        let taken: Int
        let converted: Int
        let won: Int
        let lost: Int

        init(row: inout RowReader) throws(PostgresError) {
            agent = try row("agent")
            suggested = try row("suggested")
            taken = try row("taken")
            converted = try row("converted")
            won = try row("won")
            lost = try row("lost")
        }
    }

    static func leads(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let agent = arguments["agent"].postgresBind
        let chosen: SQL = """
            (\(agent)::text is null or s.suggested_by = \(agent)::text)
                and \(try arguments.within(day: SQL.day(of: "s.suggested_at")))
            """
        let agents = try arguments.reading("agents", transaction) {
            try transaction.query(
                """
                select s.suggested_by as agent, count(*)::integer as suggested, count(s.lead_id)::integer as taken,
                    count(s.converted_at)::integer as converted,
                    (count(*) filter (where s.opportunity_state = 'won'))::integer as won,
                    (count(*) filter (where s.opportunity_state = 'lost'))::integer as lost
                from lead_suggestion s where \(chosen)
                group by 1 order by 4 desc, 1
                """, as: AgentRow.self)
        }
        return [
            try arguments.table(
                "suggestions",
                """
                select s.suggested_at, s.evidence, s.source, s.complaint_id, s.order_id,
                    coalesce(a.customer_id, s.customer_id) as customer_id, s.customer_code, s.branch, s.business_line,
                    s.need, s.suggested_by, s.state, s.reason, s.lead_id, s.converted_at, s.opportunity_id,
                    s.opportunity_state, s.margin, s.currency, s.suggestion_id
                from lead_suggestion s
                left join account a on a.source = s.customer_source and a.code = s.customer_code
                where \(chosen)
                """, transaction, format: money),
            try arguments.table(
                "agents",
                rows: agents.map { row in
                    let share = Proportions.share(row.converted, of: row.suggested)
                    return [
                        row.agent, String(row.suggested), String(row.taken), String(row.converted), String(row.won),
                        String(row.lost),
                    ] + [share?.value, share?.low, share?.high].map { SurveyNumber.text($0.map { 100 * $0 }) }
                }),
            try arguments.table(
                "margins",
                """
                select s.suggested_by as agent, s.currency, count(*) as won, sum(s.margin) as margin
                from lead_suggestion s
                where s.opportunity_state = 'won' and s.margin is not null and \(chosen)
                group by 1, 2 order by 1, 2
                """, transaction, format: money),
        ]
    }

    /// Amounts as money is written.
    private static func money(_ value: String, _ column: ColumnDescription) -> String {
        if case .money = column.kind { FixedDecimal(value)?.moneyText ?? value } else { value }
    }
}
