import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what matters and waits for long.
enum HandoverWatchStore {
    /// What has waited for longer than ``BackOffPolicy/patience`` and was not looked at, the most important first.
    ///
    /// - Parameters:
    ///   - floor: from which severity on it matters.
    ///   - limit: how many at the most.
    ///   - now: the time.
    static func late(
        _ floor: NoticeSeverity, limit: Int, at now: Timestamp, _ transaction: borrowing Transaction
    ) throws -> [String] {
        try transaction.query(
            """
            select h.handover_id from handover h
            where h.state = 'queued' and h.another_at is null and h.severity >= \(Int32(floor.weight))
                and h.due_at <= \(now.adding(seconds: -BackOffPolicy.patience))
                and exists (
                    select from handover_notice i join notice n on n.notice_id = i.notice_id
                    join recipient r on r.notice_id = i.notice_id and r.login = i.login
                    where i.handover_id = h.handover_id and n.severity >= \(Int32(floor.weight))
                        and \(HandoverQueueStore.isWaiting(now)))
            order by h.severity desc, h.due_at limit \(limit)
            """, as: String.self)
    }

    /// Writes down that the next channel was asked as well.
    ///
    /// - Returns: those of them that still wait, and of which no other copy has written it down.
    static func mark(
        _ ids: [String], at now: Timestamp, _ transaction: borrowing Transaction
    ) throws -> [String] {
        // In the order of their numbers, as whoever plans locks them.
        try transaction.queue(
            "select from handover where handover_id = any(\(ids.sorted())) order by handover_id for update")
        return try transaction.query(
            """
            update handover set another_at = \(now)
            where handover_id = any(\(ids)) and another_at is null and state = 'queued' returning handover_id
            """, as: String.self)
    }

    /// How many handovers of what matters wait for longer than ``BackOffPolicy/patience`` while no other channel has told the same
    /// and its reader has not read it, and for how long the first of them does, in seconds.
    static func untold(
        _ floor: NoticeSeverity, _ transaction: borrowing Transaction
    ) throws(PostgresError) -> [(count: Double, age: Double)] {
        try transaction.query(
            """
            select count(*)::float8, coalesce(extract(epoch from clock_timestamp() - min(h.due_at)), 0)::float8
            from handover h
            where h.state = 'queued' and h.severity >= \(Int32(floor.weight)) and h.another_at is not null
                and exists (
                    select from handover_notice i join notice n on n.notice_id = i.notice_id
                    join recipient r on r.notice_id = i.notice_id and r.login = i.login
                    where i.handover_id = h.handover_id and n.revision > n.cleared_revision and r.until is null
                        and r.occasion = i.occasion and r.read_at is null and r.done_at is null)
                and not exists (
                    select from handover_notice i
                    join handover_notice o on o.notice_id = i.notice_id and o.login = i.login and o.occasion = i.occasion
                    join handover g on g.handover_id = o.handover_id
                    where i.handover_id = h.handover_id and g.state = 'handed-over')
            """, as: (Double, Double).self
        ).map { (count: $0.0, age: $0.1) }
    }
}
