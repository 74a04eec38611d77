import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what customers answer.
enum SurveyStore {
    /// A survey that may be answered.
    struct Asked: PostgresRow, Sendable {
        let mark: String
        let surveyId: String
        let order: OrderKey
        /// Whose it is now.
        let customerId: String
        let customerCode: String
        let branch: String?
        let businessLine: String?
        let requestedAt: Timestamp
        let expiresAt: Timestamp
        /// What it was answered with; `nil` as long as it was not.
        let fingerprint: String?

        init(row: inout RowReader) throws(PostgresError) {
            mark = try row("token_mark")
            surveyId = try row("survey_id")
            order = OrderKey(source: try row("source"), orderId: try row("order_id"))
            customerId = try row("customer_id")
            customerCode = try row("customer_code")
            branch = try row("branch")
            businessLine = try row("business_line")
            requestedAt = try row("requested_at")
            expiresAt = try row("expires_at")
            fingerprint = try row("fingerprint")
        }
    }

    /// An answer that counts.
    struct Answer: Sendable {
        let surveyId: String
        let fingerprint: String
        let body: SurveyAnswered

        /// What else was said, where the customer lets us keep it.
        var comment: String? { body.mayKeepComment == true ? body.comment : nil }
    }

    /// The surveys of some tokens, by the tokens' marks; locked against another copy of the service.
    static func asked(
        _ marks: [String], _ transaction: borrowing Transaction
    ) throws -> [String: Asked] {
        try KeyLock.lock("survey answer", marks.map { [$0] }, transaction)
        let rows = try transaction.query(
            """
            select s.token_mark, s.survey_id, s.source, s.order_id, coalesce(a.customer_id, s.customer_id) as customer_id,
                s.customer_code, s.branch, s.business_line, s.requested_at, s.expires_at, r.fingerprint
            from survey s left join survey_answer r using (survey_id)
            left join account a on a.source = s.source and a.code = s.customer_code
            where s.token_mark = any(\(marks)) and s.expires_at is not null
            """, as: Asked.self)
        return Dictionary(rows.map { ($0.mark, $0) }) { first, _ in first }
    }

    /// Keeps answers.
    static func put(_ answers: [Answer], _ transaction: borrowing Transaction) throws {
        guard !answers.isEmpty else { return }
        let answers = answers.sorted { $0.surveyId < $1.surveyId }
        let bodies = answers.map(\.body)
        try transaction.queue(
            """
            insert into survey_answer (survey_id, fingerprint, channel, satisfaction, recommendation, effort, comment,
                answered_at)
            select * from unnest(
                \(answers.map(\.surveyId)), \(answers.map(\.fingerprint)), \(bodies.map(\.channel.rawValue)),
                \(bodies.map { $0.satisfaction.map(Int32.init) }), \(bodies.map { $0.recommendation.map(Int32.init) }),
                \(bodies.map { $0.effort.map(Int32.init) }), \(answers.map(\.comment)),
                \(PostgresValue.timestamps(bodies.map(\.at.description))))
            """)
    }
}
