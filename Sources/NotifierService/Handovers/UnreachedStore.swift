import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of those who are told notices and have no address that a server reaches.
enum UnreachedStore {
    /// Writes down whom no server reaches. Who is reached by now is nobody of them any more. The locks of all are held. Queued.
    ///
    /// - Parameters:
    ///   - told: how many notices each is to be told.
    ///   - unreached: those among them who have no address.
    ///   - now: the time.
    static func put(
        _ told: [String: Int], unreached: some Sequence<String>, at now: Timestamp,
        _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        let without = Set(unreached)
        let reached = told.keys.filter { !without.contains($0) }.sorted()
        if !reached.isEmpty {
            try transaction.queue("delete from unreached where login = any(\(reached))")
        }
        let logins = without.sorted()
        guard !logins.isEmpty else { return }
        try transaction.queue(
            """
            insert into unreached as u (login, since, last_at, notices)
            select s.login, \(now), \(now), s.notices
            from unnest(\(logins), \(logins.map { Int32(told[$0] ?? 0) })) as s(login, notices)
            order by s.login
            on conflict (login) do update set last_at = greatest(u.last_at, excluded.last_at),
                notices = u.notices + excluded.notices
            """)
    }

    /// How many people they are, and for how long the first of them was one, in seconds.
    static func standing(
        _ transaction: borrowing Transaction
    ) throws(PostgresError) -> [(people: Double, age: Double)] {
        try transaction.query(
            """
            select count(*)::float8, coalesce(extract(epoch from clock_timestamp() - min(since)), 0)::float8
            from unreached
            """, as: (Double, Double).self
        ).map { (people: $0.0, age: $0.1) }
    }
}
