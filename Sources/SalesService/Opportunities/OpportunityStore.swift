import Contracts
import Domain
import Postgres
import ServiceKit

/// An opportunity as it is written down.
struct OpportunityRow: Sendable {
    let key: OpportunityKey
    let terms: OpportunityTerms
    let stageSince: CalendarDay
    /// The customer that the lead was of, where no code names one.
    let customerId: String?
}

/// The SQL of opportunities and of everything that was said of them.
enum OpportunityStore {
    /// Who writes opportunities does it alone: what is added to the funnel follows from how they stood. Taken after the lock of
    /// leads, where both are.
    static func lock(_ transaction: borrowing Transaction) throws {
        try KeyLock.lock("opportunities", transaction)
    }

    /// Everything that was said of some opportunities, by their revisions.
    static func words(
        of keys: Set<OpportunityKey>, _ transaction: borrowing Transaction
    ) throws -> [OpportunityKey: [Int: OpportunityWord]] {
        let sorted = keys.sorted()
        guard !sorted.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            select c.source, c.opportunity_id, c.content::text as content, c.fingerprint, c.kept_at
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, opportunity_id)
            join opportunity_change c using (source, opportunity_id)
            """, as: WordRow.self)
        var words: [OpportunityKey: [Int: OpportunityWord]] = [:]
        for row in rows {
            let body = try OpportunityRecorded(node: JSONDocument(parsing: Array(row.content.utf8)).root)
            words[row.key, default: [:]][body.terms.revision] = OpportunityWord(
                terms: body.terms, by: body.by, fingerprint: row.fingerprint, keptAt: row.keptAt)
        }
        return words
    }

    private struct WordRow: PostgresRow {
        let key: OpportunityKey
        let content: String
        let fingerprint: String
        let keptAt: Timestamp

        init(row: inout RowReader) throws(PostgresError) {
            key = OpportunityKey(source: try row("source"), identifier: try row("opportunity_id"))
            content = try row("content")
            fingerprint = try row("fingerprint")
            keptAt = try row("kept_at")
        }
    }

    /// Writes down what was said, and by what each revision of an opportunity is known that something came before.
    static func put(
        _ changes: [(key: OpportunityKey, change: OpportunityLife.Change)], _ transaction: borrowing Transaction
    ) throws {
        guard !changes.isEmpty else { return }
        let words = changes.map(\.change.word)
        let bodies = words.map { OpportunityRecorded($0.terms, by: $0.by).encode() }
        try transaction.queue(
            """
            insert into opportunity_change
                (source, opportunity_id, revision, content, fingerprint, what, said_by, changed_at, kept_at, on_behalf_of)
            select * from unnest(
                \(changes.map(\.key.source)), \(changes.map(\.key.identifier)),
                \(words.map { Int32($0.terms.revision) }),
                \(PostgresValue.jsons(bodies.map { String(decoding: $0, as: UTF8.self) })),
                \(words.map(\.fingerprint)), \(changes.map(\.change.what)), \(words.map(\.by)),
                \(changes.map(\.change.at)), \(words.map(\.keptAt)), \(words.map(\.onBehalfOf)))
            on conflict (source, opportunity_id, revision) do update
            set what = excluded.what, changed_at = excluded.changed_at
            where opportunity_change.what <> excluded.what or opportunity_change.changed_at <> excluded.changed_at
            """)
    }

    /// Writes opportunities as they stand now.
    static func put(_ rows: [OpportunityRow], _ transaction: borrowing Transaction) throws {
        guard !rows.isEmpty else { return }
        let terms = rows.map(\.terms)
        try transaction.queue(
            """
            insert into opportunity (
                source, opportunity_id, revision, state, team, stage, stage_since, customer_source, customer_code,
                customer_id, company, title, owner, branch, business_line, product, origin, lead_id, amount, margin,
                currency, close_day, competitors, next_step, next_step_day, loss_reason, lost_to, created_at, changed_at)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(terms.map { Int32($0.revision) }),
                \(terms.map(\.state.rawValue)), \(terms.map { $0.team ?? SalesStages.ofAll }), \(terms.map(\.stage)),
                \(rows.map(\.stageSince)),
                \(rows.map { row in row.terms.customer.map { $0.source ?? row.key.source } }),
                \(terms.map { $0.customer?.code }), \(rows.map(\.customerId)), \(terms.map(\.company)),
                \(terms.map(\.title)), \(terms.map(\.owner)), \(terms.map(\.branch)), \(terms.map(\.businessLine)),
                \(terms.map(\.product)), \(terms.map(\.origin)), \(terms.map(\.leadId)), \(terms.map(\.amount)),
                \(terms.map(\.margin)), \(terms.map { $0.currency?.code }), \(terms.map(\.closeDay)),
                \(terms.map { $0.competitors.joined(separator: "\n") }), \(terms.map(\.nextStep)),
                \(terms.map(\.nextStepDay)), \(terms.map { $0.lossReason?.rawValue }), \(terms.map(\.lostTo)),
                \(terms.map(\.createdAt)), \(terms.map(\.changedAt)))
            on conflict (source, opportunity_id) do update set
                revision = excluded.revision, state = excluded.state, team = excluded.team, stage = excluded.stage,
                stage_since = excluded.stage_since, customer_source = excluded.customer_source,
                customer_code = excluded.customer_code,
                customer_id = coalesce(excluded.customer_id, opportunity.customer_id), company = excluded.company,
                title = excluded.title, owner = excluded.owner, branch = excluded.branch,
                business_line = excluded.business_line, product = excluded.product, origin = excluded.origin,
                lead_id = excluded.lead_id, amount = excluded.amount, margin = excluded.margin,
                currency = excluded.currency, close_day = excluded.close_day, competitors = excluded.competitors,
                next_step = excluded.next_step, next_step_day = excluded.next_step_day,
                loss_reason = excluded.loss_reason, lost_to = excluded.lost_to, created_at = excluded.created_at,
                changed_at = excluded.changed_at,
                acting_for = case when opportunity.owner is not distinct from excluded.owner then opportunity.acting_for end,
                handed_from = case when opportunity.owner is not distinct from excluded.owner then opportunity.handed_from end
            """)
    }

    /// Who works on opportunities of a source that are open, each with the opportunity.
    static func worked(
        in source: String, _ transaction: borrowing Transaction
    ) throws -> [WorkedItem] {
        try transaction.query(
            """
            select o.opportunity_id, o.owner, o.acting_for, o.handed_from from opportunity o
            where o.source = \(source) and o.state = 'open' and o.owner is not null order by o.opportunity_id
            """, as: (String, String, String?, String?).self
        ).map { WorkedItem(identifier: $0.0, owner: $0.1, actingFor: $0.2, handedFrom: $0.3) }
    }

    /// Whose customer an opportunity `o` is of.
    private static let account: (source: SQL, code: SQL, customer: SQL) = (
        "o.customer_source", "o.customer_code", "o.customer_id"
    )

    /// The open opportunities of a source whose customers somebody else has got from who works on them, or from the leaver for
    /// whom that one does, and who that is. What was opened since, or given to somebody, is that one's; what went along has gone,
    /// unless it has come back since.
    static func handedOver(
        in source: String, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [HandedItem] {
        let successor = OpenItemStore.successor(
            of: "coalesce(o.acting_for, o.owner)", account: account, line: "o.business_line", on: day)
        return try transaction.query(
            """
            select o.opportunity_id, w.owner, coalesce(o.handed_from, o.acting_for, o.owner)
            from opportunity o cross join lateral \(successor) w
            where o.source = \(source) and o.state = 'open' and o.owner <> w.owner
                and (o.acting_for is not null or not exists (
                    select from opportunity_change c
                    where c.source = o.source and c.opportunity_id = o.opportunity_id
                        and c.what in ('created', 'assigned') and \(SQL.day(of: "c.changed_at")) >= w.since
                        and c.revision > coalesce((
                            select max(b.revision) from opportunity_change b
                            where b.source = c.source and b.opportunity_id = c.opportunity_id
                                and b.content ->> 'note' = \(PassedItem.takenBack)), 0)))
            order by o.opportunity_id
            """, as: (String, String, String).self
        ).map { HandedItem(identifier: $0.0, owner: $0.1, origin: $0.2) }
    }

    /// The open opportunities of a source that went along with customers and have to come back, and to whom: to who had them, or
    /// whom handovers lead to from there now.
    static func takenBack(
        in source: String, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [HandedItem] {
        let line: SQL = "o.business_line"
        let isTakenBack = OpenItemStore.isTakenBack(
            from: "o.handed_from", holder: "coalesce(o.acting_for, o.owner)", account: account, line: line, on: day)
        let successor = OpenItemStore.successor(of: "o.handed_from", account: account, line: line, on: day)
        return try transaction.query(
            """
            select o.opportunity_id, coalesce(w.owner, o.handed_from), o.handed_from
            from opportunity o left join lateral \(successor) w on true
            where o.source = \(source) and o.state = 'open' and o.handed_from is not null and \(isTakenBack)
                and o.owner <> coalesce(w.owner, o.handed_from)
            order by o.opportunity_id
            """, as: (String, String, String).self
        ).map { HandedItem(identifier: $0.0, owner: $0.1, origin: $0.2) }
    }

    /// Says for whom others have opportunities now, and who had them before.
    static func note(
        _ passed: [(identifier: String, item: PassedItem)], in source: String, _ transaction: borrowing Transaction
    ) throws {
        guard !passed.isEmpty else { return }
        try transaction.queue(
            """
            update opportunity o set acting_for = t.leaver, handed_from = t.origin
            from unnest(
                \(passed.map(\.identifier)), \(passed.map(\.item.actingFor)), \(passed.map(\.item.handedFrom)))
                as t(opportunity_id, leaver, origin)
            where o.source = \(source) and o.opportunity_id = t.opportunity_id
            """)
    }

    /// Whose an opportunity is.
    static let homes: SQL = """
        select n.source, n.identifier, o.owner, o.branch, null::date, o.business_line
        from named n join opportunity o on o.source = n.source and o.opportunity_id = n.identifier
        """

    /// How many are open in which stage.
    static func open(_ transaction: borrowing Transaction) throws -> [(String, Double)] {
        try transaction.query(
            """
            select o.stage, count(*)::integer from opportunity o where o.state = 'open' group by o.stage order by o.stage
            """, as: (String, Int).self
        ).map { ($0.0, Double($0.1)) }
    }

    /// Leads that were converted and of which no opportunity is known.
    static func converted(
        without source: String, limit: Int, _ transaction: borrowing Transaction
    ) throws -> Set<String> {
        Set(
            try transaction.query(
                """
                select l.lead_id from lead l
                where l.state = 'converted' and l.merged_into is null and l.opportunity_id is not null and not exists (
                    select from opportunity o where o.source = \(source) and o.opportunity_id = l.opportunity_id)
                order by l.lead_id limit \(Int32(limit))
                """, as: String.self))
    }
}
