import Domain
import Postgres
import ServiceKit

/// Whose the notices and anomalies are that are open: they go with who looks after the customer, from day to day.
///
/// Where several look after it together a notice is for each of them with that share, and in the name of the one with the
/// greatest; so is an anomaly, for that one alone. What is for one person by name, such as an escalation or a budget, stays
/// with that person, until that one leaves.
enum OpenItemStore {
    /// The condition that a notice is open and goes with its customer.
    ///
    /// - Parameter row: what the statement calls the row.
    static func goesWithCustomer(_ row: String) -> SQL {
        "\(isOpen(row)) and \(unsafe: row).customer_id <> '-' and \(unsafe: row).kind <> 'alert-escalated'"
    }

    private static func isOpen(_ row: String) -> SQL {
        "\(unsafe: row).cleared_at is null and \(unsafe: row).acknowledged_at is null"
    }

    /// The condition that a row of `ownership`, or a handover, holds on a day.
    static func holds(_ row: String, on day: SQL) -> SQL {
        "\(unsafe: row).from_day <= \(day) and (\(unsafe: row).until_day is null or \(unsafe: row).until_day >= \(day))"
    }

    /// Who looks after a customer in a line on a day: no row, or one with `owner` and `acting_for`, and by which stretch of
    /// `ownership` (`source`, `code`, `line`, `since`).
    ///
    /// Of a customer with several codes that of which most is said counts; what is about all lines goes by what is said of
    /// all, or else by the line that has changed last.
    private static func owner(ofCustomer customer: SQL, line: SQL, on day: SQL) -> SQL {
        """
        (
            select w.owner, w.acting_for, a.source, a.code, w.line, w.since
            from account a
            cross join lateral (
                select y.owner, y.acting_for, y.ground, y.business_line as line, y.from_day as since from ownership y
                where y.source = a.source and y.code = a.code
                    and (y.business_line in (\(line), '*') or \(line) in ('*', '')) and \(holds("y", on: day))
                order by y.business_line = \(line) desc, y.business_line = '*' desc, y.from_day desc, y.business_line,
                    y.place
                limit 1
            ) w
            where a.customer_id = \(customer)
            order by array_position(array['assigned', 'inherited', 'order', 'record'], w.ground), a.source, a.code
            limit 1
        )
        """
    }

    /// Who has been handed a customer over by somebody, and holds it on a day: no row, or one with `owner` and `since`.
    ///
    /// Handovers are followed: whoever got the customer by one and has handed it on has a successor, too. While one of those that
    /// lead from somebody to the owner has a last day there is none: work would not come back. What is said of the code itself
    /// comes before what is said of another code of the customer.
    ///
    /// - Parameters:
    ///   - login: who has handed it over, an expression.
    ///   - account: the customer's source and code, and its identifier where no code names it; expressions.
    ///   - line: the line of business, an expression; one that is NULL is any.
    ///   - day: the day.
    static func successor(
        of login: SQL, account: (source: SQL, code: SQL, customer: SQL), line: SQL, on day: CalendarDay
    ) -> SQL {
        """
        (
            select w.owner, w.from_day as since from ownership w
            where w.handed_from = any(array(
                    with recursive giver(login) as (
                        select \(login)
                        union
                        select h.from_login from giver g join ownership_handover h on h.to_login = g.login
                        where not h.is_withdrawn
                    )
                    select login from giver
                ))
                and \(login) in \(heirs(of: "w.handed_from", "true", on: day))
                and coalesce(w.acting_for, w.owner) in \(heirs(of: login, "h.until_day is null", on: day))
                and w.owner <> \(login) and \(holds("w", on: "\(day)"))
                and (\(line) is null or w.business_line in (\(line), '*'))
                and (w.source, w.code) in (\(codes(of: account)))
            order by (w.source, w.code) = (\(account.source), \(account.code)) desc nulls last,
                w.business_line = \(line) desc nulls last, w.place, w.source, w.code
            limit 1
        )
        """
    }

    /// All codes of the customer of an item: its own, and those of the same customer.
    private static func codes(of account: (source: SQL, code: SQL, customer: SQL)) -> SQL {
        """
        select \(account.source), \(account.code)
        union
        select b.source, b.code from account b
        where b.customer_id = coalesce(
            (select c.customer_id from account c where c.source = \(account.source) and c.code = \(account.code)),
            \(account.customer))
        """
    }

    /// The condition that what went along with a customer has to come back: no handovers lead any more, for good, from who had it
    /// first to who has it now, and that one does not look after the customer otherwise either.
    ///
    /// - Parameters:
    ///   - origin: who had it before anything was handed over, an expression.
    ///   - holder: who has it, or for whom somebody acts who has it, an expression.
    ///   - account: as that of a successor.
    ///   - line: as that of a successor.
    ///   - day: the day.
    static func isTakenBack(
        from origin: SQL, holder: SQL, account: (source: SQL, code: SQL, customer: SQL), line: SQL, on day: CalendarDay
    ) -> SQL {
        """
        not exists (
            select from (\(codes(of: account))) as w(source, code)
            where \(holder) in \(heirs(of: origin, "h.until_day is null", on: day)))
        and not exists (
            select from ownership w
            where coalesce(w.acting_for, w.owner) = \(holder) and w.handed_from is null and \(holds("w", on: "\(day)"))
                and (\(line) is null or w.business_line in (\(line), '*'))
                and (w.source, w.code) in (\(codes(of: account))))
        """
    }

