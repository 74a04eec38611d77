import Contracts
import Domain
import Postgres
import ServiceKit

/// What has become of a need.
struct SuggestedOutcome: Sendable, Equatable {
    let suggestionId: String
    let leadId: String
    let state: LeadState
    let reason: LeadReason?
    let convertedAt: Timestamp?
    let opportunityId: String?
    let opportunityState: OpportunityState?
    let margin: FixedDecimal?
    let currency: Currency?

    /// What is told of it.
    func message(revision: Int) -> SuggestedLeadChanged {
        SuggestedLeadChanged(
            suggestionId: suggestionId, revision: revision, leadId: leadId, state: state, reason: reason,
            convertedAt: convertedAt, opportunityId: opportunityId, opportunityState: opportunityState, margin: margin,
            currency: currency)
    }
}

extension SuggestedOutcome: PostgresRow {
    init(row: inout RowReader) throws(PostgresError) {
        suggestionId = try row("capture_id")
        leadId = try row("lead_id")
        state = try row("state")
        reason = try row("reason")
        convertedAt = try row("converted_at")
        opportunityId = try row("opportunity_id")
        opportunityState = try row("opportunity_state")
        margin = try row("margin")
        currency = try row("currency")
    }
}

/// The SQL of needs that the service desk saw.
enum SuggestedLeadStore {
    /// Who tells of them does it alone: they are few, and one may go from one lead to another meanwhile.
    static func lock(_ transaction: borrowing Transaction) throws { try KeyLock.lock("suggested leads", transaction) }

    /// Those among some leads, or among what they turned out to be, of which a capture is a need.
    static func suggested(among leads: Set<String>, _ transaction: borrowing Transaction) throws -> [String] {
        let current = try LeadStore.current(leads, transaction)
        return try transaction.query(
            """
            select distinct c.lead_id from lead_capture c
            where c.source = \(SuggestedLeads.source) and c.lead_id = any(\(Set(current.values).sorted())) order by 1
            """, as: String.self)
    }

    /// What has become of the needs of some leads. What was converted before a need was seen has not come of it.
    static func outcomes(
        of leads: Set<String>, _ transaction: borrowing Transaction
    ) throws -> [SuggestedOutcome] {
        try transaction.query(
            """
            select c.capture_id, l.lead_id, l.state, l.reason, n.converted_at,
                case when n.converted_at is not null then l.opportunity_id end as opportunity_id,
                o.state as opportunity_state,
                case when o.margin is not null then o.margin when n.is_of_it then l.expected_margin end as margin,
                case when o.margin is not null then o.currency when n.is_of_it then l.currency end as currency
            from lead_capture c join lead l on l.lead_id = c.lead_id
            cross join lateral (
                select case when l.converted_at >= c.captured_at then l.converted_at end as converted_at,
                    l.converted_at is null or l.converted_at >= c.captured_at as is_of_it
            ) n
            left join opportunity o on n.converted_at is not null and o.source = \(OpportunityHandlers.own)
                and o.opportunity_id = l.opportunity_id
            where c.source = \(SuggestedLeads.source) and c.lead_id = any(\(leads.sorted()))
            order by c.capture_id
            """, as: SuggestedOutcome.self)
    }

    /// What was told last of some needs.
    static func told(
        _ ids: [String], _ transaction: borrowing Transaction
    ) throws -> [String: (revision: Int, mark: String)] {
        guard !ids.isEmpty else { return [:] }
        let rows = try transaction.query(
            "select t.suggestion_id, t.revision, t.mark from suggestion_told t where t.suggestion_id = any(\(ids))",
            as: (String, Int, String).self)
        return Dictionary(rows.map { ($0.0, (revision: $0.1, mark: $0.2)) }) { first, _ in first }
    }

    /// Writes down what was told.
    static func put(
        _ told: [(suggestionId: String, revision: Int, mark: String)], _ transaction: borrowing Transaction
    ) throws {
        guard !told.isEmpty else { return }
        try transaction.queue(
            """
            insert into suggestion_told (suggestion_id, revision, mark)
            select * from unnest(
                \(told.map(\.suggestionId)), \(told.map { Int32($0.revision) }), \(told.map(\.mark)))
            on conflict (suggestion_id) do update set revision = excluded.revision, mark = excluded.mark
            """)
    }
}
