import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of leads and of what was done about them.
enum LeadStore {
    /// Who writes leads does it alone: of two captures of one person that come at one moment each has to see the other, and
    /// one may tie leads together that stand anywhere. The lock is taken before any row of a lead.
    static func lock(_ transaction: borrowing Transaction) throws {
        try KeyLock.lock("leads", transaction)
    }

    private static let columns: SQL = """
        l.lead_id, l.state, l.merged_into, l.revision, l.owner, l.owner_by, l.assigned_at, l.former_owner,
        l.pooled_at, l.reason, l.branch, l.business_line, l.customer_id, l.customer_by, l.company,
        l.contact_name, l.email, l.phone, l.consent, l.source, l.channel, l.campaign, l.first_at, l.last_at,
        l.touches, l.probability, l.grade, l.expected_margin, l.currency, l.clock_from, l.due_at, l.due_stage,
        l.contacted_at, l.contact_minutes, l.closed_at, l.converted_at, l.opportunity_id
        """

    /// Some leads as they stand, in the order of their identifiers, locked until the transaction ends.
    static func leads(_ ids: Set<String>, _ transaction: borrowing Transaction) throws -> [String: Lead] {
        guard !ids.isEmpty else { return [:] }
        let rows = try transaction.query(
            "select \(columns) from lead l where l.lead_id = any(\(ids.sorted())) order by l.lead_id for update",
            as: Lead.self)
        return Dictionary(rows.map { ($0.leadId, $0) }) { first, _ in first }
    }