    /// The condition that a row `w` of `ownership` is whose it is by a handover: it leads from who had the account first to who
    /// has it, at once or by others before and behind it.
    ///
    /// - Parameter handover: what the statement calls the handover; neither `h` nor `w`.
    static func leads(_ handover: String) -> SQL {
        let day: SQL = "w.from_day"
        return """
            \(holds(handover, on: day)) and not \(unsafe: handover).is_withdrawn
                and (\(unsafe: handover).is_whole or exists (
                    select from ownership_handover_customer c
                    where c.source = \(unsafe: handover).source and c.handover_id = \(unsafe: handover).handover_id
                        and (c.customer_source, c.customer_code) = (w.source, w.code)))
                and \(unsafe: handover).from_login in \(heirs(of: "w.handed_from", "true", on: day))
                and coalesce(w.acting_for, w.owner) in \(heirs(of: "\(unsafe: handover).to_login", "true", on: day))
            """
    }

    /// Somebody, and all those to whom the account of a row `w` of `ownership` goes from there by handovers that hold on a day.
    ///
    /// - Parameter condition: which handovers `h` are followed.
    private static func heirs(of login: SQL, _ condition: SQL, on day: CalendarDay) -> SQL {
        heirs(of: login, condition, on: "\(day)")
    }

    private static func heirs(of login: SQL, _ condition: SQL, on day: SQL) -> SQL {
        """
        (
            with recursive heir(login) as (
                select \(login)
                union
                select h.to_login from heir g join ownership_handover h on h.from_login = g.login
                where not h.is_withdrawn and \(holds("h", on: day)) and \(condition)
                    and (h.is_whole or exists (
                        select from ownership_handover_customer c
                        where c.source = h.source and c.handover_id = h.handover_id
                            and (c.customer_source, c.customer_code) = (w.source, w.code)))
            )
            select login from heir
        )
        """
    }

    /// Gives open notices to who looks after their customers.
    ///
    /// - Parameters:
    ///   - notices: a condition on notices `o`.
    ///   - day: the day that counts, an expression over `o`.
    private static func settle(
        notices: SQL, on day: SQL, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        let concerned: SQL = """
            from finance_notice o
            cross join lateral \(owner(ofCustomer: "o.customer_id", line: "o.business_line", on: day)) w
            where \(notices) and \(goesWithCustomer("o"))
            """
        // First who shares them: by the second statement they may be of another day.
        try transaction.queue(
            """
            with concerned as materialized (select o.notice_id, w.source, w.code, w.line, w.since \(concerned)),
            shared as (
                select g.notice_id, g.owner, g.place, g.share
                from (
                    select c.notice_id, z.owner, min(z.place) as place, sum(z.share) as share,
                        count(*) over (partition by c.notice_id) as owners
                    from concerned c
                    join ownership z on z.source = c.source and z.code = c.code and z.business_line = c.line
                        and z.from_day = c.since
                    where z.owner is not null
                    -- Who acts for another one of them stands there twice.
                    group by c.notice_id, z.owner
                ) g
                where g.owners > 1
            ),
            ended as (
                delete from notice_share s
                using (
                    select x.notice_id, x.owner
                    from notice_share x join concerned c on c.notice_id = x.notice_id
                    where not exists (select from shared h where h.notice_id = x.notice_id and h.owner = x.owner)
                    order by 1, 2 for update of x
                ) x
                where s.notice_id = x.notice_id and s.owner = x.owner
            )
            insert into notice_share (notice_id, owner, place, share)
            select notice_id, owner, place, share from shared order by 1, 2
            on conflict (notice_id, owner) do update set place = excluded.place, share = excluded.share
            where notice_share.place <> excluded.place or notice_share.share <> excluded.share
            """)
        try transaction.queue(
            """
            update finance_notice n set sales_owner = f.owner, acting_for = f.acting_for, settled_on = f.day,
                shared_with = f.shared_with
            from (
                select o.notice_id, w.owner, w.acting_for, \(day) as day,
                    (select string_agg(s.owner || ' ' || trim_scale(s.share) || ' %', ', ' order by s.place, s.owner)
                        from notice_share s where s.notice_id = o.notice_id) as shared_with
                \(concerned)
            ) f
            where n.notice_id = f.notice_id
                and (n.sales_owner is distinct from f.owner or n.acting_for is distinct from f.acting_for
                    or n.shared_with is distinct from f.shared_with)
            """)
    }

