import Contracts
import Domain
import Postgres
import ServiceKit

extension RecoveryCause: PostgresDecodable {}
extension RecoveryOutcome: PostgresDecodable {}
extension RecoveryState: PostgresDecodable {}

/// The SQL of low scores.
enum RecoveryStore {
    /// What a step is known by.
    struct StepKey: Hashable, Sendable {
        let order: OrderKey
        let stepId: String
    }

    private struct Row: PostgresRow {
        let recovery: RecoveryCase

        init(row: inout RowReader) throws(PostgresError) {
            recovery = RecoveryCase(
                surveyId: try row("survey_id"),
                order: OrderKey(source: try row("source"), orderId: try row("order_id")),
                customerId: try row("customer_id"), customerCode: try row("customer_code"), branch: try row("branch"),
                businessLine: try row("business_line"), satisfaction: try row("satisfaction"),
                recommendation: try row("recommendation"), effort: try row("effort"), openedAt: try row("opened_at"),
                callBy: try row("call_by"), state: try row("state"), stateAt: try row("state_at"),
                stateBy: try row("state_by"), revision: try row("revision"), calledAt: try row("called_at"),
                cause: try row("cause"), action: try row("action"), owner: try row("owner"), dueOn: try row("due_on"),
                doneAt: try row("done_at"), closedAt: try row("closed_at"), outcome: try row("outcome"))
        }
    }

    /// The low scores of some orders; locked against another copy of the service.
    static func recoveries(
        _ keys: [OrderKey], _ transaction: borrowing Transaction
    ) throws -> [OrderKey: RecoveryCase] {
        try KeyLock.lock("recovery", keys, transaction)
        let rows = try transaction.query(
            """
            select c.survey_id, c.source, c.order_id, coalesce(a.customer_id, c.customer_id) as customer_id,
                c.customer_code, c.branch, c.business_line, c.satisfaction, c.recommendation, c.effort, c.opened_at,
                c.call_by, c.state, c.state_at, c.state_by, c.revision, c.called_at, c.cause, c.action, c.owner,
                c.due_on, c.done_at, c.closed_at, c.outcome
            from unnest(\(keys.map(\.source)), \(keys.map(\.orderId))) as k(source, order_id)
            join recovery c using (source, order_id)
            left join account a on a.source = c.source and a.code = c.customer_code
            """, as: Row.self)
        return Dictionary(rows.map { ($0.recovery.order, $0.recovery) }) { first, _ in first }
    }

    /// When the customers of some low scores were asked last of what they have answered, after that answer.
    static func lastAsked(
        _ keys: [OrderKey], _ transaction: borrowing Transaction
    ) throws -> [OrderKey: Timestamp] {
        let rows = try transaction.query(
            """
            select c.source, c.order_id, max(s.requested_at)
            from unnest(\(keys.map(\.source)), \(keys.map(\.orderId))) as k(source, order_id)
            join recovery c using (source, order_id)
            left join account a on a.source = c.source and a.code = c.customer_code
            join (
                select coalesce(b.customer_id, s.customer_id) as customer, s.survey_id, s.requested_at
                from survey s join survey_answer r using (survey_id)
                left join account b on b.source = s.source and b.code = s.customer_code
                where r.satisfaction is not null
            ) s on s.customer = coalesce(a.customer_id, c.customer_id) and s.survey_id <> c.survey_id
            group by 1, 2
            """, as: (String, String, Timestamp).self)
        return Dictionary(rows.map { (OrderKey(source: $0.0, orderId: $0.1), $0.2) }) { first, _ in first }
    }

    /// What was done about some orders' low scores.
    static func steps(_ keys: [OrderKey], _ transaction: borrowing Transaction) throws -> [StepKey: String] {
        let rows = try transaction.query(
            """
            select s.source, s.order_id, s.step_id, s.fingerprint
            from unnest(\(keys.map(\.source)), \(keys.map(\.orderId))) as k(source, order_id)
            join recovery_step s using (source, order_id)
            """, as: (String, String, String, String).self)
        return Dictionary(
            rows.map { (StepKey(order: OrderKey(source: $0.0, orderId: $0.1), stepId: $0.2), $0.3) }
        ) { first, _ in first }
    }

