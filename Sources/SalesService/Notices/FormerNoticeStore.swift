import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of notices that the release before has told from here.
enum FormerNoticeStore {
    /// For whom each of some notices is that are there, locked in one order.
    static func lock(
        _ ids: Set<String>, _ transaction: borrowing Transaction
    ) throws -> [String: String?] {
        let rows = try transaction.query(
            """
            select notice_id, sales_owner from finance_notice
            where notice_id = any(\(ids.sorted())) order by notice_id for update
            """, as: (String, String?).self)
        return Dictionary(rows.map { ($0.0, $0.1) }) { first, _ in first }
    }

    /// Whose a notice is: of whom it is told, and where the customer is looked after.
    static let subjects = ActSubjects([.notice: homes(OrderStore.accounts.home("a"))])

    private static func homes(_ account: (owner: SQL, branch: SQL)) -> SQL {
        let day: SQL = "case when f.branch is not null then \(unsafe: ScopedTable.day(of: "f.told_at")) end"
        return """
            select n.source, n.identifier, h.owner, h.branch, h.day, f.business_line
            from named n join finance_notice f on f.notice_id = n.identifier
            cross join lateral (
                select f.sales_owner as owner, f.branch, \(day) as day
                union all
                select coalesce(f.sales_owner, \(account.owner)), \(account.branch), null::date from account a
                where a.customer_id = f.customer_id and (f.sales_owner is null or \(account.owner) = f.sales_owner)
                union all
                select s.owner, null, null from notice_share s where s.notice_id = f.notice_id
            ) h
            """
    }

    /// Writes down who has read notices that nobody had. Queued.
    static func put(
        _ ids: [String], readBy person: String, at time: Timestamp, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        try transaction.queue(
            """
            update finance_notice set acknowledged_at = \(time), acknowledged_by = \(person)
            where notice_id = any(\(ids.sorted())) and acknowledged_at is null
            """)
    }
}
