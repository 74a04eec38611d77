import Postgres
import Synchronization
import TestSupport
import Testing

private struct OwnError: Error, Equatable {}

@Suite("A transaction", .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)))
struct TransactionTests {
    private static let table = "create table part (code text constraint part_key primary key, size int not null)"

    @Test("commits what it did, and gives what it returns")
    func commit() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            try await pool.withTransaction { try $0.script(Self.table) }
            let count = try await pool.withTransaction {
                try $0.execute("insert into part select * from unnest(\(["a", "b"]), \([Int32(1), 2]))")
            }
            #expect(count == 2)
            let rows = try await pool.withTransaction(isReadOnly: true) {
                try $0.query("select code, size from part order by code", as: (String, Int).self)
            }
            #expect(rows.map(\.0) == ["a", "b"])
            #expect(rows.map(\.1) == [1, 2])
        }
    }

    @Test("is undone as a whole by what its closure throws")
    func rollback() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            try await pool.withTransaction { try $0.script(Self.table) }
            await #expect(throws: OwnError()) {
                try await pool.withTransaction { transaction throws in
                    try transaction.execute("insert into part values ('a', 1)")
                    throw OwnError()
                }
            }
            // Thrown before anything was sent.
            await #expect(throws: OwnError()) { try await pool.withTransaction { _ in throw OwnError() } }
            #expect(try await pool.withTransaction { try $0.query("select code from part", as: String.self) }.isEmpty)
            #expect(pool.status.open == 1)
        }
    }

    @Test("whose statement failed does not commit, even when its closure took no notice")
    func failureUnheeded() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            try await pool.withTransaction { try $0.script(Self.table) }
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction throws in
                    try transaction.execute("insert into part values ('a', 1)")
                    _ = try? transaction.execute("insert into part values ('a', 2)")
                }
            }
            #expect(error?.sqlState == "23505")
            #expect(try await pool.withTransaction { try $0.query("select code from part", as: String.self) }.isEmpty)
        }
    }

    @Test("that was ended by its own statement is an error", arguments: ["commit", "rollback"])
    func endedInside(_ command: String) async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            let ways: [@Sendable (borrowing Transaction) throws -> Void] = [
                { try $0.script("select 1; \(command)") }, { try $0.queue("\(unsafe: command)") },
                { try $0.queue("\(unsafe: command)", expecting: .rows(0, "nothing")) },
            ]
            for way in ways {
                let error = await #expect(throws: PostgresError.self) { try await pool.withTransaction(way) }
                #expect(error?.sqlState == "25P01")
            }
            #expect(try await pool.withTransaction { try $0.query("select 1", as: Int.self) } == [1])
        }
    }

    @Test("may be for reading only, and reads what is committed")
    func readOnly() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            try await pool.withTransaction { try $0.script(Self.table) }
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction(isReadOnly: true) { try $0.execute("insert into part values ('a', 1)") }
            }
            #expect(error?.sqlState == "25006")
            let level = try await pool.withTransaction {
                try $0.query("select current_setting('transaction_isolation')", as: String.self)
            }
            #expect(level == ["read committed"])
            // An empty transaction is none to fail.
            try await pool.withTransaction { _ in }
        }
    }

    @Test("goes on after a part of it failed, when that part was a savepoint")
    func savepoints() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            try await pool.withTransaction { try $0.script(Self.table) }
            try await pool.withTransaction { transaction throws in
                try transaction.savepoint { _ = try transaction.execute("insert into part values ('kept', 1)") }
                let error = #expect(throws: PostgresError.self) {
                    try transaction.savepoint {
                        try transaction.execute("insert into part values ('gone', 1)")
                        try transaction.savepoint { _ = try transaction.execute("insert into part values ('kept', 2)") }
                    }
                }
                #expect(error?.sqlState == "23505")
                try transaction.savepoint {
                    try transaction.execute("insert into part values ('outer', 1)")
                    #expect(throws: OwnError()) {
                        try transaction.savepoint {
                            try transaction.execute("insert into part values ('inner', 1)")
                            throw OwnError()
                        }
                    }
                }
            }
            let codes = try await pool.withTransaction {
                try $0.query("select code from part order by code", as: String.self)
            }
            #expect(codes == ["kept", "outer"])
        }
    }

    @Test("keeps the server's state, and its data out of the description")
    func errors() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            try await pool.withTransaction { try $0.script(Self.table) }
            let double = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction throws in
                    for _ in 0..<2 { try transaction.execute("insert into part values (\("secret-code"), 1)") }
                }
            }
            #expect(double?.sqlState == "23505")
            #expect(double?.code == .statement)
            #expect(double?.isRetriable == false)
            #expect(double?.description.contains("secret-code") == false)
            #expect(double?.debugDescription.contains("constraint: part_key") == true)
            #expect(double?.debugDescription.contains("table: part") == true)

            let unfit = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { try $0.execute("select \("secret \"12\"")::integer") }
            }
            #expect(unfit?.sqlState == "22P02")
            #expect(unfit?.description.contains("integer") == true)
            #expect(unfit?.description.contains("secret") == false)
            #expect(unfit?.debugDescription.contains("secret") == true)
        }
    }

    @Test("is told to try again after a lock not had in time, or a statement too long")
    func retriable() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            try await pool.withTransaction { try $0.script(Self.table + "; insert into part values ('a', 1)") }
            let other = try await PostgresConnection.connect(database.configuration())
            try await other.withSession { try $0.script("begin; select from part for update") }
            let locked = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction in
                    try transaction.script("set local lock_timeout = '20ms'")
                    try transaction.execute("update part set size = 2")
                }
            }
            await other.close()
            let slow = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction in
                    try transaction.script("set local statement_timeout = '20ms'")
                    try transaction.execute("select pg_sleep(60)")
                }
            }
            for (error, state) in [(locked, "55P03"), (slow, "57014")] {
                #expect(error?.sqlState == state)
                #expect(error?.isRetriable == true)
                #expect(error?.isConnectionLost == false)
            }
        }
    }

    @Test("says which column does not hold what was asked for")
    func decoding() async throws {
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                let null = #expect(throws: PostgresError.self) {
                    try transaction.query("select 1 as one, null::bigint as size", as: (Int, Int).self)
                }
                #expect(null?.code == .decoding)
                #expect(null?.description == "column 2 'size' (type bigint) is NULL, Int was asked for")
                let wrong = #expect(throws: PostgresError.self) {
                    try transaction.query("select 'secret'::text as name", as: Int.self)
                }
                #expect(wrong?.description == "column 1 'name' (type text) does not hold what fits, Int was asked for")
                let large = #expect(throws: PostgresError.self) {
                    try transaction.query("select 3000000000::bigint as size", as: Int32.self)
                }
                #expect(large?.code == .decoding)
                let missing = #expect(throws: PostgresError.self) {
                    try transaction.query("select 1", as: (Int, Int).self)
                }
                #expect(missing?.description == "column 2 was asked for as Int, the statement has 1 columns")
                // A decoding that failed is ours: the transaction goes on.
                #expect(try transaction.query("select 2", as: Int.self) == [2])
            }
        }
    }

    @Test("gives rows as text with the names of the columns")
    func rows() async throws {
        try await DatabaseFixture.withSchema { database in
            let rows = try await database.pool().withTransaction {
                try $0.rows("select 1 as n, 'x' as t, null as none, 12.30::numeric as m union all select 2, '', 'y', 0")
            }
            #expect(rows.columns == ["n", "t", "none", "m"])
            #expect(rows.values == [["1", "x", nil, "12.30"], ["2", "", "y", "0"]])
        }
    }

    @Test("loads ten thousand rows by COPY")
    func copy() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            let awkward = ["O'Brien", "tab\there", "line\nhere\r", "back\\slash", "\\N", "\\.", "", "中文 🚚"]
            let count = try await pool.withTransaction { transaction throws in
                try transaction.script("create table load (id int primary key, \"Text\" text, note text)")
                return try transaction.copy(
                    into: "load", columns: ["id", "Text", "note"],
                    rows: (0..<10_000).lazy.map { ["\($0)", awkward[$0 % awkward.count], $0 % 3 == 0 ? nil : "n"] })
            }
            #expect(count == 10_000)
            try await pool.withTransaction { transaction throws in
                let texts = try transaction.query(
                    "select \"Text\" from load order by id limit \(awkward.count)", as: String.self)
                #expect(texts == awkward)
                let nulls = try transaction.query("select count(*) from load where note is null", as: Int.self)
                #expect(nulls == [3_334])
            }
        }
    }

    @Test("survives a COPY that fails, inside a savepoint")
    func copyFails() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            try await pool.withTransaction { transaction throws in
                try transaction.script("create table load (id int primary key)")
                let double = #expect(throws: PostgresError.self) {
                    try transaction.savepoint {
                        _ = try transaction.copy(into: "load", columns: ["id"], rows: [["1"], ["1"]])
                    }
                }
                #expect(double?.sqlState == "23505")
                let null = #expect(throws: PostgresError.self) {
                    try transaction.savepoint {
                        _ = try transaction.copy(into: "load", columns: ["id"], rows: [["1"], ["2\u{0}"]])
                    }
                }
                #expect(null?.code == .encoding)
                let nowhere = #expect(throws: PostgresError.self) {
                    try transaction.savepoint {
                        _ = try transaction.copy(into: "nowhere", columns: ["id"], rows: [["1"]])
                    }
                }
                #expect(nowhere?.sqlState == "42P01")
                #expect(try transaction.copy(into: "load", columns: ["id"], rows: [["5"]]) == 1)
            }
            #expect(try await pool.withTransaction { try $0.query("select id from load", as: Int.self) } == [5])
        }
    }
}
