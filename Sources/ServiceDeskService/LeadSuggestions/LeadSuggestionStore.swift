import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of needs that were seen.
enum LeadSuggestionStore {
    /// What was said before under some numbers, in short; locked against another copy of the service.
    static func known(_ ids: Set<String>, _ transaction: borrowing Transaction) throws -> [String: String] {
        let sorted = ids.sorted()
        try KeyLock.lock("lead suggestion", sorted.map { [$0] }, transaction)
        let rows = try transaction.query(
            "select s.suggestion_id, s.fingerprint from lead_suggestion s where s.suggestion_id = any(\(sorted))",
            as: (String, String).self)
        return Dictionary(rows) { first, _ in first }
    }

    private struct ComplaintRow: PostgresRow {
        let key: ComplaintKey
        let evidence: SeenEvidence

        init(row: inout RowReader) throws(PostgresError) {
            key = ComplaintKey(source: try row("source"), complaintId: try row("complaint_id"))
            let (code, source): (String, String) = (try row("customer_code"), try row("customer_source"))
            evidence = SeenEvidence(
                customerId: try row("customer_id", as: String?.self)
                    ?? AccountIdentifier.customer(source: source, code: code),
                customerCode: code, customerSource: source, branch: try row("branch"),
                businessLine: try row("business_line"), isClosed: try row("is_closed"))
        }
    }

    /// What is known of some complaints.
    static func complaints(
        _ keys: Set<ComplaintKey>, _ transaction: borrowing Transaction
    ) throws -> [ComplaintKey: SeenEvidence] {
        guard !keys.isEmpty else { return [:] }
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select c.source, c.complaint_id, c.customer_source, c.customer_code, a.customer_id,
                coalesce(c.branch, d.branch, a.branch) as branch, d.business_line, c.state = 'closed' as is_closed
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.complaintId))) as k(source, complaint_id)
            join complaint c using (source, complaint_id)
            left join account a on a.source = c.customer_source and a.code = c.customer_code
            left join delivery d on d.source = coalesce(c.order_of, c.source) and d.order_id = c.order_id
            """, as: ComplaintRow.self)
        return Dictionary(rows.map { ($0.key, $0.evidence) }) { first, _ in first }
    }

    private struct OrderRow: PostgresRow {
        let key: OrderKey
        let evidence: SeenEvidence

        init(row: inout RowReader) throws(PostgresError) {
            key = OrderKey(source: try row("source"), orderId: try row("order_id"))
            evidence = SeenEvidence(
                customerId: try row("customer_id"), customerCode: try row("customer_code"), customerSource: key.source,
                branch: try row("branch"), businessLine: try row("business_line"), surveyId: try row("survey_id"),
                isCalled: try row("is_called"), isAnswered: try row("is_answered"))
        }
    }

    /// What is known of some orders about which customers were asked.
    static func orders(
        _ keys: Set<OrderKey>, _ transaction: borrowing Transaction
    ) throws -> [OrderKey: SeenEvidence] {
        guard !keys.isEmpty else { return [:] }
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select s.source, s.order_id, s.survey_id, coalesce(s.customer_code, d.customer_code) as customer_code,
                coalesce(a.customer_id, s.customer_id) as customer_id, coalesce(s.branch, d.branch) as branch,
                coalesce(s.business_line, d.business_line) as business_line, r.survey_id is not null as is_answered,
                c.called_at is not null as is_called
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
            join survey s using (source, order_id)
            left join delivery d on d.source = s.source and d.order_id = s.order_id
            left join survey_answer r on r.survey_id = s.survey_id
            left join recovery c on c.survey_id = s.survey_id
            left join account a on a.source = s.source and a.code = coalesce(s.customer_code, d.customer_code)
            where coalesce(s.customer_code, d.customer_code) is not null
            order by c.called_at desc nulls last, r.answered_at desc nulls last, s.survey_id
            """, as: OrderRow.self)
        return Dictionary(rows.map { ($0.key, $0.evidence) }) { first, _ in first }
    }

    /// Keeps needs that were seen.
    static func put(
        _ suggestions: [(told: LeadSuggested, mark: String)], _ transaction: borrowing Transaction
    ) throws {
        guard !suggestions.isEmpty else { return }
        let rows = suggestions.map(\.told)
        try transaction.queue(
            """
            insert into lead_suggestion (suggestion_id, fingerprint, evidence, source, complaint_id, order_id, survey_id,
                customer_source, customer_code, customer_id, branch, business_line, need, suggested_by, suggested_at)
            select * from unnest(
                \(rows.map(\.suggestionId)), \(suggestions.map(\.mark)), \(rows.map(\.evidence.rawValue)),
                \(rows.map(\.source)), \(rows.map(\.complaintId)), \(rows.map(\.orderId)), \(rows.map(\.surveyId)),
                \(rows.map { $0.customerSource ?? $0.source }), \(rows.map(\.customerCode)), \(rows.map(\.customerId)),
                \(rows.map(\.branch)), \(rows.map(\.businessLine)), \(rows.map(\.need)), \(rows.map(\.by)),
                \(rows.map(\.suggestedAt)))
            """)
    }

    /// Writes down what has become of needs; what is older than what is known changes nothing.
    static func change(_ outcomes: [SuggestedLeadChanged], _ transaction: borrowing Transaction) throws {
        let rows = outcomes.sorted { $0.suggestionId.compareBytes(with: $1.suggestionId) < 0 }
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            update lead_suggestion s set outcome_revision = t.revision, lead_id = t.lead_id, state = t.state,
                reason = t.reason, converted_at = t.converted_at, opportunity_id = t.opportunity_id,
                opportunity_state = t.opportunity_state, margin = t.margin, currency = t.currency
            from unnest(
                \(rows.map(\.suggestionId)), \(rows.map { Int32($0.revision) }), \(rows.map(\.leadId)),
                \(rows.map(\.state.rawValue)), \(rows.map { $0.reason?.rawValue }), \(rows.map(\.convertedAt)),
                \(rows.map(\.opportunityId)), \(rows.map { $0.opportunityState?.rawValue }), \(rows.map(\.margin)),
                \(rows.map { $0.currency?.code }))
                as t(suggestion_id, revision, lead_id, state, reason, converted_at, opportunity_id, opportunity_state,
                    margin, currency)
            where s.suggestion_id = t.suggestion_id and s.outcome_revision < t.revision
            """)
    }
}
