import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what follows from what is said: what is known of accounts, and who looks after them on which days.
enum OwnershipLifeStore {
    // MARK: What is said

    /// Everything that is said of who looks after some accounts.
    static func facts(
        of accounts: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [AccountKey: OwnershipFacts] {
        let named: SQL = "unnest(\(accounts.map(\.source)), \(accounts.map(\.code))) as k(source, code)"
        let assignments = try transaction.ask(
            """
            select k.source as account_source, k.code as account_code, a.source, a.assignment_id, a.business_line,
                a.from_day, a.until_day, a.branch, a.assigned_at, s.login, s.share
            from \(named)
            join ownership_assignment a on a.customer_source = k.source and a.customer_code = k.code
            join ownership_share s on s.source = a.source and s.assignment_id = a.assignment_id
            where not a.is_withdrawn
            order by a.source, a.assignment_id, s.share desc, s.login
            """, as: AssignmentRow.self)
        let handovers = try transaction.ask(
            """
            select null::text as account_source, null::text as account_code, h.source, h.handover_id, h.from_login,
                h.to_login, h.is_whole, h.from_day, h.until_day, h.handed_at
            from ownership_handover h where h.is_whole and not h.is_withdrawn
            union all
            select k.source, k.code, h.source, h.handover_id, h.from_login, h.to_login, h.is_whole, h.from_day,
                h.until_day, h.handed_at
            from \(named)
            join ownership_handover_customer c on c.customer_source = k.source and c.customer_code = k.code
            join ownership_handover h on h.source = c.source and h.handover_id = c.handover_id
            where not h.is_whole and not h.is_withdrawn
            """, as: HandoverRow.self)
        let orders = try transaction.ask(
            """
            select o.source, o.code, o.business_line, o.placed_at, o.sales_owner, o.branch
            from \(named) join ownership_order o on o.source = k.source and o.code = k.code
            order by o.source, o.code, o.business_line, o.placed_at, o.order_id
            """, as: OrderRow.self)
        let records = try transaction.ask(
            """
            select r.source, r.code, r.from_day, r.sales_owner, r.branch
            from \(named) join ownership_record r on r.source = k.source and r.code = k.code
            order by r.source, r.code, r.said
            """, as: RecordRow.self)
        var found: [AccountKey: OwnershipFacts] = [:]
        for account in accounts { found[account] = OwnershipFacts() }
        for (account, group) in Dictionary(grouping: try assignments.rows(), by: \.account) {
            found[account]?.assignments = AssignmentRow.assignments(group)
        }
        let known = try handovers.rows()
        let whole = known.filter { $0.account == nil }.map(\.handover)
        if !whole.isEmpty { for account in accounts { found[account]?.handovers = whole } }
        for row in known {
            if let account = row.account { found[account]?.handovers.append(row.handover) }
        }
        for row in try orders.rows() {
            found[row.key.account]?.orders[row.key.businessLine, default: []].append(row.word)
        }
        for row in try records.rows() { found[row.account]?.records.append(row.word) }
        return found
    }

    private struct AssignmentRow: PostgresRow {
        let account: AccountKey
        let assignment: OwnershipAssignment

        init(row: inout RowReader) throws(PostgresError) {
            account = AccountKey(source: try row("account_source"), code: try row("account_code"))
            assignment = OwnershipAssignment(
                key: AssignmentKey(source: try row("source"), identifier: try row("assignment_id")),
                businessLine: try row("business_line"),
                days: DayStretch(from: try row("from_day"), until: try row("until_day")),
                owners: [OwnershipShare(login: try row("login"), share: try row("share"))], branch: try row("branch"),
                assignedAt: try row("assigned_at"))
        }

        /// Rows of one share each as assignments.
        static func assignments(_ rows: [AssignmentRow]) -> [OwnershipAssignment] {
            Dictionary(grouping: rows.map(\.assignment), by: \.key).values.compactMap { shares in
                shares.first.map { first in
                    OwnershipAssignment(
                        key: first.key, businessLine: first.businessLine, days: first.days,
                        owners: shares.flatMap(\.owners), branch: first.branch, assignedAt: first.assignedAt)
                }
            }
        }
    }

    private struct HandoverRow: PostgresRow {
        /// `nil` for one of all customers.
        let account: AccountKey?
        let handover: OwnershipHandover

        init(row: inout RowReader) throws(PostgresError) {
            let source: String? = try row("account_source")
            let code: String? = try row("account_code")
            if let source, let code { account = AccountKey(source: source, code: code) } else { account = nil }
            handover = OwnershipHandover(
                key: HandoverKey(source: try row("source"), identifier: try row("handover_id")),
                fromLogin: try row("from_login"), toLogin: try row("to_login"), isWhole: try row("is_whole"),
                days: DayStretch(from: try row("from_day"), until: try row("until_day")),
                handedAt: try row("handed_at"))
        }
    }

    private struct OrderRow: PostgresRow {
        let key: BusinessKey
        let word: OwnershipWord

        init(row: inout RowReader) throws(PostgresError) {
            key = BusinessKey(
                source: try row("source"), code: try row("code"), businessLine: try row("business_line"))
            let placedAt: Timestamp = try row("placed_at")
            word = OwnershipWord(
                day: placedAt.day(), owner: try row("sales_owner"), branch: try row("branch"))
        }
    }

    private struct RecordRow: PostgresRow {
        let account: AccountKey
        let word: OwnershipWord

        init(row: inout RowReader) throws(PostgresError) {
            account = AccountKey(source: try row("source"), code: try row("code"))
            word = OwnershipWord(day: try row("from_day"), owner: try row("sales_owner"), branch: try row("branch"))
        }
    }

    // MARK: What follows

    /// Who looks after some accounts, as it is kept.
    static func lives(
        of accounts: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [BusinessKey: [OwnershipStretch]] {
        let rows = try transaction.query(
            """
            select o.source, o.code, o.business_line, o.from_day, o.until_day, o.owner, o.share, o.ground, o.branch,
                o.handed_from, o.acting_for, o.left_on
            from unnest(\(accounts.map(\.source)), \(accounts.map(\.code))) as k(source, code)
            join ownership o on o.source = k.source and o.code = k.code
            order by o.source, o.code, o.business_line, o.from_day, o.place
            """, as: LifeRow.self)
        var found: [BusinessKey: [OwnershipStretch]] = [:]
        for (key, group) in Dictionary(grouping: rows, by: \.key) {
            var life: [OwnershipStretch] = []
            for row in group {
                if let last = life.last, last.days.from == row.days.from {
                    life[life.count - 1] = OwnershipStretch(
                        days: last.days, ground: last.ground, branch: last.branch, owners: last.owners + [row.owner])
                } else {
                    life.append(
                        OwnershipStretch(
                            days: row.days, ground: row.ground, branch: row.branch, owners: [row.owner]))
                }
            }
            found[key] = life
        }
        return found
    }

    private struct LifeRow: PostgresRow {
        let key: BusinessKey
        let days: DayStretch
        let ground: OwnershipGround
        let branch: String?
        let owner: AccountOwner

        init(row: inout RowReader) throws(PostgresError) {
            key = BusinessKey(
                source: try row("source"), code: try row("code"), businessLine: try row("business_line"))
            days = DayStretch(from: try row("from_day"), until: try row("until_day"))
            ground = OwnershipGround(rawValue: try row("ground")) ?? .record
            branch = try row("branch")
            owner = AccountOwner(
                login: try row("owner"), share: try row("share"), handedFrom: try row("handed_from"),
                actingFor: try row("acting_for"), leftOn: try row("left_on"))
        }
    }

    /// Writes who looks after some accounts in some lines now, in the place of what was kept.
    static func put(
        _ lives: [BusinessKey: [OwnershipStretch]], _ transaction: borrowing Transaction
    ) throws {
        guard !lives.isEmpty else { return }
        let keys = lives.keys.sorted()
        try transaction.queue(
            """
            delete from ownership o
            using unnest(\(keys.map(\.source)), \(keys.map(\.code)), \(keys.map(\.businessLine))) as k(source, code, line)
            where o.source = k.source and o.code = k.code and o.business_line = k.line
            """)
        let rows = keys.flatMap { key in
            (lives[key] ?? []).flatMap { stretch in
                stretch.owners.enumerated().map { place, owner in
                    (key: key, stretch: stretch, place: Int32(place), owner: owner)
                }
            }
        }
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into ownership (source, code, business_line, from_day, until_day, place, owner, share, ground, branch,
                handed_from, acting_for, left_on)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.code)), \(rows.map(\.key.businessLine)),
                \(rows.map(\.stretch.days.from)), \(rows.map(\.stretch.days.until)), \(rows.map(\.place)),
                \(rows.map(\.owner.login)), \(rows.map(\.owner.share)), \(rows.map(\.stretch.ground.rawValue)),
                \(rows.map(\.stretch.branch)), \(rows.map(\.owner.handedFrom)), \(rows.map(\.owner.actingFor)),
                \(rows.map(\.owner.leftOn)))
            """)
    }

    // MARK: What is told

    /// What was told last of some accounts in some lines.
    static func told(
        _ keys: [BusinessKey], _ transaction: borrowing Transaction
    ) throws -> [BusinessKey: KnownRevision] {
        let rows = try transaction.query(
            """
            select source, code, business_line, t.revision, t.fingerprint
            from unnest(\(keys.map(\.source)), \(keys.map(\.code)), \(keys.map(\.businessLine)))
                as k(source, code, business_line)
            join ownership_told t using (source, code, business_line)
            """, as: ToldRow.self)
        return Dictionary(rows.map { ($0.key, $0.known) }) { first, _ in first }
    }

    private struct ToldRow: PostgresRow {
        let key: BusinessKey
        let known: KnownRevision

        init(row: inout RowReader) throws(PostgresError) {
            key = BusinessKey(
                source: try row("source"), code: try row("code"), businessLine: try row("business_line"))
            known = KnownRevision(revision: try row("revision"), fingerprint: try row("fingerprint"))
        }
    }

    /// Writes down what is told.
    static func putTold(_ told: [BusinessKey: KnownRevision], _ transaction: borrowing Transaction) throws {
        guard !told.isEmpty else { return }
        let rows = told.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into ownership_told (source, code, business_line, revision, fingerprint)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.code)), \(rows.map(\.key.businessLine)),
                \(rows.map { Int32($0.value.revision) }), \(rows.map(\.value.fingerprint)))
            on conflict (source, code, business_line) do update set
                revision = excluded.revision, fingerprint = excluded.fingerprint
            """)
    }

    // MARK: Whom it concerns

    /// The accounts that some people look after on any day, have handed over, or looked after when they left.
    static func accounts(
        concerning logins: Set<String>, _ transaction: borrowing Transaction
    ) throws -> Set<AccountKey> {
        let logins = logins.sorted()
        let rows = try transaction.query(
            """
            select source, code from ownership where owner = any(\(logins))
            union select source, code from ownership where acting_for = any(\(logins))
            union select source, code from ownership where handed_from = any(\(logins))
            """, as: (String, String).self)
        return Set(rows.map { AccountKey(source: $0.0, code: $0.1) })
    }

    /// Those from whom customers come to somebody by handovers, at once or by others, and these themselves.
    static func givers(
        to logins: Set<String>, _ transaction: borrowing Transaction
    ) throws -> Set<String> {
        Set(
            try transaction.query(
                """
                with recursive giver(login) as (
                    select * from unnest(\(logins.sorted()))
                    union
                    select h.from_login from giver g join ownership_handover h on h.to_login = g.login
                )
                select login from giver
                """, as: String.self))
    }

    /// Those for whom somebody acts because they have left.
    static func leavers(_ transaction: borrowing Transaction) throws -> Set<String> {
        Set(
            try transaction.query(
                "select distinct acting_for from ownership where acting_for is not null", as: String.self))
    }

    /// How many accounts and lines wait for an owner today because theirs has left: those for which somebody acts, and those
    /// for which nobody does.
    static func waiting(_ transaction: borrowing Transaction) throws -> [(String, Double)] {
        try transaction.query(
            """
            select case when o.owner is null then 'nobody' else 'acting' end, count(*)::float8 from ownership o
            where o.acting_for is not null and \(OpenItemStore.holds("o", on: SQL.day(of: "now()"))) group by 1 order by 1
            """, as: (String, Double).self
        ).map { ($0.0, $0.1) }
    }

    /// Some accounts behind another, in their order: those that are known or have ordered.
    static func accounts(
        after last: AccountKey, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [AccountKey] {
        try transaction.query(
            """
            select source, code from (
                (select source, code from account
                where (source, code) > (\(last.source), \(last.code)) order by source, code limit \(limit))
                union
                (select distinct source, customer_code from orders
                where customer_code is not null and (source, customer_code) > (\(last.source), \(last.code))
                order by source, customer_code limit \(limit))
            ) a order by source, code limit \(limit)
            """, as: (String, String).self
        ).map { AccountKey(source: $0.0, code: $0.1) }
    }
}
