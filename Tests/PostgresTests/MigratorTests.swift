import Logging
import Postgres
import TestSupport
import Testing

@Suite("Migrations", .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)))
struct MigratorTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let first = Migration(number: 1, name: "first", sql: "create table a (id int primary key)")
    private static let second = Migration(
        number: 2, name: "second", sql: "alter table a add name text; create table b (id int)")

    private static func migrator(_ schema: String, _ migrations: [Migration]) -> Migrator {
        Migrator(schema: schema, migrations: migrations, logger: logger)
    }

    @Test("are applied once, in order, and the schema is at its head")
    func apply() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            let one = Self.migrator(database.schema, [Self.first])
            #expect(try await one.status(pool).pending == [1])
            #expect(try await one.migrate(database.configuration()).numbered.map(\.number) == [1])
            #expect(try await one.migrate(database.configuration()).isEmpty)
            let two = Self.migrator(database.schema, [Self.second, Self.first])
            #expect(try await two.status(pool).pending == [2])
            #expect(try await two.migrate(database.configuration()).numbered.map(\.name) == ["second"])
            #expect(try await two.status(pool).isAtHead)
            let tables = try await pool.withTransaction {
                try $0.query("select count(*) from b", as: Int.self)
                    + $0.query("select count(name) from a", as: Int.self)
            }
            #expect(tables == [0, 0])
            let history = try await pool.withTransaction {
                try $0.query("select checksum from schema_migration order by number", as: String.self)
            }
            #expect(history == [Self.first.checksum, Self.second.checksum])
        }
    }

    @Test("make the schema when it is missing")
    func makeSchema() async throws {
        try await DatabaseFixture.withDatabase { database in
            let applied = try await Self.migrator("new \"schema\"", [Self.first]).migrate(database.configuration())
            #expect(applied.numbered.count == 1)
            let found = try await database.pool().withTransaction {
                try $0.query(
                    "select count(*) from information_schema.tables where table_schema = \("new \"schema\"")",
                    as: Int.self)
            }
            #expect(found == [3])
        }
    }

    @Test("several components share a schema, each with its own numbers")
    func components() async throws {
        try await DatabaseFixture.withSchema { database in
            let other = Migrator(
                schema: database.schema, component: "host",
                migrations: [Migration(number: 1, name: "host", sql: "create table host ()")], logger: Self.logger)
            let own = Self.migrator(database.schema, [Self.first])
            #expect(try await other.migrate(database.configuration()).numbered.count == 1)
            #expect(try await own.migrate(database.configuration()).numbered.count == 1)
            let pool = try database.pool()
            #expect(try await own.status(pool).isAtHead)
            #expect(try await other.status(pool).isAtHead)
        }
    }

    @Test("a dry run says what would be done, and does nothing")
    func dryRun() async throws {
        try await DatabaseFixture.withSchema { database in
            let migrator = Self.migrator(database.schema, [Self.first, Self.second])
            #expect(
                try await migrator.migrate(database.configuration(), isDryRun: true).numbered.map(\.number) == [1, 2])
            let tables = try await database.pool().withTransaction {
                try $0.query(
                    "select table_name from information_schema.tables where table_schema = \(database.schema)",
                    as: String.self)
            }
            #expect(tables.isEmpty)
        }
    }

    @Test("one that was edited, left out, or is unknown is named, and nothing is applied")
    func problems() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            _ = try await Self.migrator(database.schema, [Self.first, Self.second]).migrate(database.configuration())
            let edited = Migration(number: 1, name: "first", sql: "create table a (id bigint primary key)")
            let third = Migration(number: 3, name: "third", sql: "create table c ()")
            let fourth = Migration(number: 4, name: "fourth", sql: "create table d ()")
            let cases: [(migrations: [Migration], words: String)] = [
                ([edited, Self.second, third], "migration 1 'first' of schema '\(database.schema)' was edited"),
                ([Self.first], "is ahead: migration 2 'second'"),
                ([Self.first, Self.second, fourth], "have a gap before number 4"),
                ([Self.first, Self.second, Self.second], "have a gap before number 2"),
            ]
            for (migrations, words) in cases {
                let migrator = Self.migrator(database.schema, migrations)
                let error = await #expect(throws: PostgresError.self) {
                    try await migrator.migrate(database.configuration())
                }
                #expect(error?.code == .migration)
                #expect(error?.description.contains(words) == true)
                #expect(error?.isRetriable == false)
                let status = try await migrator.status(pool)
                #expect(status.problem?.contains(words) == true)
                #expect(!status.isAtHead)
            }
            // Applied out of order.
            try await pool.withTransaction { transaction in
                try transaction.execute(
                    "update schema_migration set number = 3, checksum = \(third.checksum) where number = 2")
            }
            let error = await #expect(throws: PostgresError.self) {
                try await Self.migrator(database.schema, [Self.first, Self.second, third])
                    .migrate(database.configuration())
            }
            #expect(error?.description.contains("migration 2 of schema '\(database.schema)' was left out") == true)
        }
    }

    @Test("one that fails is undone as a whole; those before it stay")
    func failing() async throws {
        try await DatabaseFixture.withSchema { database in
            let broken = Migration(number: 2, name: "broken", sql: "create table half (); select nonsense")
            let error = await #expect(throws: PostgresError.self) {
                try await Self.migrator(database.schema, [Self.first, broken]).migrate(database.configuration())
            }
            #expect(error?.code == .migration)
            #expect(error?.sqlState == "42703")
            #expect(error?.description.contains("migration 2 'broken'") == true)
            let status = try await Self.migrator(database.schema, [Self.first, Self.second]).status(database.pool())
            #expect((status.applied, status.head) == (1, 2))
            #expect(status.pending == [2])
            #expect(status.problem == nil)
            let half = try await database.pool().withTransaction {
                try $0.query("select to_regclass('half') is null", as: Bool.self)
            }
            #expect(half == [true])
        }
    }

    @Test("of five that migrate at once, one applies")
    func concurrent() async throws {
        try await DatabaseFixture.withSchema { database in
            let configuration = try database.configuration()
            let migrator = Self.migrator(database.schema, [Self.first, Self.second])
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<5 { group.addTask { try await migrator.migrate(configuration).numbered.count } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts.sorted() == [0, 0, 0, 0, 2])
        }
    }

    @Test("wait for a table that is read, without holding others up for long")
    func lockTimeout() async throws {
        try await DatabaseFixture.withSchema { database in
            _ = try await Self.migrator(database.schema, [Self.first]).migrate(database.configuration())
            let warnings = Warnings()
            let migrator = Migrator(
                schema: database.schema, migrations: [Self.first, Self.second],
                logger: Logger(label: "test") { _ in warnings })
            let reader = try await PostgresConnection.connect(database.configuration())
            try await reader.withSession { try $0.script("begin; select from a") }
            let configuration = try database.configuration()
            let applied = try await withThrowingTaskGroup(of: [Migration].self) { group in
                group.addTask { try await migrator.migrate(configuration).numbered }
                // Its first attempt fails while the reader is there.
                #expect(try await eventually { warnings.count.value > 0 })
                await reader.close()
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied == [Self.second])
        }
    }

    @Test("are for their owner: the role that a service runs as reads the history and changes no table")
    func roles() async throws {
        let name = DatabaseFixture.uniqueName()
        let (owner, app) = ("\(name)_owner", "\(name)_app")
        try await DatabaseFixture.administer(
            "create role \(owner) nologin; create role \(app) login password 'app'; grant \(owner) to current_user")
        var outcome: Result<Void, any Error> = .success(())
        do {
            try await DatabaseFixture.withSchema { database in
                try await DatabaseFixture.administer(
                    """
                    alter schema \(database.schema) owner to \(owner);
                    grant usage on schema \(database.schema) to \(app);
                    alter default privileges for role \(owner) in schema \(database.schema)
                        grant select, insert, update, delete on tables to \(app)
                    """)
                let migrator = Self.migrator(database.schema, [Self.first])
                #expect(try await migrator.migrate(database.configuration(role: owner)).numbered.count == 1)
                let pool = try database.pool(configuration: database.configuration(user: (app, "app")))
                #expect(try await migrator.status(pool).isAtHead)
                try await pool.withTransaction { try $0.execute("insert into a values (1)") }
                for statement in ["create table mine ()", "drop table a", "alter table a add b int"] {
                    let error = await #expect(throws: PostgresError.self) {
                        try await pool.withTransaction { try $0.script(statement) }
                    }
                    #expect(error?.sqlState == "42501")
                    #expect(error?.isRetriable == false)
                }
                let denied = await #expect(throws: PostgresError.self) {
                    try await Self.migrator(database.schema, [Self.first, Self.second])
                        .migrate(database.configuration(user: (app, "app")))
                }
                #expect(denied?.sqlState == "42501")
            }
        } catch {
            outcome = .failure(error)
        }
        try await DatabaseFixture.administer("drop role \(app); drop role \(owner)")
        try outcome.get()
    }
}

