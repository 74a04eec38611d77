import TestSupport
import Testing

@testable import Postgres

private struct OwnError: Error, Equatable {}

@Suite(
    "Statements that travel together",
    .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)))
struct QueueTests {
    private static let table = "create table part (code text constraint part_key primary key, size int not null)"

    /// Runs a test with an empty table of parts.
    private static func withTable(_ body: (PostgresPool) async throws -> Void) async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            try await pool.withTransaction { try $0.script(table) }
            try await body(pool)
        }
    }

    private static func codes(_ pool: PostgresPool) async throws -> [String] {
        try await pool.withTransaction { try $0.query("select code from part order by code", as: String.self) }
    }

    @Test("another role and its settings hold for the rest of the transaction, however it ends, and for no other")
    func role() async throws {
        try await DatabaseFixture.withSchema { database in
            try await database.makeRoles()
            let pool = try database.pool(size: 1)
            // The same statement as either role, again and again: each has a plan of its own.
            @Sendable func look(_ transaction: borrowing Transaction) throws -> [String] {
                try transaction.query(
                    "select current_user || ' ' || coalesce(nullif(current_setting('waybill.day', true), ''), '-')",
                    as: String.self)
            }
            let own = try await pool.withTransaction { try look($0) }
            for fails in [false, true, false] {
                let seen = try? await pool.withTransaction(isReadOnly: true) { transaction throws in
                    try transaction.become("current_schema() || '_reader'", settings: [("waybill.day", "today")])
                    let seen = try look(transaction)
                    try transaction.become(settings: [("waybill.day", "tomorrow")])
                    let later = try look(transaction)
                    if fails { throw OwnError() }
                    return seen + later
                }
                let reader = "\(database.schema)_reader"
                #expect(seen == (fails ? nil : ["\(reader) today", "\(reader) tomorrow"]))
                #expect(try await pool.withTransaction { try look($0) } == own)
            }
        }
    }

    @Test("run in their order, before what is asked behind them")
    func order() async throws {
        try await Self.withTable { pool throws in
            let seen = try await pool.withTransaction { transaction throws in
                try transaction.queue("insert into part values (\("a"), 1)")
                try transaction.queue("update part set size = size * 10 where code = \("a")")
                let sizes = try transaction.ask("select code, size from part", as: (String, Int).self)
                try transaction.queue("update part set size = size + 1")
                let later = try transaction.ask("select size from part", as: Int.self)
                // Read the other way round: the answers stay those of their places.
                let last = try later.rows()
                return [try sizes.rows().map(\.1), last, [try transaction.execute("delete from part where size = 11")]]
            }
            #expect(seen == [[10], [11], [1]])
            #expect(try await Self.codes(pool).isEmpty)
        }
    }

    @Test("are committed when nothing is asked behind them", arguments: [1, 3, 200])
    func commit(_ count: Int) async throws {
        try await Self.withTable { pool throws in
            try await pool.withTransaction { transaction throws in
                for number in 0..<count { try transaction.queue("insert into part values (\("p\(number)"), 1)") }
            }
            #expect(try await Self.codes(pool).count == count)
            // The same again: they are prepared now, and the first refusal is the COMMIT's.
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction throws in
                    try transaction.queue("insert into part values (\("new"), 1)")
                    for number in 0..<count { try transaction.queue("insert into part values (\("p\(number)"), 1)") }
                }
            }
            #expect(error?.isUniqueViolation == true)
            #expect(error?.isCommitUnknown == false)
            #expect(try await Self.codes(pool).count == count)
            #expect(pool.status.open == 1)
        }
    }

    @Test("are not sent when the transaction is given up, nor by the next one")
    func rollback() async throws {
        try await Self.withTable { pool throws in
            for asks in [false, true] {
                await #expect(throws: OwnError()) {
                    try await pool.withTransaction { transaction throws in
                        if asks { _ = try transaction.query("select 1", as: Int.self) }
                        try transaction.queue("insert into part values ('a', 1)")
                        throw OwnError()
                    }
                }
            }
            try await pool.withTransaction { try $0.queue("insert into part values ('b', 1)") }
            #expect(try await Self.codes(pool) == ["b"])
        }
    }

    @Test("fail where something is asked next, and with it the transaction, heeded or not")
    func failure() async throws {
        try await Self.withTable { pool throws in
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction throws in
                    try transaction.queue("insert into part values ('a', 1)")
                    try transaction.queue("insert into part values ('a', null)")
                    let answer = try transaction.ask("select 1", as: Int.self)
                    let first = #expect(throws: PostgresError.self) { try answer.rows() }
                    #expect(first?.sqlState == "23502")
                    // What did not run has no answer later either, and says why.
                    let second = #expect(throws: PostgresError.self) { try answer.rows() }
                    #expect(second?.sqlState == "23502")
                    try transaction.queue("insert into part values ('b', 1)")
                }
            }
            #expect(error?.sqlState == "23502")
            #expect(try await Self.codes(pool).isEmpty)
            #expect(try await pool.withTransaction { try $0.query("select 1", as: Int.self) } == [1])
            #expect(pool.status.open == 1)
        }
    }

    @Test("that write fewer rows than they were to are another transaction's doing, and are to be tried again")
    func expectedRows() async throws {
        try await Self.withTable { pool throws in
            try await pool.withTransaction {
                try $0.queue("insert into part values ('a', 1)", expecting: .rows(1, "a part"))
            }
            for then in ["nothing", "a question", "what fails for that", "a question nobody heeds"] {
                let error = await #expect(throws: PostgresError.self) {
                    try await pool.withTransaction { transaction throws in
                        try transaction.queue("insert into part values ('b', 1)")
                        try transaction.queue(
                            "update part set size = 2 where code = any(\(["a", "c"]))", expecting: .rows(2, "a part"))
                        switch then {
                        case "a question": _ = try transaction.query("select 1", as: Int.self)
                        case "what fails for that":
                            try transaction.queue("insert into part select 'd', max(size) from part where code = 'c'")
                        case "a question nobody heeds": _ = try? transaction.query("select 1", as: Int.self)
                        default: break
                        }
                    }
                }
                #expect(error?.code == .concurrentChange, "\(then)")
                #expect(error?.isRetriable == true)
                #expect(error?.description.contains("a part") == true)
            }
            #expect(try await Self.codes(pool) == ["a"])
        }
    }

    @Test("whose key is there after all are another transaction's doing; another statement's key is not")
    func expectedNew() async throws {
        try await Self.withTable { pool throws in
            try await pool.withTransaction { try $0.queue("insert into part values ('a', 1)") }
            let new = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction throws in
                    try transaction.queue("insert into part values ('b', 1)")
                    try transaction.queue("insert into part values ('a', 2)", expecting: .newRows("a part"))
                }
            }
            #expect(new?.code == .concurrentChange)
            let other = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction throws in
                    try transaction.queue("insert into part values ('a', 2)")
                    try transaction.queue("insert into part values ('b', 1)", expecting: .newRows("a part"))
                }
            }
            #expect(other?.sqlState == "23505")
            #expect(other?.isRetriable == false)
            let asked = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction throws in
                    try transaction.ask(
                        "insert into part values ('a', 2) returning size", as: Int.self, expecting: .newRows("a part")
                    ).rows()
                }
            }
            #expect(asked?.code == .concurrentChange)
        }
    }

    @Test("belong to the savepoint in which they were queued")
    func savepoints() async throws {
        try await Self.withTable { pool throws in
            try await pool.withTransaction { transaction throws in
                try transaction.queue("insert into part values ('before', 1)")
                #expect(throws: PostgresError.self) {
                    try transaction.savepoint { try transaction.queue("insert into part values ('before', 2)") }
                }
                #expect(throws: OwnError()) {
                    try transaction.savepoint {
                        try transaction.queue("insert into part values ('gone', 2)")
                        throw OwnError()
                    }
                }
                try transaction.savepoint { try transaction.queue("insert into part values ('inside', 1)") }
            }
            #expect(try await Self.codes(pool) == ["before", "inside"])
        }
    }

    @Test("come before a script and a COPY")
    func others() async throws {
        try await Self.withTable { pool throws in
            try await pool.withTransaction { transaction throws in
                try transaction.queue("insert into part values ('a', 1)")
                try transaction.script("update part set code = 'b'")
                try transaction.queue("delete from part")
                try transaction.copy(into: "part", columns: ["code", "size"], rows: [["c", "1"]])
            }
            #expect(try await Self.codes(pool) == ["c"])
        }
    }

    @Test("are sent when a session ends, and not when it fails")
    func session() async throws {
        try await DatabaseFixture.withSchema { database in
            let connection = try await PostgresConnection.connect(database.configuration())
            try await connection.withSession { session throws in
                try session.script(Self.table)
                try session.queue("insert into part values ('a', 1)")
            }
            await #expect(throws: OwnError()) {
                try await connection.withSession { session throws in
                    try session.queue("insert into part values ('b', 1)")
                    throw OwnError()
                }
            }
            let codes = try await connection.withSession { try $0.query("select code from part", as: String.self) }
            #expect(codes == ["a"])
            await connection.close()
        }
    }

    @Test("may take longer together than one of them may", .timeLimit(.minutes(1)))
    func patience() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool(configuration: database.configuration(statementTimeout: .seconds(1)))
            try await pool.withTransaction { transaction throws in
                for _ in 0..<6 { try transaction.queue("select pg_sleep(0.8)") }
            }
            #expect(pool.status.open == 1)
        }
    }

    @Test("that wrote too little fail the transaction, whatever savepoint is undone behind them")
    func expectationAndSavepoint() async throws {
        try await Self.withTable { pool throws in
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction throws in
                    try transaction.queue("insert into part values ('a', 1)", expecting: .rows(2, "a part"))
                    try? transaction.savepoint { try transaction.queue("insert into part values ('b', 1)") }
                    try? transaction.savepoint { throw OwnError() }
                }
            }
            #expect(error?.code == .concurrentChange)
            #expect(try await Self.codes(pool).isEmpty)
        }
    }

    @Test("are not sent behind a refusal that nobody heeded, which stays the reason")
    func unheeded() async throws {
        try await Self.withTable { pool throws in
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction throws in
                    _ = try? transaction.query("select 1 / 0", as: Int.self)
                    try transaction.queue("insert into part values ('a', 1)", expecting: .rows(1, "a part"))
                }
            }
            #expect(error?.sqlState == "22012")
        }
    }

    @Test("are prepared once each, also when there are more than can be kept prepared")
    func manyStatements() async throws {
        try await Self.withTable { pool throws in
            for round in 1...2 {
                let (sums, prepared) = try await pool.withTransaction { transaction throws in
                    var answers: [Answer<Int>] = []
                    for number in 0..<300 {
                        let sql: SQL = "select \(unsafe: "\(number)") + \(round)"
                        answers.append(try transaction.ask(sql, as: Int.self))
                        // Twice on the way before it is known to be prepared.
                        answers.append(try transaction.ask(sql, as: Int.self))
                    }
                    let sums = try answers.map { try $0.rows() }
                    return (
                        sums, try transaction.query("select count(*) from pg_prepared_statements", as: Int.self)
                    )
                }
                #expect(sums == (0..<300).flatMap { [[$0 + round], [$0 + round]] })
                #expect(prepared == [256])
            }
        }
    }
}
