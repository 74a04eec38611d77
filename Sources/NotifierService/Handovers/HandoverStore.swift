import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL by which handovers are queued.
enum HandoverStore {
    /// Lets only this transaction plan handovers of some people, until it ends.
    static func lock(_ logins: [String], _ transaction: borrowing Transaction) throws(PostgresError) {
        try KeyLock.lock("handover", logins.map { [$0] }, transaction)
    }

    private struct Crowd: PostgresRow {
        let route: HandoverPlan.Route
        let count: Int

        init(row: inout RowReader) throws(PostgresError) {
            let channel = NoticeChannel(rawValue: try row("channel")) ?? .mail
            route = HandoverPlan.Route(login: try row("login"), channel: channel)
            count = try row("count")
        }
    }

    /// How many handovers of one notice each some people got by each channel since a time.
    static func crowd(
        _ logins: [String], since time: Timestamp, _ transaction: borrowing Transaction
    ) throws -> [HandoverPlan.Route: Int] {
        let rows = try transaction.query(
            """
            select login, channel, count(*) as count from handover
            where login = any(\(logins)) and created_at > \(time) and is_alone
            group by login, channel
            """, as: Crowd.self)
        return Dictionary(rows.map { ($0.route, $0.count) }) { first, _ in first }
    }

    /// Queues handovers: what is planned for a slot that is still queued comes into the handover that is there.
    ///
    /// - Parameter planned: the handovers, each with the server by which it goes.
    static func put(
        _ planned: [(handover: PlannedHandover, server: String)], at now: Timestamp,
        _ transaction: borrowing Transaction
    ) throws {
        guard !planned.isEmpty else { return }
        var numbers = planned.map { _ in 0 }
        var waiting = Array(planned.indices)
        // What is handed over, or is just being handed over, takes nothing more: the next of that slot does.
        while !waiting.isEmpty {
            let ids = waiting.map { planned[$0].handover.identifier(numbers[$0]) }
            let closed = Set(
                try transaction.query(
                    """
                    select handover_id from (
                        select handover_id, state, taken_until from handover where handover_id = any(\(ids))
                        order by handover_id for update) as there
                    where state <> 'queued' or taken_until is not null
                    """, as: String.self))
            waiting = zip(waiting, ids).filter { closed.contains($0.1) }.map(\.0)
            for place in waiting { numbers[place] += 1 }
        }
        let rows = zip(planned, numbers).map {
            (id: $0.handover.identifier($1), handover: $0.handover, server: $0.server)
        }
        .sorted { $0.id < $1.id }
        let handovers = rows.map(\.handover)
        try transaction.queue(
            """
            insert into handover as h (
                handover_id, login, channel, server, address, mode, is_alone, created_at, due_at, severity, state,
                next_try_at)
            select p.handover_id, p.login, p.channel, p.server, p.address, p.mode, p.is_alone, \(now), p.due_at,
                p.severity::smallint, 'queued', p.due_at
            from unnest(
                \(rows.map(\.id)), \(handovers.map(\.login)), \(handovers.map(\.address.channel.rawValue)),
                \(rows.map(\.server)), \(handovers.map(\.address.address)), \(handovers.map(\.mode.rawValue)),
                \(handovers.map(\.isAlone)), \(handovers.map(\.due)),
                \(handovers.map { Int32($0.severity.weight) }))
                as p(handover_id, login, channel, server, address, mode, is_alone, due_at, severity)
            order by p.handover_id
            on conflict (handover_id) do update set severity = greatest(h.severity, excluded.severity)
            """)
        let items = rows.flatMap { row in row.handover.tellings.map { (id: row.id, row: row, telling: $0) } }
            .sorted { ($0.telling.noticeId, $0.id) < ($1.telling.noticeId, $1.id) }
        try transaction.queue(
            """
            insert into handover_notice (handover_id, notice_id, login, channel, occasion)
            select * from unnest(
                \(items.map(\.id)), \(items.map(\.telling.noticeId)), \(items.map(\.telling.login)),
                \(items.map(\.row.handover.address.channel.rawValue)), \(items.map { Int32($0.telling.occasion) }))
            on conflict do nothing
            """)
    }

    // MARK: What failed

    /// A handover that a channel refused, or does not take for long.
    struct Failed {
        let id: String
        let login: String
        let severity: NoticeSeverity
        /// The channels by which the same was tried.
        let tried: [NoticeChannel]
        let tellings: [Telling]
    }

    private struct FailedRow: PostgresRow {
        let id: String
        let severity: NoticeSeverity
        let channels: [NoticeChannel]
        let telling: Telling

        init(row: inout RowReader) throws(PostgresError) {
            id = try row("handover_id")
            severity = NoticeSeverity(weight: Int(try row("severity", as: Int32.self)))
            channels = KeptJSON.texts(try row("channels")).compactMap { NoticeChannel(rawValue: $0) }
            telling = Telling(
                login: try row("login"), noticeId: try row("notice_id"),
                occasion: Int(try row("occasion", as: Int32.self)), kind: try row("kind"), severity: severity)
        }
    }

    /// What some handovers that failed held, and by which channels each of it was tried.
    static func failed(_ ids: [String], _ transaction: borrowing Transaction) throws -> [Failed] {
        guard !ids.isEmpty else { return [] }
        let rows = try transaction.query(
            """
            select i.handover_id, h.login, h.severity::integer as severity, i.notice_id, i.occasion, n.kind,
                (select coalesce(json_agg(distinct o.channel), '[]')::text from handover_notice o
                    where o.notice_id = i.notice_id and o.login = i.login and o.occasion = i.occasion) as channels
            from handover_notice i join handover h using (handover_id) join notice n on n.notice_id = i.notice_id
            where i.handover_id = any(\(ids))
            order by i.handover_id, i.notice_id
            """, as: FailedRow.self)
        return Dictionary(grouping: rows, by: \.id).sorted { $0.key < $1.key }.compactMap { id, rows in
            rows.first.map { first in
                Failed(
                    id: id, login: first.telling.login, severity: first.severity,
                    tried: NoticeChannel.allCases.filter { channel in rows.contains { $0.channels.contains(channel) } },
                    tellings: rows.map(\.telling))
            }
        }
    }
}