@Suite(
    "Functions and views of a schema",
    .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)))
struct RepeatableMigrationTests {
    private static let tables = Migration(
        number: 1, name: "tables", sql: "create table a (id int primary key); insert into a values (7)")

    private static func answer(_ text: String) -> RepeatableMigration {
        RepeatableMigration(
            name: "answer", sql: "create or replace function answer() returns int language sql as $$ \(text) $$")
    }

    private static func migrator(_ schema: String, _ repeatables: [RepeatableMigration]) -> Migrator {
        Migrator(
            schema: schema, migrations: [tables], repeatables: repeatables,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func answers(_ pool: PostgresPool) async throws -> [Int] {
        try await pool.withTransaction { try $0.query("select answer()", as: Int.self) }
    }

    @Test("follow the numbered migrations, once, and again when their text changes")
    func again() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            // The body is checked against the table, which the numbered migration makes.
            let first = Self.migrator(database.schema, [Self.answer("select id from a")])
            #expect(try await first.status(pool).changed == ["answer"])
            #expect(try await !first.status(pool).isAtHead)
            let applied = try await first.migrate(database.configuration())
            #expect(applied.numbered.map(\.number) == [1] && applied.repeatable.map(\.name) == ["answer"])
            #expect(try await answers(pool) == [7])
            #expect(try await first.migrate(database.configuration()).isEmpty)
            #expect(try await first.status(pool).isAtHead)

            let second = Self.migrator(database.schema, [Self.answer("select id + 1 from a")])
            let status = try await second.status(pool)
            #expect(status.changed == ["answer"] && !status.isAtHead && status.problem == nil)
            #expect(status.lacking == "0 migrations pending, and 1 functions or views to renew")
            #expect(try await second.migrate(database.configuration(), isDryRun: true).repeatable.count == 1)
            #expect(try await answers(pool) == [7])
            #expect(try await second.migrate(database.configuration()).repeatable.count == 1)
            #expect(try await answers(pool) == [8])
        }
    }

