import CSystemShims
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite(
    "PostgreSQL", .enabled(if: TestServers.database != nil, "no test database: run 'make test'"),
    .timeLimit(.minutes(2)))
struct PostgresTests {
    @Test("values of every kind come back as they went")
    func roundTrip() async throws {
        try await TestServers.withSchema { pool, _, _ in
            let text = "O'Brien \\ \"quoted\" 富士康 {a,b} \n; drop table x"
            let row = try await pool.withTransaction { transaction in
                try transaction.query(
                    "select \(text), \(42), \(Int32(-7)), \(true), \(1.5), \([UInt8]([0, 1, 255])), \(String?.none.postgresBind), \(PostgresValue.numeric("12.3400"))::text",
                    as: (String, Int, Int32, Bool, Double, [UInt8], String?, String).self)
            }
            #expect(row.first?.0 == text)
            #expect(row.first?.1 == 42)
            #expect(row.first?.2 == -7)
            #expect(row.first?.3 == true)
            #expect(row.first?.4 == 1.5)
            #expect(row.first?.5 == [0, 1, 255])
            #expect(row.first?.6 == nil)
            #expect(row.first?.7 == "12.3400")
        }
    }

    @Test("arrays are bound whole, with NULLs, empty ones too")
    func arrays() async throws {
        try await TestServers.withSchema { pool, _, _ in
            let names: [String?] = ["a", nil, "c\"\\,{}"]
            let rows = try await pool.withTransaction { transaction in
                try transaction.query(
                    "select * from unnest(\(names), \([Int64](1...3)), \([[UInt8]]([[1], [], [2, 3]])), \([PostgresValue.numeric("1.5"), .numeric("2"), .numeric("3")])) as t(a, b, c, d)",
                    as: (String?, Int64, [UInt8], Double).self)
            }
            #expect(rows.map(\.0) == names)
            #expect(rows.map(\.2) == [[1], [], [2, 3]])
            #expect(rows.map(\.3) == [1.5, 2, 3])
            let none = try await pool.withTransaction {
                try $0.query("select * from unnest(\([String]()))", as: String.self)
            }
            #expect(none.isEmpty)
        }
    }

