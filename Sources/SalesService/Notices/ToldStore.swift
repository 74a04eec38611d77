import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of what sales has said by itself and is not over: by it the same is said once, and taken back only where it was said.
///
/// It stands in the table of a former list of notices, `finance_notice`, which the release before reads and writes as well: what
/// one copy has said another one takes back. Whom it was told, and what they did with it, is the notifier's.
enum ToldStore {
    /// Something that was said.
    struct Told {
        /// What it is about names it, so that the same thing is said once.
        let id: String
        let kind: NoticeKind
        let at: Timestamp
    }

    /// Which of some are not over.
    static func open(_ ids: [String], _ transaction: borrowing Transaction) throws -> Set<String> {
        guard !ids.isEmpty else { return [] }
        return Set(
            try transaction.query(
                "select notice_id from finance_notice where notice_id = any(\(ids.sorted())) and cleared_at is null",
                as: String.self))
    }

    /// Writes down what is said, once for ever.
    ///
    /// - Returns: those that were not said before.
    static func first(_ told: [Told], _ transaction: borrowing Transaction) throws -> Set<String> {
        try Set(
            transaction.query("\(insert(told)) on conflict (notice_id) do nothing returning notice_id", as: String.self)
        )
    }

    /// Writes down what is said, also when it was said before and is over. Queued.
    static func again(_ told: [Told], _ transaction: borrowing Transaction) throws(PostgresError) {
        guard !told.isEmpty else { return }
        try transaction.queue(
            """
            \(insert(told))
            on conflict (notice_id) do update set
                told_at = excluded.told_at, cleared_at = null, acknowledged_at = null, acknowledged_by = null
            where finance_notice.told_at < excluded.told_at
            """)
    }

    /// No customer is concerned, `-`: nobody gives it to anybody.
    private static func insert(_ told: [Told]) -> SQL {
        let rows = told.sorted { $0.id < $1.id }
        return """
            insert into finance_notice (notice_id, kind, customer_id, business_line, detail, told_at)
            select t.id, t.kind, '-', '*', '', t.told
            from unnest(\(rows.map(\.id)), \(rows.map(\.kind.rawValue)), \(rows.map(\.at))) as t(id, kind, told)
            order by t.id
            """
    }

    /// Ends what is open of some.
    ///
    /// - Returns: those that were open.
    static func clear(
        _ ids: [String], at time: Timestamp, _ transaction: borrowing Transaction
    ) throws -> Set<String> {
        guard !ids.isEmpty else { return [] }
        let cleared = try transaction.query(
            """
            update finance_notice set cleared_at = \(time)
            where notice_id = any(\(ids.sorted())) and cleared_at is null returning notice_id
            """, as: String.self)
        return Set(cleared)
    }
}
