import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of how people want to be told.
enum PreferenceStore {
    private struct Row: PostgresRow {
        let login: String
        let settings: ReaderSettings

        init(row: inout RowReader) throws(PostgresError) {
            login = try row("login")
            let (from, until) = (
                try row("quiet_from", as: Int32?.self), try row("quiet_until", as: Int32?.self)
            )
            settings = ReaderSettings(
                language: NoticeLanguage(rawValue: try row("language")) ?? .zh,
                zone: try row("zone", as: String?.self).flatMap { OrganisationZone($0) } ?? .current,
                quiet: from.flatMap { from in until.map { .init(from: Int(from), until: Int($0)) } },
                isOnWorkingDays: try row("working_days"),
                undisturbedBelow: try row("severity", as: String?.self).flatMap { NoticeSeverity(rawValue: $0) }
                    ?? .critical,
                addresses: KeptJSON.parts(try row("addresses")), choices: KeptJSON.parts(try row("choices")))
        }
    }

    /// How some people want to be told, as far as they have said.
    static func load(
        _ logins: [String], _ transaction: borrowing Transaction
    ) throws -> [String: ReaderSettings] {
        let rows = try transaction.query(
            """
            select login, language, zone, quiet_from::integer as quiet_from, quiet_until::integer as quiet_until,
                working_days, severity, addresses, choices
            from reader where login = any(\(logins))
            """, as: Row.self)
        return Dictionary(rows.map { ($0.login, $0.settings) }) { first, _ in first }
    }

    /// Takes over how people want to be told: of each what was said last stays. Queued.
    static func put(
        _ said: [(login: String, body: SetNoticePreferences, at: Timestamp, id: String)],
        _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        let latest = Dictionary(said.map { ($0.login, $0) }) { ($1.at, $1.id) > ($0.at, $0.id) ? $1 : $0 }
        let rows = latest.values.sorted { $0.login < $1.login }
        guard !rows.isEmpty else { return }
        let bodies = rows.map(\.body)
        try transaction.queue(
            """
            insert into reader as r (
                login, language, zone, quiet_from, quiet_until, working_days, severity, addresses, choices, said_at,
                said_by, said_id)
            select s.login, s.language, s.zone, s.quiet_from::smallint, s.quiet_until::smallint, s.working_days,
                s.severity, s.addresses, s.choices, s.said_at, s.said_by, s.said_id
            from unnest(
                \(rows.map(\.login)), \(bodies.map(\.language.rawValue)), \(bodies.map(\.zone)),
                \(bodies.map { $0.quietFrom.map { Int32($0) } }), \(bodies.map { $0.quietUntil.map { Int32($0) } }),
                \(bodies.map(\.workingDays)), \(bodies.map { $0.severity?.rawValue }),
                \(bodies.map { KeptJSON.text($0.addresses) }), \(bodies.map { KeptJSON.text($0.choices) }),
                \(rows.map(\.at)), \(bodies.map(\.by)), \(rows.map(\.id)))
                as s(login, language, zone, quiet_from, quiet_until, working_days, severity, addresses, choices, said_at,
                    said_by, said_id)
            order by s.login
            on conflict (login) do update set
                language = excluded.language, zone = excluded.zone, quiet_from = excluded.quiet_from,
                quiet_until = excluded.quiet_until, working_days = excluded.working_days,
                severity = excluded.severity, addresses = excluded.addresses, choices = excluded.choices,
                said_at = excluded.said_at, said_by = excluded.said_by, said_id = excluded.said_id
            where (excluded.said_at, excluded.said_id) > (r.said_at, r.said_id)
            """)
    }
}