    @Test("leave the release before at its head, and it does not bring its own text back")
    func releaseBefore() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            let (old, new) = (Self.answer("select 1"), Self.answer("select 2"))
            let before = Self.migrator(database.schema, [old])
            _ = try await before.migrate(database.configuration())
            _ = try await Self.migrator(database.schema, [new]).migrate(database.configuration())
            #expect(try await before.status(pool).isAtHead)
            #expect(try await before.migrate(database.configuration()).isEmpty)
            #expect(try await answers(pool) == [2])
            // Whoever wants the earlier text back writes why, and so it is new.
            let back = RepeatableMigration(name: old.name, sql: "-- Two was too much.\n" + old.sql)
            #expect(
                try await Self.migrator(database.schema, [back]).migrate(database.configuration()).repeatable == [back])
            #expect(try await answers(pool) == [1])
        }
    }

    @Test("one that fails is named; what stood before it stays in force")
    func failing() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            _ = try await Self.migrator(database.schema, [Self.answer("select 1")]).migrate(database.configuration())
            let late = RepeatableMigration(name: "late", sql: "create or replace view late as select 1 as one")
            // A result of another type is another function: the release before calls this one.
            let broken = RepeatableMigration(
                name: "answer", sql: "create or replace function answer() returns text language sql as $$ select '' $$")
            let migrator = Self.migrator(database.schema, [broken, late])
            let error = await #expect(throws: PostgresError.self) {
                try await migrator.migrate(database.configuration())
            }
            #expect(error?.code == .migration)
            #expect(error?.description.contains("the function or view 'answer' of schema") == true)
            #expect(try await answers(pool) == [1])
            #expect(try await migrator.status(pool).changed == ["answer", "late"])
        }
    }

    @Test("of five that migrate at once, one renews")
    func concurrent() async throws {
        try await DatabaseFixture.withSchema { database in
            let configuration = try database.configuration()
            let migrator = Self.migrator(database.schema, [Self.answer("select 1")])
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<5 { group.addTask { try await migrator.migrate(configuration).repeatable.count } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts.sorted() == [0, 0, 0, 0, 1])
        }
    }
}

@Suite("A migration's file")
struct MigrationFileTests {
    @Test("gives number and name")
    func parse() throws {
        let migration = try Migrator.parse(fileName: "0012_add_the_inbox.sql", contents: "select 1")
        #expect(migration == Migration(number: 12, name: "add_the_inbox", sql: "select 1"))
        // SHA-256 of "select 1", as sha256sum gives it.
        #expect(migration.checksum == "822ae07d4783158bc1912bb623e5107cc9002d519e1143a9c200ed6ee18b6d0f")
    }

    @Test(
        "of another name is refused by name",
        arguments: [
            "1_short.sql", "0000_zero.sql", "0001_.sql", "0001.sql", "0001_x.txt", "abcd_x.sql", "", "٠٠٠١_x.sql",
        ])
    func refused(_ fileName: String) {
        let error = #expect(throws: PostgresError.self) { try Migrator.parse(fileName: fileName, contents: "") }
        #expect(error?.code == .migration)
        #expect(error?.description.contains("'\(fileName)'") == true)
    }
}

/// Counts what is logged as a warning.
private struct Warnings: LogHandler {
    let count = Counter()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        if event.level == .warning { count.add(1) }
    }
}
