import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of low scores.
struct RecoveryQueries: Sendable {
    /// Of fewer answers no figure is told.
    let minimum: Int

    var all: [Query] { [Query(RecoveryQuestions.list, Self.list), Query(RecoveryQuestions.effect, effect)] }

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let state = try arguments.required("state")
        let (order, source) = (arguments["orderId"].postgresBind, arguments["source"].postgresBind)
        return [
            try arguments.table(
                "recoveries",
                """
                select c.call_by, c.opened_at, c.state, c.source, c.order_id,
                    coalesce(a.customer_id, c.customer_id) as customer_id, c.customer_code, c.branch, c.business_line,
                    c.satisfaction, c.recommendation, c.effort, c.called_at,
                    coalesce(c.called_at, \(PostgresValue.timestamp(arguments.now.description))) > c.call_by as is_late,
                    c.cause, c.action, c.owner, c.due_on, c.done_at, c.closed_at, c.outcome, c.survey_id
                from recovery c left join account a on a.source = c.source and a.code = c.customer_code
                where (\(state) = 'all' or c.state <> 'closed')
                    and (\(order)::text is null or c.order_id = \(order)::text)
                    and (\(source)::text is null or c.source = \(source)::text)
                """, transaction),
            try arguments.table(
                "steps",
                """
                select s.source, s.taken_at, s.step, s.taken_by, s.note, s.step_id, s.on_behalf_of from recovery_step s
                where \(order)::text is not null and s.order_id = \(order)::text
                    and (\(source)::text is null or s.source = \(source)::text)
                order by s.source, s.taken_at, s.step_id
                """, transaction),
        ]
    }

    private struct Row: PostgresRow {
        /// What was done; `nil` for nothing.
        let action: String?
        let cases: Int
        let tally: ChangeTally

        init(row: inout RowReader) throws(PostgresError) {
            action = try row("action")
            cases = try row("cases")
            tally = ChangeTally(count: try row("measured"), sum: try row("sum"), squares: try row("squares"))
        }
    }

    func effect(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let branch = arguments["branch"].postgresBind
        let found = try arguments.reading("effect", transaction) {
            try transaction.query(
                """
                with said as (
                    select coalesce(a.customer_id, s.customer_id) as customer, s.survey_id, s.requested_at, r.satisfaction
                    from survey s join survey_answer r using (survey_id)
                    left join account a on a.source = s.source and a.code = s.customer_code
                    where r.satisfaction is not null
                ), cases as (
                    select c.survey_id, case when c.done_at is not null then c.action end as action, c.satisfaction,
                        coalesce(a.customer_id, c.customer_id) as customer, coalesce(c.done_at, c.closed_at) as measured_from
                    from recovery c left join account a on a.source = c.source and a.code = c.customer_code
                    where coalesce(c.done_at, c.closed_at) is not null and c.satisfaction is not null
                        and (\(branch)::text is null or c.branch = \(branch)::text)
                ), again as (
                    select distinct on (c.survey_id) c.survey_id, s.satisfaction
                    from cases c join said s on s.customer = c.customer and s.survey_id <> c.survey_id
                        and s.requested_at > c.measured_from
                    order by c.survey_id, s.requested_at, s.survey_id
                )
                select c.action, count(*) as cases, count(n.survey_id) as measured,
                    coalesce(sum(n.satisfaction - c.satisfaction), 0) as sum,
                    coalesce(sum((n.satisfaction - c.satisfaction) * (n.satisfaction - c.satisfaction)), 0) as squares
                from cases c left join again n using (survey_id) group by 1
                """, as: Row.self)
        }
        let control = found.first { $0.action == nil }?.tally ?? ChangeTally()
        let actions = found.filter { $0.action != nil }.sorted { ($0.action ?? "") < ($1.action ?? "") }
        let effects = actions.map { row in
            min(row.tally.count, control.count) < minimum ? nil : RecoveryEffect(treated: row.tally, control: control)
        }
        let rows = zip(actions, zip(effects, RecoveryEffect.verdicts(effects))).map { row, told -> [String?] in
            let (effect, verdict) = told
            let change = effect?.difference.change
            return [
                row.action, String(row.cases), String(row.tally.count), String(control.count),
                SurveyNumber.text(effect == nil ? nil : row.tally.mean),
                SurveyNumber.text(effect == nil ? nil : control.mean), SurveyNumber.text(change?.value),
                SurveyNumber.text(change?.low), SurveyNumber.text(change?.high),
                SurveyNumber.text(verdict.probability, places: 4), verdict.verdict.rawValue,
                effect.map { String($0.needed) },
            ]
        }
        return [try arguments.table("effect", rows: rows) { [$0[0] ?? ""] }]
    }
}