    /// By what name each of some leads goes by now: its own, or that of the one that it turned out to be.
    static func current(_ ids: Set<String>, _ transaction: borrowing Transaction) throws -> [String: String] {
        guard !ids.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            with recursive way (asked, lead_id, merged_into) as (
                select l.lead_id, l.lead_id, l.merged_into from lead l where l.lead_id = any(\(ids.sorted()))
                union all
                select w.asked, l.lead_id, l.merged_into from way w join lead l on l.lead_id = w.merged_into
            )
            select asked, lead_id from way where merged_into is null
            """, as: (String, String).self)
        return Dictionary(rows.map { ($0.0, $0.1) }) { first, _ in first }
    }

    /// Those of which the clock has something to say by a time, the longest due first, locked until the transaction ends.
    static func due(at time: Timestamp, limit: Int, _ transaction: borrowing Transaction) throws -> [Lead] {
        try transaction.query(
            """
            select \(columns) from lead l where l.due_at <= \(time)
            order by l.due_at, l.lead_id limit \(Int32(limit)) for update
            """, as: Lead.self)
    }

    /// Who has leads that are not done with.
    static func owners(_ transaction: borrowing Transaction) throws -> [String] {
        try transaction.query(
            """
            select distinct l.owner from lead l
            where l.merged_into is null and l.state in ('assigned', 'contacted', 'qualified') and l.owner is not null
            """, as: String.self)
    }

    /// The leads that some people have and that are not done with.
    static func worked(by logins: [String], _ transaction: borrowing Transaction) throws -> Set<String> {
        Set(
            try transaction.query(
                """
                select l.lead_id from lead l
                where l.owner = any(\(logins)) and l.merged_into is null
                    and l.state in ('assigned', 'contacted', 'qualified')
                """, as: String.self))
    }

    /// The leads of customers that somebody else has got from who works on them, or from the leaver from whom that one had them,
    /// with who that is. What a person has given to somebody since is that one's, unless it has come back to that one since.
    static func handedOver(on day: CalendarDay, _ transaction: borrowing Transaction) throws -> [HandedItem] {
        let successor = OpenItemStore.successor(of: "f.login", account: account, line: "l.business_line", on: day)
        return try transaction.query(
            """
            select l.lead_id, w.owner, coalesce(l.handed_from, f.login)
            from \(held) cross join lateral \(successor) w
            where \(isOfCustomer) and l.owner <> w.owner
                and (f.login <> l.owner or f.what = \(comesBack) or \(SQL.day(of: "l.assigned_at")) < w.since)
            order by l.lead_id
            """, as: (String, String, String).self
        ).map { HandedItem(identifier: $0.0, owner: $0.1, origin: $0.2) }
    }

    /// The leads that went along with customers and have to come back, and to whom: to who had them, or whom handovers lead to from
    /// there now.
    static func takenBack(on day: CalendarDay, _ transaction: borrowing Transaction) throws -> [HandedItem] {
        let line: SQL = "l.business_line"
        let isTakenBack = OpenItemStore.isTakenBack(
            from: "l.handed_from", holder: "f.login", account: account, line: line, on: day)
        let successor = OpenItemStore.successor(of: "l.handed_from", account: account, line: line, on: day)
        return try transaction.query(
            """
            select l.lead_id, coalesce(w.owner, l.handed_from), l.handed_from
            from \(held) left join lateral \(successor) w on true
            where \(isOfCustomer) and l.handed_from is not null and \(isTakenBack)
                and l.owner <> coalesce(w.owner, l.handed_from)
            order by l.lead_id
            """, as: (String, String, String).self
        ).map { HandedItem(identifier: $0.0, owner: $0.1, origin: $0.2) }
    }

    /// What stands in the history of a lead that comes back.
    static let comesBack = "given-back"

    /// Whose customer a lead `l` is of.
    private static let account: (source: SQL, code: SQL, customer: SQL) = (
        "null::text", "null::text", "l.customer_id"
    )
    /// That a lead `l` is of a customer, and somebody's.
    private static let isOfCustomer: SQL = """
        l.merged_into is null and l.state in ('assigned', 'contacted', 'qualified') and l.customer_id is not null
        """
    /// Leads `l`, and as `f` who has each, or the leaver for whom that one has it; and by what it came to the one who has it: whatever
    /// was done about it since counts for nothing.
    private static let held: SQL = """
        lead l
        left join lateral (
            select e.what from lead_event e
            where e.lead_id = l.lead_id and not exists (
                select from lead_event b
                where b.lead_id = l.lead_id and b.revision >= e.revision and b.owner is distinct from l.owner)
            order by e.revision limit 1
        ) v on true
        cross join lateral (
            select case when l.owner_by = 'person' and v.what = 'passed-on' then l.former_owner else l.owner end as login, v.what
        ) f
        """

    /// Who had some leads before they went along with customers.
    static func origins(
        of ids: Set<String>, _ transaction: borrowing Transaction
    ) throws -> [(identifier: String, origin: String?)] {
        try transaction.query(
            """
            select l.lead_id, l.handed_from from lead l
            where l.lead_id = any(\(ids.sorted())) and l.handed_from is not null order by l.lead_id
            """, as: (String, String?).self
        ).map { ($0.0, $0.1) }
    }

    /// Says who had leads before they went along with customers.
    static func note(
        origins: [(identifier: String, origin: String?)], _ transaction: borrowing Transaction
    ) throws {
        guard !origins.isEmpty else { return }
        try transaction.queue(
            """
            update lead l set handed_from = t.origin
            from unnest(\(origins.map(\.identifier)), \(origins.map(\.origin))) as t(lead_id, origin)
            where l.lead_id = t.lead_id
            """)
    }

    /// Writes leads as they stand now.
    static func put(_ leads: some Sequence<Lead>, _ transaction: borrowing Transaction) throws {
        let rows = leads.sorted { $0.leadId.compareBytes(with: $1.leadId) < 0 }
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into lead (
                lead_id, state, merged_into, revision, owner, owner_by, assigned_at, former_owner, pooled_at,
                reason, branch, business_line, customer_id, customer_by, company, contact_name, email, phone,
                consent, source, channel, campaign, first_at, last_at, touches, probability, grade,
                expected_margin, currency, clock_from, due_at, due_stage, contacted_at, contact_minutes,
                closed_at, converted_at, opportunity_id)
            select * from unnest(
                \(rows.map(\.leadId)), \(rows.map(\.state.rawValue)), \(rows.map(\.mergedInto)),
                \(rows.map { Int32($0.revision) }), \(rows.map(\.owner)), \(rows.map { $0.ownerBy?.rawValue }),
                \(rows.map(\.assignedAt)), \(rows.map(\.formerOwner)), \(rows.map(\.pooledAt)),
                \(rows.map { $0.reason?.rawValue }), \(rows.map(\.branch)), \(rows.map(\.businessLine)),
                \(rows.map(\.customerId)), \(rows.map { $0.customerBy?.rawValue }), \(rows.map(\.company)),
                \(rows.map(\.contactName)), \(rows.map(\.email)), \(rows.map(\.phone)),
                \(rows.map { $0.consent?.rawValue }), \(rows.map(\.source)), \(rows.map(\.channel.rawValue)),
                \(rows.map(\.campaign)), \(rows.map(\.firstAt)), \(rows.map(\.lastAt)),
                \(rows.map { Int32($0.touches) }), \(rows.map(\.probability)),
                \(rows.map { $0.grade?.rawValue }), \(rows.map(\.expectedMargin)),
                \(rows.map { $0.currency?.code }), \(rows.map(\.clockFrom)), \(rows.map(\.dueAt)),
                \(rows.map { Int32($0.dueStage) }), \(rows.map(\.contactedAt)),
                \(rows.map { $0.contactMinutes.map { Int32($0) } }), \(rows.map(\.closedAt)),
                \(rows.map(\.convertedAt)), \(rows.map(\.opportunityId)))
            on conflict (lead_id) do update set
                state = excluded.state, merged_into = excluded.merged_into, revision = excluded.revision,
                owner = excluded.owner, owner_by = excluded.owner_by, assigned_at = excluded.assigned_at,
                former_owner = excluded.former_owner, pooled_at = excluded.pooled_at, reason = excluded.reason,
                branch = excluded.branch, business_line = excluded.business_line,
                customer_id = excluded.customer_id, customer_by = excluded.customer_by,
                company = excluded.company, contact_name = excluded.contact_name, email = excluded.email,
                phone = excluded.phone, consent = excluded.consent, first_at = excluded.first_at,
                last_at = excluded.last_at, touches = excluded.touches, probability = excluded.probability,
                grade = excluded.grade, expected_margin = excluded.expected_margin,
                currency = excluded.currency, clock_from = excluded.clock_from, due_at = excluded.due_at,
                due_stage = excluded.due_stage, contacted_at = excluded.contacted_at,
                contact_minutes = excluded.contact_minutes, closed_at = excluded.closed_at,
                converted_at = excluded.converted_at, opportunity_id = excluded.opportunity_id,
                handed_from = case when lead.owner is not distinct from excluded.owner then lead.handed_from end
            """)
    }

    /// Whose a lead is: of whoever has it, or of the branch that should see to it.
    static let homes: SQL = """
        select n.source, n.identifier, c.owner, c.branch, null::date, c.business_line
        from named n
        join lead l on l.lead_id = n.identifier
        join lead c on c.lead_id = coalesce(l.merged_into, l.lead_id)
        """

    /// How many leads that somebody has stand how.
    static func worked(_ transaction: borrowing Transaction) throws -> [(String, Double)] {
        try transaction.query(
            """
            select l.state, count(*)::integer from lead l
            where l.merged_into is null and l.state in ('assigned', 'contacted', 'qualified')
            group by l.state order by l.state
            """, as: (String, Int).self
        ).map { ($0.0, Double($0.1)) }
    }

    // MARK: What was done

    /// Writes down what was done about leads.
    static func put(_ events: [LeadEvent], _ transaction: borrowing Transaction) throws {
        guard !events.isEmpty else { return }
        try transaction.queue(
            """
            insert into lead_event (lead_id, revision, at, what, state, owner, reason, said_by, note, on_behalf_of)
            select * from unnest(
                \(events.map(\.lead.leadId)), \(events.map { Int32($0.lead.revision) }), \(events.map(\.at)),
                \(events.map(\.what)), \(events.map(\.lead.state.rawValue)), \(events.map(\.lead.owner)),
                \(events.map { $0.reason?.rawValue }), \(events.map(\.by)), \(events.map(\.note)),
                \(events.map(\.onBehalfOf)))
            on conflict do nothing
            """)
    }

    /// How many leads people have claimed on days, by the organisation's clocks.
    static func claimed(
        _ asked: [(login: String, day: CalendarDay)], _ transaction: borrowing Transaction
    ) throws -> [Int] {
        guard !asked.isEmpty else { return [] }
        return try transaction.query(
            """
            select count(e.lead_id)::integer
            from unnest(\(asked.map(\.login)), \(asked.map(\.day))) with ordinality as k(login, day, place)
            left join lead_event e on e.what = 'claimed' and e.said_by = k.login
                and e.at >= \(SQL.beginning(of: "k.day")) and e.at < \(SQL.beginning(of: "k.day + 1"))
            group by k.place order by k.place
            """, as: Int.self)
    }
}

