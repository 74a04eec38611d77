import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of notices as people see them: with the customer's name, and for whom they are.
enum NoticeReadingStore {
    /// Notices `n` with what is known of their customer `c`. One that names nobody is for whoever looks after the customer, as
    /// far as anybody is known.
    private static let notices: SQL = """
        finance_notice n cross join lateral (
            select (array_agg(a.name order by a.source, a.code) filter (where a.name <> ''))[1] as name,
                (array_agg(a.sales_owner order by a.source, a.code) filter (where a.sales_owner <> ''))[1] as owner
            from account a where a.customer_id = n.customer_id
        ) c
        """

    /// For whom a notice is; nobody, where the one it was for has left and nobody is above them.
    private static let reader: SQL =
        "case when n.acting_for is null then coalesce(n.sales_owner, c.owner) else n.sales_owner end"

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let state = try arguments.required("state")
        return [
            try arguments.table(
                "notices of finance",
                """
                select n.told_at, n.kind, c.name as customer, n.order_id, n.invoice_id, n.business_line,
                    -- Asked for one of those who share it, it is that one's.
                    coalesce(
                        (select s.owner from notice_share s
                            where s.notice_id = n.notice_id and s.owner = \(arguments["owner"])), \(reader))
                        as sales_owner, n.detail, n.notice_id, n.customer_id, n.acknowledged_at, n.acknowledged_by,
                    n.cleared_at, n.acting_for, n.branch, n.shared_with
                from \(notices)
                where n.kind = coalesce(\(arguments["kind"]), n.kind) and (\(state) = 'all' or n.cleared_at is null
                    and (n.acknowledged_at is not null) = (\(state) = 'acknowledged'))
                """, transaction)
        ]
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

    /// For whom each of some notices is that are there, locked in one order.
    static func lock(
        _ ids: Set<String>, _ transaction: borrowing Transaction
    ) throws -> [String: NoticeReading.Addressees] {
        let rows = try transaction.query(
            """
            select n.notice_id, \(reader),
                -- No login holds a control character.
                (select string_agg(s.owner, chr(10) order by s.place, s.owner) from notice_share s
                    where s.notice_id = n.notice_id)
            from \(notices)
            where n.notice_id = any(\(ids.sorted())) order by n.notice_id for update of n
            """, as: (String, String?, String?).self)
        let found = rows.map { id, owner, sharers in
            let logins = sharers?.split(separator: "\n").map(String.init) ?? []
            return (id, NoticeReading.Addressees(owner: owner, sharers: logins))
        }
        return Dictionary(found) { first, _ in first }
    }

    /// Writes down who has read notices that nobody had.
    static func put(
        _ ids: [String], readBy person: String, at time: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            update finance_notice set acknowledged_at = \(PostgresValue.timestamp(time.description)),
                acknowledged_by = \(person)
            where notice_id = any(\(ids.sorted())) and acknowledged_at is null
            """)
    }
}