    /// Keeps new low scores.
    static func put(_ recoveries: [RecoveryCase], _ transaction: borrowing Transaction) throws {
        let rows = recoveries.sorted { $0.surveyId < $1.surveyId }
        try transaction.queue(
            """
            insert into recovery (survey_id, source, order_id, customer_id, customer_code, branch, business_line,
                satisfaction, recommendation, effort, opened_at, call_by, state, state_at, revision)
            select * from unnest(
                \(rows.map(\.surveyId)), \(rows.map(\.order.source)), \(rows.map(\.order.orderId)),
                \(rows.map(\.customerId)), \(rows.map(\.customerCode)), \(rows.map(\.branch)),
                \(rows.map(\.businessLine)), \(rows.map { $0.satisfaction.map(Int32.init) }),
                \(rows.map { $0.recommendation.map(Int32.init) }), \(rows.map { $0.effort.map(Int32.init) }),
                \(PostgresValue.timestamps(rows.map(\.openedAt.description))),
                \(PostgresValue.timestamps(rows.map(\.callBy.description))), \(rows.map(\.state.rawValue)),
                \(PostgresValue.timestamps(rows.map(\.stateAt.description))), \(rows.map { Int32($0.revision) }))
            on conflict do nothing
            """)
    }

    /// Writes down how far low scores, locked, are now.
    static func change(_ rows: [RecoveryCase], _ transaction: borrowing Transaction) throws {
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            update recovery c set state = t.state, state_at = t.state_at, state_by = t.state_by, revision = t.revision,
                called_at = t.called_at, cause = t.cause, action = t.action, owner = t.owner,
                due_on = date '1970-01-01' + t.due_on, done_at = t.done_at, closed_at = t.closed_at, outcome = t.outcome
            from unnest(
                \(rows.map(\.surveyId)), \(rows.map(\.state.rawValue)),
                \(PostgresValue.timestamps(rows.map(\.stateAt.description))), \(rows.map(\.stateBy)),
                \(rows.map { Int32($0.revision) }), \(PostgresValue.timestamps(rows.map(\.calledAt?.description))),
                \(rows.map(\.cause?.rawValue)), \(rows.map(\.action)), \(rows.map(\.owner)),
                \(rows.map(\.dueOn?.daysSinceEpoch)), \(PostgresValue.timestamps(rows.map(\.doneAt?.description))),
                \(PostgresValue.timestamps(rows.map(\.closedAt?.description))), \(rows.map(\.outcome?.rawValue)))
                as t(survey_id, state, state_at, state_by, revision, called_at, cause, action, owner, due_on, done_at,
                    closed_at, outcome)
            where c.survey_id = t.survey_id
            """)
    }

    /// Keeps what was done.
    static func take(
        _ steps: [(step: Received<TakeRecoveryStep>, mark: String)], _ transaction: borrowing Transaction
    ) throws {
        guard !steps.isEmpty else { return }
        let bodies = steps.map(\.step.body)
        try transaction.queue(
            """
            insert into recovery_step (source, order_id, step_id, fingerprint, step, taken_at, taken_by, note, on_behalf_of)
            select * from unnest(
                \(bodies.map(\.source)), \(bodies.map(\.orderId)), \(bodies.map(\.stepId)), \(steps.map(\.mark)),
                \(bodies.map(\.step.rawValue)), \(PostgresValue.timestamps(bodies.map(\.at.description))),
                \(bodies.map(\.by)), \(bodies.map(\.note)), \(steps.map(\.step.onBehalfOf)))
            """)
    }

    // MARK: Asking again

    /// Low scores of customers that are to be asked again, and were not.
    private static let waits: SQL = "coalesce(c.done_at, c.closed_at) is not null and not c.is_asked_again"

    /// Which of some customers are to be asked again.
    static func toAskAgain(_ customers: [String], _ transaction: borrowing Transaction) throws -> Set<String> {
        guard !customers.isEmpty else { return [] }
        return Set(
            try transaction.query(
                """
                select c.customer_id from recovery c where c.customer_id = any(\(customers)) and \(waits)
                union
                select a.customer_id from account a
                join recovery c on c.source = a.source and c.customer_code = a.code
                where a.customer_id = any(\(customers)) and \(waits)
                """, as: String.self))
    }

    /// Writes down that customers were asked again.
    static func askedAgain(_ customers: [String], _ transaction: borrowing Transaction) throws {
        guard !customers.isEmpty else { return }
        try transaction.queue(
            """
            update recovery c set is_asked_again = true
            where \(waits) and (
                c.customer_id = any(\(customers)) or (c.source, c.customer_code) in (
                    select a.source, a.code from account a where a.customer_id = any(\(customers))))
            """)
    }
}