    /// Gives what is open of customers whom several look after on a day to all of them.
    static func settle(sharedOn day: CalendarDay, _ transaction: borrowing Transaction) throws(PostgresError) {
        try settle(
            notices: """
                o.customer_id in (
                    select c.customer_id from ownership w join account c on c.source = w.source and c.code = w.code
                    where w.place > 0)
                """, on: "\(day)", transaction)
    }

    /// Gives notices that were told just now to who looks after their customers on the day they are of; one that is told again
    /// stays with whom it has gone to since.
    static func settle(_ notices: [String], _ transaction: borrowing Transaction) throws(PostgresError) {
        guard !notices.isEmpty else { return }
        try settle(
            notices: "o.notice_id = any(\(notices.sorted()))",
            on: "greatest(\(SQL.day(of: "o.told_at")), o.settled_on)", transaction)
    }

    /// Gives what is open of some accounts to who looks after them on a day.
    static func settle(
        of accounts: [AccountKey], on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        guard !accounts.isEmpty else { return }
        let keys: SQL = "unnest(\(accounts.map(\.source)), \(accounts.map(\.code))) as k(source, code)"
        try settle(
            notices: """
                o.customer_id in (
                    select c.customer_id from \(keys) join account c on c.source = k.source and c.code = k.code)
                """, on: "\(day)", transaction)
        try settle(
            anomalies: "(x.source, x.customer_code) in (select k.source, k.code from \(keys))", on: day, transaction)
    }

    /// Gives what is open of customers that have another owner on a day than before to that one. Three days back, for what
    /// was told of the end of a day may have come when the next had begun.
    static func settle(on day: CalendarDay, _ transaction: borrowing Transaction) throws(PostgresError) {
        let turned: SQL = "w.from_day between \(day.adding(days: -3)) and \(day)"
        try settle(
            notices: """
                o.customer_id in (
                    select c.customer_id from ownership w join account c on c.source = w.source and c.code = w.code
                    where \(turned))
                """, on: "\(day)", transaction)
        try settle(
            anomalies: "(x.source, x.customer_code) in (select w.source, w.code from ownership w where \(turned))",
            on: day, transaction)
    }

    /// - Parameter anomalies: a condition on anomalies `x`.
    private static func settle(
        anomalies: SQL, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        try transaction.queue(
            """
            update anomaly n set owner = f.owner, acting_for = f.acting_for
            from (
                select x.anomaly_id, w.owner, w.acting_for
                from anomaly x
                cross join lateral (
                    select o.owner, o.acting_for from ownership o
                    where o.source = x.source and o.code = x.customer_code
                        and o.business_line in (x.business_line, '*') and \(holds("o", on: "\(day)"))
                    order by o.business_line = x.business_line desc, o.place limit 1
                ) w
                where x.cleared_at is null and \(anomalies)
            ) f
            where n.anomaly_id = f.anomaly_id
                and (n.owner is distinct from f.owner or n.acting_for is distinct from f.acting_for)
            """)
    }

    /// The owner and the branch of some accounts in some lines on a day; who has the greatest share is the owner.
    static func owners(
        of keys: Set<BusinessKey>, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [BusinessKey: (login: String?, branch: String?, actingFor: String?)] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select k.place - 1, w.owner, w.branch, w.acting_for
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.code)), \(sorted.map(\.businessLine)))
                with ordinality as k(source, code, line, place)
            cross join lateral (
                select o.owner, o.branch, o.acting_for from ownership o
                where o.source = k.source and o.code = k.code and o.business_line in (k.line, '*')
                    and \(holds("o", on: "\(day)"))
                order by o.business_line = k.line desc, o.place limit 1
            ) w
            """, as: (Int, String?, String?, String?).self)
        var found: [BusinessKey: (login: String?, branch: String?, actingFor: String?)] = [:]
        for row in rows { found[sorted[row.0]] = (row.1, row.2, row.3) }
        return found
    }

    // MARK: Whoever has left

    /// For whom open notices are, or were before somebody began to act for them.
    static func addressees(_ transaction: borrowing Transaction) throws -> [String] {
        try transaction.query(
            """
            select distinct coalesce(n.acting_for, n.sales_owner) from finance_notice n
            where \(isOpen("n")) and coalesce(n.acting_for, n.sales_owner) is not null
            """, as: String.self)
    }

    /// Gives open notices of some people to who acts for them, or back to them.
    ///
    /// - Parameter addressees: of each whether that one has left, and who acts then.
    static func pass(
        _ addressees: [(login: String, hasLeft: Bool, standIn: String?)], _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        guard !addressees.isEmpty else { return }
        try transaction.queue(
            """
            update finance_notice n set sales_owner = t.owner, acting_for = t.leaver
            from unnest(
                \(addressees.map(\.login)), \(addressees.map { $0.hasLeft ? $0.standIn : $0.login }),
                \(addressees.map { $0.hasLeft ? $0.login : nil })) as t(login, owner, leaver)
            where coalesce(n.acting_for, n.sales_owner) = t.login and \(isOpen("n"))
                and (n.sales_owner is distinct from t.owner or n.acting_for is distinct from t.leaver)
            """)
    }
}
