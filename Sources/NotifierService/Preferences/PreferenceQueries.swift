import Contracts
import Domain
import Postgres
import ServiceKit

/// What people may ask of how they are told.
struct PreferenceQueries: Sendable {
    let floor: NoticeSeverity

    /// How whoever asks is told.
    func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let person = arguments.person
        return [
            try arguments.table(
                "reader",
                """
                select login, language, zone, quiet_from::integer as quiet_from, quiet_until::integer as quiet_until, working_days, severity,
                    \(floor.rawValue) as floor, said_at, said_by
                from reader where login = \(person)
                """, transaction),
            try arguments.table(
                "addresses",
                """
                select a.said ->> 'channel' as channel, a.said ->> 'address' as reached_at
                from reader r cross join lateral jsonb_array_elements(r.addresses::jsonb) with ordinality as a(said, place)
                where r.login = \(person) order by a.place
                """, transaction),
            try arguments.table(
                "choices",
                """
                select c.said ->> 'kind' as kind, c.said ->> 'channel' as channel, c.said ->> 'mode' as mode
                from reader r cross join lateral jsonb_array_elements(r.choices::jsonb) with ordinality as c(said, place)
                where r.login = \(person) order by c.place
                """, transaction),
        ]
    }
}
