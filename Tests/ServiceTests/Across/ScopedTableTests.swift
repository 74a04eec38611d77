import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import TestSupport
import Testing

/// A table of our own beside the host's, with every way of being seen.
enum ScopedThings {
    static let definition = ServiceDefinition(
        name: .supplier,
        migrations: [
            Migration(
                number: 1, name: "things",
                sql: """
                    create table thing (id text primary key, node text, owner text, day date, worth numeric);
                    create table note (thing text, line integer, primary key (thing, line));
                    create table rate (currency text primary key);
                    create table book (id text primary key);
                    create table secret (id text primary key);
                    create table forgotten (id text primary key);
                    create view thing_note with (security_invoker = true) as
                        select id, line from thing join note on thing = id;
                    insert into thing values ('own', 'KS01', 'li.wei', '2026-06-30', 1), ('team', 'KS01', 'wang', '2026-06-30', 2),
                        ('moved', 'SH01', null, '2026-06-30', 4), ('after', 'SH01', null, '2026-07-01', 8),
                        ('undated', 'SH01', null, null, 16), ('nowhere', null, null, null, 32);
                    insert into note select id, n from thing, generate_series(1, 2) n;
                    insert into rate values ('CNY'); insert into book values ('b'); insert into secret values ('s');
                    insert into forgotten values ('f');
                    """)
        ],
        capabilities: [
            Capability(tables: [
                ScopedTable("thing", .owned(owner: "owner", branch: "node", day: "t.day")),
                ScopedTable("note", .through("exists (select from thing o where o.id = t.thing)")),
                ScopedTable("rate", .open), ScopedTable("book", .whole), ScopedTable("secret", .hidden),
                ScopedTable("thing_note", .open),
            ])
        ])
}

@Suite("Scoped tables", .service(ScopedThings.definition))
struct ScopedTableTests {
    private let service: ServiceFixture

    init() throws { service = try .current }

    /// What of a statement the reader sees, by settings of a question.
    private func seen(
        _ sql: String, _ settings: [String: String], _ pool: PostgresPool
    ) async throws -> [String] {
        let reader = "\(service.schema)_reader"
        return try await pool.withTransaction(isReadOnly: true) { transaction in
            for (name, value) in settings {
                try transaction.queue("select set_config(\("waybill.\(name)"), \(value), true)")
            }
            try transaction.queue("select set_config('role', \(reader), true)")
            return try transaction.query(SQL(stringLiteral: sql), as: String.self)
        }
    }

    private static let nothing = [
        "whole": "false", "logins": "{}", "nodes": "{}", "dated_nodes": "{}", "dated_from": "{}", "dated_until": "{}",
        "hidden_logins": "{}", "hidden_nodes": "{}", "hidden_from": "{}", "hidden_until": "{}", "day": "2026-07-02",
    ]

    private static func settings(_ some: [String: String]) -> [String: String] { nothing.merging(some) { $1 } }

    @Test("show the rows that the settings name, and those that follow from them")
    func rows() async throws {
        let pool = try await service.enforceScopes()
        let things = "select id from thing order by worth"
        for (settings, expected) in [
            ([:], []), (["logins": "{li.wei}"], ["own"]), (["nodes": "{KS01}"], ["own", "team"]),
            (["whole": "true"], ["own", "team", "moved", "after", "undated", "nowhere"]),
            (["dated_nodes": "{SH01}", "dated_from": "{-infinity}", "dated_until": "{2026-06-30}"], ["moved"]),
            // What has no day is where its branch is on the day of the question.
            (
                ["dated_nodes": "{SH01}", "dated_from": "{2026-07-01}", "dated_until": "{infinity}"],
                ["after", "undated"]
            ),
            (["nodes": "{KS01}", "hidden_logins": "{li.wei}"], ["team"]),
            (
                [
                    "whole": "true", "hidden_nodes": "{KS01,SH01}", "hidden_from": "{-infinity,2026-07-01}",
                    "hidden_until": "{infinity,infinity}",
                ], ["moved", "nowhere"]
            ),
        ] as [([String: String], [String])] {
            #expect(try await seen(things, Self.settings(settings), pool) == expected, "\(settings)")
            let notes = "select distinct n.thing from note n order by 1"
            #expect(try await seen(notes, Self.settings(settings), pool) == expected.sorted(), "\(settings)")
            let view = "select distinct id from thing_note order by 1"
            #expect(try await seen(view, Self.settings(settings), pool) == expected.sorted(), "\(settings)")
        }
        #expect(try await seen("select currency from rate", Self.settings([:]), pool) == ["CNY"])
        #expect(try await seen("select id from book", Self.settings([:]), pool) == [])
        #expect(try await seen("select id from book", Self.settings(["whole": "true"]), pool) == ["b"])
    }

    @Test("fail closed: without settings nothing is seen, and what nobody declared is not read")
    func closed() async throws {
        let pool = try await service.enforceScopes()
        #expect(try await seen("select id from thing", [:], pool) == [])
        for table in ["secret", "forgotten", "inbox"] {
            let error = await #expect(throws: PostgresError.self) {
                _ = try await seen("select '1' from \(table)", Self.settings(["whole": "true"]), pool)
            }
            #expect(error?.sqlState == "42501", "\(table)")
        }
        #expect(try await service.undeclared() == ["'forgotten' is not declared"])
    }

    @Test("leave the service's own role everything, and a session no role of a question")
    func application() async throws {
        let pool = try await service.enforceScopes()
        #expect(try await seen("select id from thing", Self.settings(["logins": "{wang}"]), pool) == ["team"])
        try await pool.withTransaction { transaction in
            try transaction.execute("insert into thing values ('new', 'HZ01', 'zhao', null, 64)")
            try transaction.execute("update thing set worth = 65 where id = 'new'")
        }
        let all = try await pool.withTransaction(isReadOnly: true) { transaction in
            try transaction.query("select id from thing where current_user = session_user", as: String.self)
        }
        #expect(all.count == 7)
    }

    @Test("take another declaration in place of the one before")
    func changed() async throws {
        let pool = try await service.enforceScopes()
        let other = ServiceDefinition(
            name: .supplier, migrations: ScopedThings.definition.migrations,
            capabilities: [Capability(tables: [ScopedTable("thing", .open), ScopedTable("rate", .whole)])])
        try await service.migrateScopes(of: other)
        #expect(try await seen("select id from thing", Self.settings([:]), pool).count == 6)
        #expect(try await seen("select currency from rate", Self.settings([:]), pool) == [])
    }
}
