import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of whom notices are told, and of what they have done with them.
enum RecipientStore {
    private struct Row: PostgresRow {
        let noticeId: String
        let login: String
        let state: RecipientState

        init(row: inout RowReader) throws(PostgresError) {
            noticeId = try row("notice_id")
            login = try row("login")
            state = RecipientState(
                role: RecipientRole(rawValue: try row("role")) ?? .also, until: try row("until"),
                occasion: Int(try row("occasion", as: Int32.self)), toldRevision: try row("told_revision"),
                toldSeverity: Int(try row("told_severity", as: Int32.self)), readAt: try row("read_at"),
                snoozedUntil: try row("snoozed_until"), doneAt: try row("done_at"))
        }
    }

    /// Where people stand with some notices, by notice and login.
    static func load(
        _ ids: [String], _ transaction: borrowing Transaction
    ) throws -> [String: [String: RecipientState]] {
        let rows = try transaction.query(
            """
            select notice_id, login, role, until, occasion, told_revision, told_severity::integer as told_severity,
                read_at, snoozed_until, done_at
            from recipient where notice_id = any(\(ids))
            """, as: Row.self)
        return rows.reduce(into: [:]) { $0[$1.noticeId, default: [:]][$1.login] = $1.state }
    }

    /// Writes down where people stand. What they did on an earlier occasion is gone with it. Queued.
    static func put(
        _ rows: [(noticeId: String, login: String, state: RecipientState)], at now: Timestamp,
        _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        guard !rows.isEmpty else { return }
        let rows = rows.sorted { ($0.noticeId, $0.login) < ($1.noticeId, $1.login) }
        let states = rows.map(\.state)
        try transaction.queue(
            """
            insert into recipient as r (
                notice_id, login, role, since, until, occasion, told_revision, told_severity, read_at, snoozed_until,
                done_at)
            select s.notice_id, s.login, s.role, \(now), s.until, s.occasion, s.told_revision,
                s.told_severity::smallint, s.read_at, s.snoozed_until, s.done_at
            from unnest(
                \(rows.map(\.noticeId)), \(rows.map(\.login)), \(states.map(\.role.rawValue)),
                \(states.map(\.until)), \(states.map { Int32($0.occasion) }),
                \(states.map { Int64($0.toldRevision) }), \(states.map { Int32($0.toldSeverity) }),
                \(states.map(\.readAt)), \(states.map(\.snoozedUntil)), \(states.map(\.doneAt)))
                as s(notice_id, login, role, until, occasion, told_revision, told_severity, read_at, snoozed_until,
                    done_at)
            order by s.notice_id, s.login
            on conflict (notice_id, login) do update set
                role = excluded.role, until = excluded.until, occasion = excluded.occasion,
                told_revision = excluded.told_revision, told_severity = excluded.told_severity,
                read_at = excluded.read_at,
                read_by = case when r.occasion = excluded.occasion then r.read_by end,
                acknowledged_at = case when r.occasion = excluded.occasion then r.acknowledged_at end,
                snoozed_until = excluded.snoozed_until, done_at = excluded.done_at
            """)
    }

    // MARK: What people do

    /// What somebody did with a notice of theirs.
    struct Mark {
        let noticeId: String
        let login: String
        let mark: NoticeMark
        let at: Timestamp
        let until: Timestamp?
        let channel: String?
    }

    /// Of some notices and people, those that are told and not cleared.
    static func told(
        _ marks: [(noticeId: String, login: String)], _ transaction: borrowing Transaction
    ) throws -> Set<[String]> {
        let rows = try transaction.query(
            """
            select r.notice_id, r.login
            from recipient r join unnest(\(marks.map(\.noticeId)), \(marks.map(\.login))) as m(notice_id, login)
                on m.notice_id = r.notice_id and m.login = r.login
            where r.until is null
            """, as: (String, String).self)
        return Set(rows.map { [$0.0, $0.1] })
    }

    /// Writes down what people did: whatever it was, they have read it. In whichever order their words come, the earliest
    /// reading and the longest pause stay. Queued.
    static func put(_ marks: [Mark], _ transaction: borrowing Transaction) throws(PostgresError) {
        guard !marks.isEmpty else { return }
        func times(_ wanted: NoticeMark, _ time: KeyPath<Mark, Timestamp> = \.at) -> [Timestamp?] {
            marks.map { $0.mark == wanted ? $0[keyPath: time] : nil }
        }
        try transaction.queue(
            """
            update recipient r set
                read_at = least(r.read_at, m.read_at), read_by = coalesce(r.read_by, m.channel),
                acknowledged_at = least(r.acknowledged_at, m.acknowledged_at),
                done_at = least(r.done_at, m.done_at), snoozed_until = greatest(r.snoozed_until, m.snoozed_until)
            from (
                select notice_id, login, min(at) as read_at, min(channel) as channel, min(taken) as acknowledged_at,
                    min(done) as done_at, max(until) as snoozed_until
                from unnest(
                    \(marks.map(\.noticeId)), \(marks.map(\.login)), \(marks.map(\.at)), \(marks.map(\.channel)),
                    \(times(.acknowledged)), \(times(.done)), \(marks.map(\.until)))
                    as said(notice_id, login, at, channel, taken, done, until)
                group by notice_id, login
            ) m
            where r.notice_id = m.notice_id and r.login = m.login
            """)
    }

    // MARK: When people change

    /// By which state of people and policy, and of which day, open notices were addressed last; nothing before the first time.
    static func addressed(_ transaction: borrowing Transaction) throws(PostgresError) -> (
        mark: String, day: CalendarDay
    )? {
        try transaction.query("select mark, day from addressed", as: (String, CalendarDay).self).first
            .map { (mark: $0.0, day: $0.1) }
    }

    /// The state of people and policy as it is now.
    static func mark(_ transaction: borrowing Transaction) throws(PostgresError) -> String {
        try transaction.query("select mark::text from people_mark", as: String.self).first ?? ""
    }

    /// Writes down by which state of people and policy open notices are addressed. Queued.
    static func addressed(
        by mark: String, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        try transaction.queue(
            """
            insert into addressed (mark, day) values (\(mark), \(day))
            on conflict (only_one) do update set mark = excluded.mark, day = excluded.day
            """)
    }
}