    @Test("a null character is refused before it is sent")
    func nullCharacter() async throws {
        try await TestServers.withSchema { pool, _, _ in
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { try $0.query("select \("a\u{0}b")", as: String.self) }
            }
            #expect(error?.code == .encoding)
        }
    }

    @Test("a decoding error names column and type")
    func decodingError() async throws {
        try await TestServers.withSchema { pool, _, _ in
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { try $0.query("select 'x' as answer", as: Int.self) }
            }
            #expect(error?.code == .decoding)
            #expect(error?.message.contains("'answer'") == true)
            #expect(error?.message.contains("Int") == true)
        }
    }

    @Test("what a transaction throws rolls it back; SQLSTATE and constraint are kept")
    func rollback() async throws {
        try await TestServers.withSchema { pool, _, _ in
            try await pool.withTransaction { try $0.script("create table t (a int constraint only_once unique)") }
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction in
                    try transaction.execute("insert into t values (1)")
                    try transaction.execute("insert into t values (1)")
                }
            }
            #expect(error?.sqlState == "23505")
            #expect(error?.isRetriable == false)
            #expect(error?.debugDescription.contains("only_once") == true)
            #expect(error?.description.contains("(1)") == false)
            let count = try await pool.withTransaction { try $0.query("select count(*) from t", as: Int.self) }
            #expect(count == [0])
        }
    }

    @Test("a savepoint loses only its own part; COPY loads many rows")
    func savepointAndCopy() async throws {
        try await TestServers.withSchema { pool, _, _ in
            try await pool.withTransaction { transaction in
                try transaction.script("create table t (a int unique, b text)")
                try transaction.execute("insert into t values (1, 'x')")
                _ = try? transaction.savepoint { try transaction.execute("insert into t values (1, 'y')") }
                try transaction.copy(
                    into: "t", columns: ["a", "b"], rows: (2...10_000).map { ["\($0)", $0 == 5 ? nil : "tab\t\\\n"] })
            }
            let rows = try await pool.withTransaction {
                try $0.query("select count(*), count(b), max(b) from t where a > 1", as: (Int, Int, String).self)
            }
            #expect(rows.first?.0 == 9_999)
            #expect(rows.first?.1 == 9_998)
            #expect(rows.first?.2 == "tab\t\\\n")
        }
    }

    @Test("a prepared statement heals after a migration has changed its columns")
    func heals() async throws {
        try await TestServers.withSchema { _, configuration, _ in
            let connection = try await PostgresConnection.connect(configuration)
            try await connection.withTransaction { try $0.script("create table t (a int); insert into t values (1)") }
            let before = try await connection.withTransaction { try $0.rows("select * from t") }
            #expect(before.columns == ["a"])
            let other = try await PostgresConnection.connect(configuration)
            try await other.withTransaction { try $0.script("alter table t add column b text default 'new'") }
            let after = try await connection.withTransaction { try $0.rows("select * from t") }
            #expect(after == Rows(columns: ["a", "b"], values: [["1", "new"]]))
        }
    }

    @Test("a connection that the server ends is a retriable error, and is replaced")
    func replaced() async throws {
        try await TestServers.withSchema { pool, configuration, _ in
            let one = PostgresPool(configuration: configuration, size: 1, logger: TestServers.quiet)
            let pid = try await one.withTransaction { try $0.query("select pg_backend_pid()", as: Int.self) }[0]
            _ = try await pool.withTransaction { try $0.execute("select pg_terminate_backend(\(Int32(pid)))") }
            var pids: [Int] = []
            while pids.isEmpty {
                do {
                    pids = try await one.withTransaction { try $0.query("select pg_backend_pid()", as: Int.self) }
                } catch let error as PostgresError {
                    #expect(error.isRetriable)
                }
            }
            #expect(pids != [pid])
            await one.close()
        }
    }

    @Test("the pool never opens more than its size, and serves everybody")
    func pool() async throws {
        try await TestServers.withSchema { _, configuration, _ in
            let pool = PostgresPool(configuration: configuration, size: 2, logger: TestServers.quiet)
            let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 1...50 {
                    group.addTask {
                        try await pool.withTransaction { try $0.query("select \(number)", as: Int.self)[0] }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 1_275)
            #expect(pool.status.open <= 2)
            await pool.close()
            await #expect(throws: PostgresError.self) { try await pool.withTransaction { try $0.execute("select 1") } }
        }
    }

    @Test("failed connects leak nothing and say why")
    func failedConnects() async throws {
        func descriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
        let nobody = try PostgresConfiguration(url: "postgres://nobody:secret@127.0.0.1:1/x", applicationName: "test")
        #expect(!nobody.description.contains("secret"))
        let before = try descriptors()
        for _ in 0..<40 {
            let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(nobody) }
            #expect(error?.isRetriable == true)
            #expect(error?.description.contains("secret") == false)
        }
        #expect(try await TestServers.eventually { try descriptors() < before + 30 })
    }

    @Test("the library's close runs on the connection's own thread")
    func closesOnItsThread() async throws {
        try await TestServers.withSchema { _, configuration, _ in
            let threads = Mutex<[Int64]>([])
            var connection: PostgresConnection? = try await PostgresConnection.connect(configuration) {
                let thread = waybill_thread_id()
                threads.withLock { $0.append(thread) }
            }
            let working = try await connection?.withTransaction { _ in waybill_thread_id() }
            connection = nil
            #expect(await TestServers.eventually { threads.withLock { !$0.isEmpty } })
            #expect(threads.withLock { $0 } == [working])
        }
    }

    @Test("of five migrators one applies; an edited migration is refused")
    func migrations() async throws {
        try await TestServers.withSchema { pool, configuration, schema in
            let migrations = [
                Migration(number: 1, name: "first", sql: "create table a (x int)"),
                Migration(number: 2, name: "second", sql: "create table b (x int)"),
            ]
            let migrator = Migrator(
                schema: schema, component: "test", migrations: migrations, logger: TestServers.quiet)
            let applied = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<5 { group.addTask { try await migrator.migrate(configuration).count } }
                return try await group.reduce(0, +)
            }
            #expect(applied == 2)
            #expect(try await migrator.status(pool).isAtHead)
            let edited = Migrator(
                schema: schema, component: "test",
                migrations: [Migration(number: 1, name: "first", sql: "create table a (y int)"), migrations[1]],
                logger: TestServers.quiet)
            #expect(try await edited.status(pool).problem?.contains("edited") == true)
            let older = Migrator(
                schema: schema, component: "test", migrations: [migrations[0]], logger: TestServers.quiet)
            #expect(try await older.status(pool).problem?.contains("ahead") == true)
        }
    }
}
