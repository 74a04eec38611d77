import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL by which handovers are taken out of the queue, and what came of them is written down.
enum HandoverQueueStore {
    /// How long a copy may have a handover in hand before another one takes it.
    static let lease: Int64 = 600
    /// Of how many notices of a handover the facts are read: the others are counted, not told one by one.
    static let shown = 100

    /// A handover that is due, in the hand of this copy.
    struct Taken: PostgresRow {
        let id: String
        let login: String
        let address: String
        let severity: NoticeSeverity
        let attempts: Int
        let createdAt: Timestamp
        let dueAt: Timestamp
        /// When this try was to be.
        let triedAt: Timestamp

        init(row: inout RowReader) throws(PostgresError) {
            id = try row("handover_id")
            login = try row("login")
            address = try row("address")
            severity = NoticeSeverity(weight: Int(try row("severity", as: Int32.self)))
            attempts = Int(try row("attempts", as: Int32.self))
            createdAt = try row("created_at")
            dueAt = try row("due_at")
            triedAt = try row("next_try_at")
        }
    }

    /// A notice of a handover.
    struct Item: PostgresRow {
        let handoverId: String
        let notice: NoticeRow

        init(row: inout RowReader) throws(PostgresError) {
            handoverId = try row("handover_id")
            notice = try NoticeRow(row: &row)
        }
    }

    /// That a notice `n` is still to be told to a recipient `r` on the occasion of an item `i`.
    private static func isWaiting(_ now: Timestamp) -> SQL {
        """
        (n.revision > n.cleared_revision and (n.expires_at is null or n.expires_at > \(now)) and r.until is null
            and r.occasion = i.occasion and r.read_at is null and r.done_at is null
            and (r.snoozed_until is null or r.snoozed_until <= \(now)))
        """
    }

    /// How many more handovers a server takes now: none while it wants to be left alone. What is counted stays locked.
    static func room(
        _ server: String, perMinute: Int, at now: Timestamp, _ transaction: borrowing Transaction
    ) throws(PostgresError) -> Int {
        let pauses = try transaction.query(
            "select count(*) from server_pause where server = \(server) and until > \(now)", as: Int.self)
        guard pauses.first == 0 else { return 0 }
        try transaction.queue(
            """
            insert into server_minute (server, minute, handed) values (\(server), date_trunc('minute', \(now)), 0)
            on conflict do nothing
            """)
        let handed = try transaction.query(
            """
            select handed from server_minute where server = \(server) and minute = date_trunc('minute', \(now))
            for update
            """, as: Int32.self)
        return max(0, perMinute - Int(handed.first ?? 0))
    }

    /// Takes handovers that are due, the most important first. What nobody needs to be told any more is ended instead.
    ///
    /// - Returns: the handovers, and how many were ended.
    static func take(
        _ server: String, limit: Int, at now: Timestamp, _ transaction: borrowing Transaction
    ) throws -> (taken: [Taken], ended: Int) {
        let due = try transaction.query(
            """
            select handover_id from handover
            where state = 'queued' and server = \(server) and due_at <= \(now) and next_try_at <= \(now)
                and (taken_until is null or taken_until <= \(now))
            order by severity desc, due_at, handover_id limit \(limit) for update skip locked
            """, as: String.self)
        guard !due.isEmpty else { return ([], 0) }
        let ended = try transaction.execute(
            """
            update handover h set state = case when e.is_read then 'read' else 'expired' end, ended_at = \(now),
                taken_until = null
            from (
                select d.handover_id, coalesce(bool_or(
                    r.read_at is not null or r.done_at is not null or r.snoozed_until > \(now)), false) as is_read
                from unnest(\(due)) as d(handover_id)
                left join handover_notice i on i.handover_id = d.handover_id
                left join notice n on n.notice_id = i.notice_id
                left join recipient r on r.notice_id = i.notice_id and r.login = i.login
                group by d.handover_id
                having not coalesce(bool_or(\(isWaiting(now))), false)
            ) e
            where h.handover_id = e.handover_id
            """)
        let taken = try transaction.query(
            """
            update handover set attempts = attempts + 1, taken_until = \(now.adding(seconds: lease))
            where handover_id = any(\(due)) and state = 'queued'
            returning handover_id, login, address, severity::integer as severity, attempts, created_at, due_at, next_try_at
            """, as: Taken.self)
        try transaction.queue(
            """
            update server_minute set handed = handed + \(Int32(taken.count))
            where server = \(server) and minute = date_trunc('minute', \(now))
            """)
        try transaction.queue(
            "delete from server_minute where server = \(server) and minute < \(now.adding(seconds: -3_600))")
        return (
            taken.sorted { (-$0.severity.weight, $0.createdAt, $0.id) < (-$1.severity.weight, $1.createdAt, $1.id) },
            ended
        )
    }

