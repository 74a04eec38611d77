import Domain
import Postgres
import ServiceKit

/// Whose the anomalies are that are open: they go with who looks after the customer, from day to day; where several look after it
/// together, with the one who has the greatest share.
enum OpenItemStore {
    /// The condition that a row of `ownership`, or a handover, holds on a day.
    static func holds(_ row: String, on day: SQL) -> SQL {
        "\(unsafe: row).from_day <= \(day) and (\(unsafe: row).until_day is null or \(unsafe: row).until_day >= \(day))"
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

    /// Gives what is open of some accounts to who looks after them on a day.
    static func settle(
        of accounts: [AccountKey], on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        guard !accounts.isEmpty else { return }
        let keys: SQL = "unnest(\(accounts.map(\.source)), \(accounts.map(\.code))) as k(source, code)"
        try settle(
            anomalies: "(x.source, x.customer_code) in (select k.source, k.code from \(keys))", on: day, transaction)
    }

    /// Gives what is open of customers that have another owner on a day than before to that one. Three days back, for what
    /// was told of the end of a day may have come when the next had begun.
    static func settle(on day: CalendarDay, _ transaction: borrowing Transaction) throws(PostgresError) {
        let turned: SQL = "w.from_day between \(day.adding(days: -3)) and \(day)"
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
}
