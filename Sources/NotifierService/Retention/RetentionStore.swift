import Domain
import Postgres
import ServiceKit

/// The SQL that takes away what is past its time.
enum RetentionStore {
    /// Takes away notices that have been over for long: cleared, or expired, before a time. One of which a handover is kept stays
    /// with it.
    ///
    /// - Returns: how many.
    static func dropNotices(
        before time: Timestamp, limit: Int, _ transaction: borrowing Transaction
    ) throws -> Int {
        let isPast: SQL = """
            ((n.revision <= n.cleared_revision and n.cleared_at < \(time)) or n.expires_at < \(time))
                and not exists (select from handover_notice i where i.notice_id = n.notice_id)
            """
        let found = try transaction.query(
            "select n.notice_id from notice n where \(isPast) order by n.notice_id limit \(limit)", as: String.self)
        guard !found.isEmpty else { return 0 }
        // What was said of them meanwhile is seen behind their locks.
        try NoticeStore.lock(found, transaction)
        let gone = try transaction.query(
            "select n.notice_id from notice n where n.notice_id = any(\(found)) and \(isPast) order by n.notice_id",
            as: String.self)
        try transaction.queue("delete from recipient where notice_id = any(\(gone))")
        try transaction.queue("delete from notice where notice_id = any(\(gone))")
        return gone.count
    }

    /// Takes away handovers that ended before a time.
    ///
    /// - Returns: how many.
    static func dropHandovers(
        before time: Timestamp, limit: Int, _ transaction: borrowing Transaction
    ) throws -> Int {
        let gone = try transaction.query(
            """
            select handover_id from handover where ended_at < \(time) order by ended_at, handover_id limit \(limit)
            for update skip locked
            """, as: String.self)
        guard !gone.isEmpty else { return 0 }
        try transaction.queue("delete from handover_notice where handover_id = any(\(gone))")
        try transaction.queue("delete from handover where handover_id = any(\(gone))")
        return gone.count
    }
}
