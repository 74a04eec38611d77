import Domain
import Postgres

/// By whose days a schema was booked. Days are stored, and mean another time in another zone.
enum SchemaZone {
    /// Writes the zone down when the schema is new, and looks whether the schema and the database go by it.
    ///
    /// - Parameters:
    ///   - zone: the zone of the service.
    ///   - schema: the schema's name, for the problem.
    ///   - now: the time.
    /// - Throws: ``UnsafeSetUp`` when the schema was booked by other days, or the database tells other days than the service.
    static func check(
        _ zone: OrganisationZone, in schema: String, at now: Timestamp, _ pool: PostgresPool
    ) async throws {
        if let problem = try await difference(from: zone, at: now, pool) { throw UnsafeSetUp(description: problem) }
        let booked = try await pool.withTransaction { try settle(zone, $0) }
        guard booked == zone.name else {
            throw UnsafeSetUp(
                description:
                    "the days in the schema '\(schema)' are those of \(booked), and \(Setting.zone.variable) is "
                    + "'\(zone)': set it to '\(booked)', or begin with a database that is new")
        }
    }

    /// The zone of the schema: this one when it had none. Of two copies that begin at once the second sees the first's.
    static func settle(_ zone: OrganisationZone, _ transaction: borrowing Transaction) throws -> String {
        try transaction.execute("insert into organisation_zone (name) values (\(zone.name)) on conflict do nothing")
        return try transaction.query("select name from organisation_zone", as: String.self).first ?? zone.name
    }

    /// What the database makes of a zone that the service knows otherwise; `nil` when they are of one mind.
    ///
    /// Rules tell days by the zones that are built into the service, statements by those of the database. They are compared
    /// wherever clocks change, from the year 2000 to a year from now: further ahead the two may have been made before and
    /// after a country has decided.
    static func difference(
        from zone: OrganisationZone, at now: Timestamp, _ pool: PostgresPool
    ) async throws -> String? {
        let first: Int64 = 946_684_800
        let last = max(first + 1, now.microsecondsSinceEpoch / 1_000_000 + 366 * 86_400)
        let changes = zone.changes(in: first..<last).map { $0.at }
        let instants = [first, last] + changes + changes.map { $0 - 1 }
        let advice = "renew the time zones (tzdata) of the database's server, or this build"
        do {
            let shown = try await pool.withTransaction(isReadOnly: true) { transaction in
                try transaction.query(
                    """
                    select k.at, extract(epoch from (to_timestamp(k.at) at time zone \(zone.name)) - (to_timestamp(k.at)
                        at time zone 'UTC'))::bigint as seconds
                    from unnest(\(instants)) with ordinality as k(at, place) order by k.place
                    """, as: (Int64, Int64).self)
            }
            return shown.first { zone.offset(at: $0.0) != $0.1 }.map { at, seconds in
                "at \(Timestamp(microsecondsSinceEpoch: at * 1_000_000)) clocks in \(zone) are \(zone.offset(at: at)) s east of "
                    + "UTC to this build, and \(seconds) s to the database: \(advice)"
            }
        } catch let error as PostgresError where error.sqlState == "22023" {
            return "the database knows no time zone '\(zone)' (\(Setting.zone.variable)): \(advice)"
        }
    }
}
