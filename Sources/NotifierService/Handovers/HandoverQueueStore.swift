import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL by which handovers are taken out of the queue, and what came of them is written down.
enum HandoverQueueStore {
    /// Of how many notices of a handover the facts are read: the others are counted, not told one by one. What goes to a program
    /// has those of all.
    static let shown = 100

    /// A handover that is due, in the hand of this copy.
    struct Taken: PostgresRow {
        let id: String
        let login: String
        let address: String
        let severity: NoticeSeverity
        let attempts: Int
        let createdAt: Timestamp

        init(row: inout RowReader) throws(PostgresError) {
            id = try row("handover_id")
            login = try row("login")
            address = try row("address")
            severity = NoticeSeverity(weight: Int(try row("severity", as: Int32.self)))
            attempts = Int(try row("attempts", as: Int32.self))
            createdAt = try row("created_at")
        }
    }

    /// A notice of a handover.
    struct Item: PostgresRow {
        let handoverId: String
        /// Whether its facts were not read: how many there are is not known then.
        let isCut: Bool
        let notice: NoticeRow

        init(row: inout RowReader) throws(PostgresError) {
            handoverId = try row("handover_id")
            isCut = try row("is_cut")
            notice = try NoticeRow(row: &row)
        }
    }

    /// That a notice `n` is still to be told to a recipient `r` on the occasion of an item `i`.
    static func isWaiting(_ now: Timestamp) -> SQL {
        """
        (n.revision > n.cleared_revision and (n.expires_at is null or n.expires_at > \(now)) and r.until is null
            and r.occasion = i.occasion and r.read_at is null and r.done_at is null
            and (r.snoozed_until is null or r.snoozed_until <= \(now)))
        """
    }

    /// How many more handovers a server takes now. What is counted stays locked.
    static func room(
        _ server: String, perMinute: Int, at now: Timestamp, _ transaction: borrowing Transaction
    ) throws(PostgresError) -> Int {
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

    /// Takes handovers that are due, the most important first, but for targets that want to be left alone. What nobody needs to be
    /// told any more is ended instead.
    ///
    /// - Parameters:
    ///   - server: the server by which they go.
    ///   - limit: how many are taken at the most.
    ///   - lease: for how many seconds this copy has them in hand, before another one takes them.
    ///   - floor: from which severity on a target is left alone for a shorter time.
    ///   - now: the time.
    /// - Returns: the handovers, and how many were ended.
    static func take(
        _ server: String, limit: Int, lease: Int64, floor: NoticeSeverity, at now: Timestamp,
        _ transaction: borrowing Transaction
    ) throws -> (taken: [Taken], ended: Int) {
        let due = try transaction.query(
            """
            select h.handover_id from handover h
            where h.state = 'queued' and h.server = \(server) and h.due_at <= \(now) and h.next_try_at <= \(now)
                and (h.taken_until is null or h.taken_until <= \(now))
                and not exists (
                    select from target_pause p where p.server = h.server and p.address = h.address
                        and case when h.severity >= \(Int32(floor.weight)) then p.mattering_until else p.until end > \(now))
            order by h.severity desc, h.due_at, h.handover_id limit \(limit) for update skip locked
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
            returning handover_id, login, address, severity::integer as severity, attempts, created_at
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
                select i.handover_id, i.notice_id, row_number() over w as place,
                    i.channel <> \(NoticeChannel.webhook.rawValue) and row_number() over w > \(shown) as is_cut
                from handover_notice i join notice n on n.notice_id = i.notice_id
                join recipient r on r.notice_id = i.notice_id and r.login = i.login
                where i.handover_id = any(\(ids)) and \(isWaiting(now))
                window w as (partition by i.handover_id order by n.severity desc, n.happened_at, n.notice_id)
            )
            select t.handover_id, t.is_cut, \(NoticeRow.columns(facts: "case when t.is_cut then '[]' else n.facts end"))
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
    ///
    /// - Parameters:
    ///   - outcomes: what came of those that were tried.
    ///   - untried: those whose turn did not come: they stand as if they had not been taken.
    ///   - now: the time.
    static func put(
        _ outcomes: [Outcome], untried: [String], at now: Timestamp, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        let rows = outcomes.sorted { $0.id < $1.id }
        // In the order of their numbers, as whoever plans locks them.
        try transaction.queue(
            """
            select from handover where handover_id = any(\((rows.map(\.id) + untried).sorted()))
            order by handover_id for update
            """)
        if !untried.isEmpty {
            try transaction.queue(
                """
                update handover set attempts = attempts - 1, taken_until = null
                where handover_id = any(\(untried)) and state = 'queued'
                """)
        }
        guard !rows.isEmpty else { return }
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

    /// Leaves targets of a server alone for a while, by their own word: for so many seconds each, and for fewer what matters. Queued.
    static func pause(
        _ server: String, _ targets: [String: (seconds: Int64, words: String)], at now: Timestamp,
        _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        let rows = targets.sorted { $0.key < $1.key }
        guard !rows.isEmpty else { return }
        func until(_ seconds: Int64, _ isMattering: Bool) -> Timestamp {
            now.adding(seconds: BackOffPolicy.rest(seconds, isMattering: isMattering))
        }
        try transaction.queue(
            """
            insert into target_pause as p (server, address, until, mattering_until, server_words)
            select \(server), s.address, s.until, s.mattering_until, s.server_words
            from unnest(
                \(rows.map(\.key)), \(rows.map { until($0.value.seconds, false) }),
                \(rows.map { until($0.value.seconds, true) }), \(rows.map(\.value.words)))
                as s(address, until, mattering_until, server_words)
            order by s.address
            on conflict (server, address) do update set until = greatest(p.until, excluded.until),
                mattering_until = greatest(p.mattering_until, excluded.mattering_until),
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
