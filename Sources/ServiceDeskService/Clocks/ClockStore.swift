import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what clocks are worked out from, and of what was told of them.
enum ClockStore {
    // MARK: What they are worked out from

    /// Complaints with all that was said of them, in the order in which they came.
    ///
    /// - Parameter condition: which, over the complaint `c`.
    static func facts(where condition: SQL, _ transaction: borrowing Transaction) throws -> [ComplaintFacts] {
        let rows = try transaction.query(
            """
            select c.source, c.complaint_id, c.customer_code, c.customer_of, a.customer_id, c.category, c.severity,
                c.opened_at, c.opened_by, c.class, c.branch, c.agent
            from complaint c left join account a on a.source = c.customer_source and a.code = c.customer_code
            where \(condition)
            order by c.opened_at, c.source, c.complaint_id
            """, as: FactRow.self)
        let keys = Set(rows.map(\.key))
        guard !keys.isEmpty else { return [] }
        let steps = try ComplaintStore.steps(keys, transaction)
        let waits = try WaitStore.waits(keys, transaction)
        return rows.map { row in
            row.facts((steps[row.key] ?? []).map(\.step), (waits[row.key] ?? []).map(\.wait))
        }
    }

    /// The same of some complaints.
    static func facts(
        of keys: some Collection<ComplaintKey>, _ transaction: borrowing Transaction
    ) throws -> [ComplaintFacts] {
        guard !keys.isEmpty else { return [] }
        return try facts(where: among(keys), transaction)
    }

    private static func among(_ keys: some Collection<ComplaintKey>) -> SQL {
        let sorted = keys.sorted()
        return """
            (c.source, c.complaint_id) in (
                select * from unnest(\(sorted.map(\.source)), \(sorted.map(\.complaintId))))
            """
    }

    /// A complaint without what was said of it.
    private struct FactRow: PostgresRow {
        let key: ComplaintKey
        let customerCode: String
        let customerSource: String?
        let customerId: String?
        let category: String
        let severity: String
        let openedAt: Timestamp
        let openedBy: String
        let customerClass: String?
        let branch: String?
        let agent: String?

        init(row: inout RowReader) throws(PostgresError) {
            key = ComplaintKey(source: try row("source"), complaintId: try row("complaint_id"))
            customerCode = try row("customer_code")
            customerSource = try row("customer_of")
            customerId = try row("customer_id")
            category = try row("category")
            severity = try row("severity")
            openedAt = try row("opened_at")
            openedBy = try row("opened_by")
            customerClass = try row("class")
            branch = try row("branch")
            agent = try row("agent")
        }

        func facts(_ steps: [ComplaintProgress.Step], _ waits: [ComplaintWaits.Wait]) -> ComplaintFacts {
            ComplaintFacts(
                key: key, customerCode: customerCode, customerSource: customerSource,
                customerId: customerId
                    ?? AccountIdentifier.customer(source: customerSource ?? key.source, code: customerCode),
                category: category, severity: severity, customerClass: customerClass, branch: branch, agent: agent,
                history: ComplaintHistory(openedAt: openedAt, openedBy: openedBy, steps, waits))
        }
    }

    /// What is known now of the customers and branches of complaints.
    ///
    /// - Parameter condition: which, over the complaint `c`.
    private static func known(where condition: SQL) -> SQL {
        """
        select c.source, c.complaint_id, coalesce(d.branch, a.branch) as branch,
            case when k.classes->>'strategic' = 'yes' then 'strategic' else k.classes->>'value' end as class
        from complaint c
        left join account a on a.source = c.customer_source and a.code = c.customer_code
        left join customer_class k on k.customer_id = a.customer_id
        left join delivery d on d.source = coalesce(c.order_of, c.source) and d.order_id = c.order_id
        where \(condition)
        """
    }

    /// Complaints that are open and of whose customer or branch something else is known than when it was looked at last.
    ///
    /// - Parameter limit: how many at most.
    static func moved(limit: Int, _ transaction: borrowing Transaction) throws -> Set<ComplaintKey> {
        let rows = try transaction.query(
            """
            select c.source, c.complaint_id from complaint c
            join (\(known(where: "c.state <> 'closed'"))) f using (source, complaint_id)
            where (c.class, c.branch) is distinct from (f.class, f.branch)
            order by c.source, c.complaint_id limit \(limit)
            """, as: (String, String).self)
        return Set(rows.map { ComplaintKey(source: $0.0, complaintId: $0.1) })
    }

    /// Takes over what is known now of the customers and branches of complaints, locked.
    static func place(_ keys: some Collection<ComplaintKey>, _ transaction: borrowing Transaction) throws {
        guard !keys.isEmpty else { return }
        try transaction.queue(
            """
            update complaint t set class = f.class, branch = f.branch
            from (\(known(where: among(keys)))) f
            where t.source = f.source and t.complaint_id = f.complaint_id
            """)
    }

