import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of how opportunities stood, and of the funnel that follows from it.
enum OpportunitySpanStore {
    /// How some opportunities stood, by what is kept of it.
    static func spans(
        of keys: Set<OpportunityKey>, _ transaction: borrowing Transaction
    ) throws -> [OpportunityKey: [OpportunitySpan]] {
        let sorted = keys.sorted()
        guard !sorted.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            select s.source, s.opportunity_id, s.from_day, nullif(s.until_day, date 'infinity') as until_day, s.revision,
                s.state, s.team, s.stage, s.owner, s.branch, s.business_line, s.amount, s.margin, s.currency, s.close_day
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, opportunity_id)
            join opportunity_span s using (source, opportunity_id)
            order by s.source, s.opportunity_id, s.from_day
            """, as: SpanRow.self)
        return Dictionary(grouping: rows, by: \.key).mapValues { $0.map(\.span) }
    }

    private struct SpanRow: PostgresRow {
        let key: OpportunityKey
        let span: OpportunitySpan

        init(row: inout RowReader) throws(PostgresError) {
            key = OpportunityKey(source: try row("source"), identifier: try row("opportunity_id"))
            span = OpportunitySpan(
                from: try row("from_day"), until: try row("until_day"), revision: try row("revision"),
                state: try row("state"), team: try row("team"), stage: try row("stage"), owner: try row("owner"),
                branch: try row("branch"), businessLine: try row("business_line"), amount: try row("amount"),
                margin: try row("margin"), currency: try row("currency"), closeDay: try row("close_day"))
        }
    }

    /// Writes anew how opportunities stood and by which way they went.
    static func put(_ lives: [(key: OpportunityKey, life: OpportunityLife)], _ transaction: borrowing Transaction)
        throws
    {
        guard !lives.isEmpty else { return }
        let keys = lives.map(\.key)
        for table in ["opportunity_span", "opportunity_visit"] {
            try transaction.queue(
                """
                delete from \(unsafe: table) t
                using unnest(\(keys.map(\.source)), \(keys.map(\.identifier))) as k(source, opportunity_id)
                where t.source = k.source and t.opportunity_id = k.opportunity_id
                """)
        }
        let spans = lives.flatMap { key, life in life.spans.map { (key: key, span: $0) } }
        try transaction.queue(
            """
            insert into opportunity_span (source, opportunity_id, from_day, until_day, revision, state, team, stage, owner,
                branch, business_line, amount, margin, currency, close_day)
            select t.source, t.opportunity_id, t.from_day, coalesce(t.until_day, date 'infinity'), t.revision, t.state,
                t.team, t.stage, t.owner, t.branch, t.business_line, t.amount, t.margin, t.currency, t.close_day
            from unnest(
                \(spans.map(\.key.source)), \(spans.map(\.key.identifier)), \(spans.map(\.span.from)),
                \(spans.map(\.span.until)), \(spans.map { Int32($0.span.revision) }),
                \(spans.map(\.span.state.rawValue)), \(spans.map(\.span.team)), \(spans.map(\.span.stage)),
                \(spans.map(\.span.owner)), \(spans.map(\.span.branch)), \(spans.map(\.span.businessLine)),
                \(spans.map(\.span.amount)), \(spans.map(\.span.margin)), \(spans.map { $0.span.currency?.code }),
                \(spans.map(\.span.closeDay)))
                as t(source, opportunity_id, from_day, until_day, revision, state, team, stage, owner, branch,
                    business_line, amount, margin, currency, close_day)
            """)
        let visits = lives.flatMap { key, life in
            life.visits.enumerated().map { (key: key, place: Int32($0.offset), visit: $0.element) }
        }
        try transaction.queue(
            """
            insert into opportunity_visit (source, opportunity_id, place, state, team, stage, entered_on, left_on,
                next_state, next_stage, owner, branch, business_line)
            select * from unnest(
                \(visits.map(\.key.source)), \(visits.map(\.key.identifier)), \(visits.map(\.place)),
                \(visits.map(\.visit.state.rawValue)), \(visits.map(\.visit.team)), \(visits.map(\.visit.stage)),
                \(visits.map(\.visit.entered)), \(visits.map(\.visit.left)),
                \(visits.map { $0.visit.nextState?.rawValue }), \(visits.map(\.visit.nextStage)),
                \(visits.map(\.visit.owner)), \(visits.map(\.visit.branch)),
                \(visits.map { $0.visit.businessLine ?? "*" }))
            """)
    }

    /// Adds to the buckets of the funnel.
    static func add(_ delta: FunnelDelta, _ transaction: borrowing Transaction) throws {
        let rows = delta.rows
        guard !rows.isEmpty else { return }
        let (places, sums) = (rows.map(\.place), rows.map(\.sum))
        try transaction.queue(
            """
            insert into funnel_bucket (grain, first_day, branch, owner, team, state, stage, currency, deals,
                without_amount, amount, margin)
            select * from unnest(
                \(places.map(\.grain)), \(places.map(\.first)), \(places.map(\.branch)), \(places.map(\.owner)),
                \(places.map(\.team)), \(places.map(\.state)), \(places.map(\.stage)), \(places.map(\.currency)),
                \(sums.map { Int32($0.deals) }), \(sums.map { Int32($0.withoutAmount) }), \(sums.map(\.amount)),
                \(sums.map(\.margin)))
            on conflict (grain, first_day, branch, owner, team, state, stage, currency) do update set
                deals = funnel_bucket.deals + excluded.deals,
                without_amount = funnel_bucket.without_amount + excluded.without_amount,
                amount = funnel_bucket.amount + excluded.amount, margin = funnel_bucket.margin + excluded.margin
            """)
    }
}

extension OpportunityState: PostgresDecodable {}