    /// What is in some handovers and still to be told, the most important first.
    static func items(
        _ ids: [String], at now: Timestamp, _ transaction: borrowing Transaction
    ) throws -> [String: [Item]] {
        let rows = try transaction.query(
            """
            with told as (
                select i.handover_id, i.notice_id, row_number() over (
                    partition by i.handover_id order by n.severity desc, n.happened_at, n.notice_id) as place
                from handover_notice i join notice n on n.notice_id = i.notice_id
                join recipient r on r.notice_id = i.notice_id and r.login = i.login
                where i.handover_id = any(\(ids)) and \(isWaiting(now))
            )
            select t.handover_id, \(NoticeRow.columns(facts: "case when t.place <= \(shown) then n.facts else '[]' end"))
            from told t join notice n on n.notice_id = t.notice_id order by t.handover_id, t.place
            """, as: Item.self)
        return Dictionary(grouping: rows, by: \.handoverId)
    }

    /// Every notice in some handovers.
    static func notices(_ ids: [String], _ transaction: borrowing Transaction) throws -> [String: [String]] {
        let rows = try transaction.query(
            """
            select handover_id, notice_id from handover_notice where handover_id = any(\(ids))
            order by handover_id, notice_id
            """, as: (String, String).self)
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }

    // MARK: What came of it

    /// What came of a handover that this copy had in hand.
    struct Outcome {
        let id: String
        /// The state in which it ends; `nil` when it is tried again.
        let state: String?
        /// When it is tried again.
        let next: Timestamp?
        let words: String
    }

    /// Writes down what came of handovers. One that another copy has ended meanwhile stays as it is.
    static func put(
        _ outcomes: [Outcome], at now: Timestamp, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        guard !outcomes.isEmpty else { return }
        let rows = outcomes.sorted { $0.id < $1.id }
        // In the order of their numbers, as whoever plans locks them.
        try transaction.queue(
            "select from handover where handover_id = any(\(rows.map(\.id))) order by handover_id for update")
        try transaction.queue(
            """
            update handover h set state = coalesce(o.state, h.state), server_words = o.words, taken_until = null,
                next_try_at = coalesce(o.next_try_at, h.next_try_at),
                ended_at = case when o.state is null then null else \(now) end
            from unnest(\(rows.map(\.id)), \(rows.map(\.state)), \(rows.map(\.next)), \(rows.map(\.words)))
                as o(handover_id, state, next_try_at, words)
            where h.handover_id = o.handover_id and h.state = 'queued'
            """)
    }

    /// Leaves a server alone for a while, by its own word. Queued.
    static func pause(
        _ server: String, until time: Timestamp, _ words: String, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        try transaction.queue(
            """
            insert into server_pause as p (server, until, server_words) values (\(server), \(time), \(words))
            on conflict (server) do update set until = greatest(p.until, excluded.until),
                server_words = excluded.server_words
            """)
    }

    /// How many handovers stand in each state, of those that have ended only the last day's.
    static func states(_ transaction: borrowing Transaction) throws(PostgresError) -> [(String, Double)] {
        try transaction.query(
            """
            select s.state, (
                select count(*) from handover h
                where h.state = s.state and (s.state = 'queued' or h.ended_at > now() - interval '1 day'))::float8
            from (values ('queued'), ('handed-over'), ('refused'), ('expired'), ('read')) as s(state)
            """, as: (String, Double).self
        ).map { ($0.0, $0.1) }
    }
}