    // MARK: What was told

    /// A level of a clock that was reached.
    struct Reached: Sendable, Hashable {
        let key: ComplaintKey
        let clock: ComplaintClock
        let level: Int
    }

    /// What was told of complaints that are open.
    static func told(_ transaction: borrowing Transaction) throws -> Set<Reached> {
        let rows = try transaction.query(
            """
            select r.source, r.complaint_id, r.clock, r.level
            from complaint_reached r join complaint c using (source, complaint_id) where c.state <> 'closed'
            """, as: (String, String, String, Int).self)
        return Set(
            rows.compactMap { row in
                ComplaintClock(rawValue: row.2).map {
                    Reached(key: ComplaintKey(source: row.0, complaintId: row.1), clock: $0, level: row.3)
                }
            })
    }

    /// A level that was told, and whom.
    struct Told: PostgresRow {
        /// `nil` for a clock of a later release.
        let reached: Reached?
        let to: String?

        init(row: inout RowReader) throws(PostgresError) {
            let key = ComplaintKey(source: try row("source"), complaintId: try row("complaint_id"))
            let level = Int(try row("level", as: Int32.self))
            reached = ComplaintClock(rawValue: try row("clock")).map { Reached(key: key, clock: $0, level: level) }
            to = try row("told_to")
        }
    }

    /// The levels that were told of some complaints, the lowest first, each with who was told.
    static func told(
        of keys: some Collection<ComplaintKey>, _ transaction: borrowing Transaction
    ) throws -> [(reached: Reached, to: String?)] {
        guard !keys.isEmpty else { return [] }
        let sorted = keys.sorted()
        return try transaction.query(
            """
            select r.source, r.complaint_id, r.clock, r.level, r.told_to
            from complaint_reached r
            join unnest(\(sorted.map(\.source)), \(sorted.map(\.complaintId))) as k(source, complaint_id)
                using (source, complaint_id)
            order by r.source, r.complaint_id, r.clock, r.level
            """, as: Told.self
        ).compactMap { row in row.reached.map { ($0, row.to) } }
    }

    /// Writes down what is told, and whom.
    ///
    /// - Returns: what was not told before.
    static func tell(
        _ rows: [(reached: Reached, at: Timestamp, to: String?)], at now: Timestamp,
        _ transaction: borrowing Transaction
    ) throws -> Set<Reached> {
        guard !rows.isEmpty else { return [] }
        let fresh = try transaction.query(
            """
            insert into complaint_reached (source, complaint_id, clock, level, reached_at, told_to, told_at)
            select t.source, t.complaint_id, t.clock, t.level, t.reached, t.told_to,
                \(PostgresValue.timestamp(now.description))
            from unnest(
                \(rows.map(\.reached.key.source)), \(rows.map(\.reached.key.complaintId)),
                \(rows.map(\.reached.clock.rawValue)), \(rows.map { Int32($0.reached.level) }),
                \(PostgresValue.timestamps(rows.map(\.at.description))), \(rows.map(\.to)))
                as t(source, complaint_id, clock, level, reached, told_to)
            order by t.source, t.complaint_id, t.clock, t.level
            on conflict do nothing returning source, complaint_id, clock, level
            """, as: (String, String, String, Int).self)
        return Set(
            fresh.compactMap { row in
                ComplaintClock(rawValue: row.2).map {
                    Reached(key: ComplaintKey(source: row.0, complaintId: row.1), clock: $0, level: row.3)
                }
            })
    }

    /// Who was told, for whoever asks.
    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        [
            try arguments.table(
                "told",
                """
                select r.told_at, r.told_to, r.clock, r.level, r.reached_at, r.source, r.complaint_id
                from complaint_reached r
                where r.complaint_id = coalesce(\(arguments["complaintId"].postgresBind)::text, r.complaint_id)
                    and r.source = coalesce(\(arguments["source"].postgresBind)::text, r.source)
                """, transaction)
        ]
    }

    // MARK: Policies

    /// A policy that has held.
    struct HeldPolicy: PostgresRow {
        let version: Int
        let mark: String
        let document: String
        let heldFrom: Timestamp

        init(row: inout RowReader) throws(PostgresError) {
            version = try row("version")
            mark = try row("mark")
            document = try row("document")
            heldFrom = try row("held_from")
        }
    }

    /// The policies that have held, the one in force last first.
    static func policies(_ transaction: borrowing Transaction) throws -> [HeldPolicy] {
        try transaction.query(
            "select version, mark, document, held_from from clock_policy order by held_from desc, version desc",
            as: HeldPolicy.self)
    }

    /// Writes down that a policy holds from now on.
    static func hold(_ policies: ClockPolicies, at now: Timestamp, _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into clock_policy (mark, document, held_from)
            values (\(policies.mark), \(policies.document), \(PostgresValue.timestamp(now.description)))
            on conflict (mark) do update set held_from = excluded.held_from
            """)
    }
}