extension Lead: PostgresRow {
    init(row: inout RowReader) throws(PostgresError) {
        self.init(
            leadId: try row("lead_id"), state: try row("state"), mergedInto: try row("merged_into"),
            revision: try row("revision"), owner: try row("owner"),
            ownerBy: (try row("owner_by", as: String?.self)).flatMap { LeadGround(rawValue: $0) },
            assignedAt: try row("assigned_at"), formerOwner: try row("former_owner"), pooledAt: try row("pooled_at"),
            reason: try row("reason"), branch: try row("branch"), businessLine: try row("business_line"),
            customerId: try row("customer_id"), customerBy: try row("customer_by"), company: try row("company"),
            contactName: try row("contact_name"), email: try row("email"), phone: try row("phone"),
            consent: try row("consent"), source: try row("source"), channel: try row("channel"),
            campaign: try row("campaign"), firstAt: try row("first_at"), lastAt: try row("last_at"),
            touches: try row("touches"), probability: try row("probability"), grade: try row("grade"),
            expectedMargin: try row("expected_margin"), currency: try row("currency"),
            clockFrom: try row("clock_from"), dueAt: try row("due_at"), dueStage: try row("due_stage"),
            contactedAt: try row("contacted_at"), contactMinutes: try row("contact_minutes"),
            closedAt: try row("closed_at"), convertedAt: try row("converted_at"),
            opportunityId: try row("opportunity_id"))
    }
}

extension LeadState: PostgresDecodable {}
extension LeadReason: PostgresDecodable {}
extension LeadEvidence: PostgresDecodable {}
extension LeadChannel: PostgresDecodable {}
extension LeadGrade: PostgresDecodable {}
extension ConsentState: PostgresDecodable {}
