package import Domain
package import Postgres

/// How agreements stand on a day, for all rows of a table at once: what `AgreementTerms.state(on:)` and
/// `AgreementTerms.end(asOf:)` say of one.
package enum AgreementStanding {
    /// Every row of a table of agreements with how it stands on a day (`state`) and the last day of the time that holds then,
    /// or held last (`last_day`).
    ///
    /// - Parameters:
    ///   - table: the table, or a statement in parentheses, with the columns `valid_from`, `valid_until`, `renews`,
    ///     `notice_days` and `ended_on`.
    ///   - day: the day.
    package static func of(_ table: SQL, on day: CalendarDay) -> SQL {
        """
        select g.*, case
                when ended_on <= today then 'ended'
                when today < valid_from then 'upcoming'
                when last_day is null then 'active'
                when today > last_day then 'expired'
                when today < last_day - coalesce(notice_days, 60) then 'active'
                when renews then 'renewing'
                else 'ending' end as state
        from (
            select g.*, d.today, case
                    when not coalesce(g.renews, false) or d.today <= g.valid_until then g.valid_until
                    when first.day >= d.until then first.day
                    else (g.valid_until + make_interval(years => d.years + 1))::date end as last_day
            from \(table) g
            cross join lateral (
                select k.today, least(k.today, g.ended_on) as until, greatest(0, extract(year from
                    least(k.today, g.ended_on))::integer - extract(year from g.valid_until)::integer) as years
                from (select \(day) as today) k
            ) d
            cross join lateral (
                select (g.valid_until + make_interval(years => d.years))::date as day
            ) first
        ) g
        """
    }
}
