import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what was said.
enum NoticeStore {
    /// Lets only this transaction change some notices and whom they are told, until it ends.
    static func lock(_ ids: some Sequence<String>, _ transaction: borrowing Transaction) throws(PostgresError) {
        try KeyLock.lock("notice", Set(ids).sorted().map { [$0] }, transaction)
    }

    /// Takes over what is newer than what is known. Queued.
    ///
    /// - Parameter said: of each notice the highest revision, with the service that says so.
    static func put(
        _ said: [(content: NoticeContent, service: String)], _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        let rows = said.sorted { $0.content.noticeId < $1.content.noticeId }
        guard !rows.isEmpty else { return }
        let contents = rows.map(\.content)
        try transaction.queue(
            """
            insert into notice (
                notice_id, revision, service, kind, object_kind, object_source, object_id, severity, at_stake, currency,
                customer_id, business_line, node, owner, also_to, facts, next_step, due_at, expires_at, happened_at)
            select s.notice_id, s.revision, s.service, s.kind, s.object_kind, s.object_source, s.object_id,
                s.severity::smallint, s.at_stake, s.currency, s.customer_id, s.business_line, s.node, s.owner,
                array(select jsonb_array_elements_text(s.also_to::jsonb)), s.facts, s.next_step, s.due_at, s.expires_at,
                s.happened_at
            from unnest(
                \(contents.map(\.noticeId)), \(contents.map { Int64($0.revision) }), \(rows.map(\.service)),
                \(contents.map(\.kind)), \(contents.map(\.about.kind)), \(contents.map(\.about.source)),
                \(contents.map(\.about.identifier)), \(contents.map { Int32($0.severity.weight) }),
                \(contents.map(\.atStake)), \(contents.map { $0.currency?.code }), \(contents.map(\.customerId)),
                \(contents.map(\.businessLine)), \(contents.map(\.node)), \(contents.map(\.owner)),
                \(contents.map { KeptJSON.text($0.alsoTo) }), \(contents.map { KeptJSON.text($0.facts) }),
                \(contents.map(\.next)), \(contents.map(\.dueAt)), \(contents.map(\.expiresAt)),
                \(contents.map(\.happenedAt)))
                as s(notice_id, revision, service, kind, object_kind, object_source, object_id, severity, at_stake,
                    currency, customer_id, business_line, node, owner, also_to, facts, next_step, due_at, expires_at,
                    happened_at)
            order by s.notice_id
            on conflict (notice_id) do update set
                revision = excluded.revision, service = excluded.service, kind = excluded.kind,
                object_kind = excluded.object_kind, object_source = excluded.object_source,
                object_id = excluded.object_id, severity = excluded.severity, at_stake = excluded.at_stake,
                currency = excluded.currency, customer_id = excluded.customer_id,
                business_line = excluded.business_line, node = excluded.node, owner = excluded.owner,
                also_to = excluded.also_to, facts = excluded.facts, next_step = excluded.next_step,
                due_at = excluded.due_at, expires_at = excluded.expires_at, happened_at = excluded.happened_at
            where excluded.revision > notice.revision
            """)
    }

    /// Takes over clearings that are newer than what is known. Queued.
    ///
    /// - Parameter cleared: of each notice the highest revision.
    static func clear(_ cleared: [NoticeCleared], _ transaction: borrowing Transaction) throws(PostgresError) {
        let rows = cleared.sorted { $0.noticeId < $1.noticeId }
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into notice (notice_id, cleared_revision, cleared_at, cleared_why)
            select * from unnest(
                \(rows.map(\.noticeId)), \(rows.map { Int64($0.revision) }), \(rows.map(\.clearedAt)),
                \(rows.map(\.reason))) as c(notice_id, cleared_revision, cleared_at, cleared_why)
            order by notice_id
            on conflict (notice_id) do update set
                cleared_revision = excluded.cleared_revision, cleared_at = excluded.cleared_at,
                cleared_why = excluded.cleared_why
            where excluded.cleared_revision > notice.cleared_revision
            """)
    }

    /// Some notices as they stand; those that are not there are left out.
    static func load(_ ids: [String], _ transaction: borrowing Transaction) throws -> [NoticeRow] {
        try transaction.query(
            "select \(NoticeRow.columns) from notice n where n.notice_id = any(\(ids)) order by n.notice_id",
            as: NoticeRow.self)
    }

    /// Writes down who answers for notices in the place of an owner who is not there. Queued.
    static func put(
        _ instead: [(id: String, role: RecipientRole?)], _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        guard !instead.isEmpty else { return }
        try transaction.queue(
            """
            update notice n set told_instead = s.role
            from unnest(\(instead.map(\.id)), \(instead.map { $0.role?.rawValue })) as s(notice_id, role)
            where n.notice_id = s.notice_id and n.told_instead is distinct from s.role
            """)
    }

    /// Whether somebody else is named than was, of a table called `n`: a later word names anew, also that of a copy of the release before.
    static let isMoved: SQL = "n.moved_revision = n.revision"

    /// Whose it is now, an expression over a row.
    ///
    /// - Parameter row: what the statement calls the row.
    static func owner(_ row: String) -> String {
        "case when \(row).moved_revision = \(row).revision then \(row).moved_owner else \(row).owner end"
    }

    /// Writes down who is named by notices now. Queued.
    static func name(_ notices: [NoticeRow], _ transaction: borrowing Transaction) throws(PostgresError) {
        guard !notices.isEmpty else { return }
        try transaction.queue(
            """
            update notice n set moved_revision = case when s.is_moved then n.revision end, moved_owner = s.owner,
                moved_also_to = array(select jsonb_array_elements_text(s.also_to::jsonb))
            from unnest(
                \(notices.map(\.id)), \(notices.map { $0.moved != nil }), \(notices.map { $0.moved?.owner }),
                \(notices.map { KeptJSON.text($0.moved?.alsoTo ?? []) })) as s(notice_id, is_moved, owner, also_to)
            where n.notice_id = s.notice_id
            """)
    }

    /// The next open notices of a customer behind one, in the order of their identifiers.
    static func open(
        of customer: String, after id: String, limit: Int, _ transaction: borrowing Transaction
    ) throws(PostgresError) -> [String] {
        try transaction.query(
            """
            select notice_id from notice
            where customer_id = \(customer) and revision > cleared_revision and notice_id > \(id)
            order by notice_id limit \(limit)
            """, as: String.self)
    }

    /// The next open notices behind one, in the order of their identifiers.
    static func open(
        after id: String, limit: Int, _ transaction: borrowing Transaction
    ) throws(PostgresError) -> [String] {
        try transaction.query(
            """
            select notice_id from notice where revision > cleared_revision and notice_id > \(id)
            order by notice_id limit \(limit)
            """, as: String.self)
    }

    /// How many open notices are told somebody in the place of an owner, by whom.
    static func ownerless(_ transaction: borrowing Transaction) throws(PostgresError) -> [(String, Double)] {
        try transaction.query(
            """
            select r.role, count(n.notice_id)::float8
            from (values ('manager'), ('operator')) as r(role)
            left join notice n on n.told_instead = r.role and n.revision > n.cleared_revision
            group by r.role
            """, as: (String, Double).self
        ).map { ($0.0, $0.1) }
    }
}
