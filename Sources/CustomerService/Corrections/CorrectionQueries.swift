import Contracts
import Postgres
import ServiceKit

/// What people have corrected, beside what the systems say.
enum CorrectionQueries {
    /// The corrections that count of some parties, of each field the one that was taken last, with its party as
    /// `customer_id`.
    ///
    /// - Parameter parties: a statement that gives their identifiers.
    static func counting(of parties: SQL) -> SQL {
        """
        select distinct on (a.customer_id, g.field) a.customer_id, g.field, g.value, g.by_login, g.reason, g.taken_at
        from account a join golden_correction g using (source, code)
        where a.customer_id in (\(parties)) and g.ended_at is null
        order by a.customer_id, g.field, g.taken_at desc, g.decided_at desc, g.correction_id desc
        """
    }

    /// What of accounts `a` with their values `v` survives in the golden record when nobody corrects it, first: a master
    /// record's word counts more than an order's, a newer one more than an older; the credit code is the oldest account's.
    /// Of accounts that said the same at the same time it is always the same one.
    static let bestFirst: SQL = """
        case when v.field = 'creditCode' then a.first_at end, case when v.field = 'creditCode' then v.first_at end,
            v.channel desc, v.last_at desc, v.value desc, v.source, v.code
        """

    /// What is corrected of some parties: by whom, when and why, and what the systems say instead.
    static func standing(
        of parties: SQL, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try arguments.table(
            "corrections",
            """
            select c.field, c.value, c.by_login as by, c.taken_at as corrected_at, c.reason,
                coalesce(s.value, h.value) as said, coalesce(s.source, h.source) as source,
                coalesce(s.code, h.code) as code, to_timestamp(coalesce(s.at, h.at) / 1000000.0) as said_at
            from (\(counting(of: parties))) c
            left join lateral (
                select v.value, v.source, v.code, v.last_at as at from account a
                join identity_value v using (source, code)
                where a.customer_id = c.customer_id and v.field = c.field and v.fault is null
                order by \(bestFirst) limit 1
            ) s on true
            left join lateral (
                select t.value, a.source, a.code, a.said_at as at from account a
                cross join lateral (
                    select case c.field when 'branch' then a.branch when 'salesOwner' then a.sales_owner end as value
                ) t
                where a.customer_id = c.customer_id and t.value is not null
                order by a.said_at desc, a.source desc, a.code desc limit 1
            ) h on true
            order by c.customer_id, c.field
            """, transaction)
    }

    /// Everything that was ever corrected of some parties, the latest first.
    static func history(
        of parties: [String], _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try arguments.table(
            "corrections",
            """
            select g.taken_at, g.field, g.value, g.by_login as by, g.reason, g.source, g.code, g.ended_by, g.ended_for,
                g.ended_at
            from account a join golden_correction g using (source, code)
            where a.customer_id = any(\(parties)) order by g.taken_at desc, g.decided_at desc, g.correction_id
            """, transaction)
    }
}
