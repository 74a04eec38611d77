import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite(
    "A connection", .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)),
    .serialized)
struct ConnectionTests {
    @Test("does everything, also the library's close, on one thread")
    func oneThread() async throws {
        let closedOn = Noted<pthread_t>()
        var threads: Set<pthread_t> = []
        do {
            let fixture = try await Self.connect { closedOn.note(pthread_self()) }
            for _ in 0..<20 {
                threads.insert(try await fixture.withTransaction { _ in pthread_self() })
                await Task.yield()
            }
        }
        // The last reference is gone: the close is under way on the connection's thread.
        #expect(try await eventually { !closedOn.all.isEmpty })
        #expect(threads.count == 1)
        #expect(closedOn.all == Array(threads))
        #expect(!threads.contains(pthread_self()))
    }

    @Test("runs transactions one after the other")
    func serial() async throws {
        let connection = try await Self.connect()
        let inside = Counter()
        let overlaps = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await connection.withTransaction { transaction in
                        if inside.add(1) > 1 { overlaps.add(1) }
                        try transaction.execute("select 1")
                        inside.add(-1)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(overlaps.value == 0)
    }

    @Test("that does not come about leaves no descriptor and no thread behind")
    func failedConnects() async throws {
        try await DatabaseFixture.withSchema { database in
            let port = try #require(URLComponents(string: database.url)?.port)
            let nobody = try PostgresConfiguration(
                url: "postgres://a:b@127.0.0.1:1/x", applicationName: "t", connectTimeout: .seconds(2))
            let refused = try PostgresConfiguration(
                url: "postgres://postgres:wrong@127.0.0.1:\(port)/postgres", applicationName: "t")
            let absent = try database.configuration(role: "no_such_role")
            let closed = Counter()
            func fail(_ configuration: PostgresConfiguration) async -> PostgresError? {
                do throws(PostgresError) {
                    let connection = try await PostgresConnection.connect(configuration) {
                        closed.add(1)
                    }
                    await connection.close()
                    return nil
                } catch {
                    return error
                }
            }
            // Once before counting: name look-ups and TLS keep descriptors of their own.
            for configuration in [nobody, refused, absent] { _ = await fail(configuration) }
            let before = try Self.resources()
            for _ in 0..<10 {
                let nothing = await fail(nobody)
                #expect(nothing?.isRetriable == true)
                #expect(nothing?.isConnectionLost == true)
                let wrong = await fail(refused)
                #expect(wrong?.sqlState == "28P01")
                #expect(wrong?.isRetriable == false)
                #expect(wrong?.description.contains("28P01: ") == false)
                let role = await fail(absent)
                #expect(role?.sqlState == "22023")
                #expect(role?.description.contains("no_such_role") == true)
            }
            #expect(closed.value == 33)
            // Each attempt would leave a socket, a wake-up and a thread: 90. What other tests use meanwhile comes and
            // goes.
            #expect(try await eventually { try Self.resources() < before + 30 })
        }
    }

    @Test("is given up when nobody answers in time")
    func silence() async throws {
        // Listens, and says nothing: the queue of the socket completes the connection.
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                try #require(bind(listener, address, length) == 0)
                try #require(listen(listener, 4) == 0)
                try #require(getsockname(listener, address, &length) == 0)
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
        let configuration = try PostgresConfiguration(
            url: "postgres://a:b@127.0.0.1:\(port)/x", applicationName: "t", connectTimeout: .milliseconds(100))
        let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .timeout)
        #expect(error?.isRetriable == true)
    }

    @Test("is known to be dead as soon as the server ends it, though nobody uses it")
    func deadWhileIdle() async throws {
        try await DatabaseFixture.withSchema { database in
            let closed = Counter()
            let connection = try await PostgresConnection.connect(database.configuration()) {
                closed.add(1)
            }
            try await Self.terminate(connection)
            #expect(try await eventually { !connection.isAlive && closed.value == 1 })
            let error = await #expect(throws: PostgresError.self) { try await connection.withTransaction { _ in } }
            #expect(error?.isRetriable == true)
            #expect(error?.isConnectionLost == true)
        }
    }

    @Test("that is lost in mid-transaction says so, and not that the outcome is unknown")
    func lostInside() async throws {
        let connection = try await Self.connect()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.withTransaction { transaction in
                try transaction.execute("select 1")
                try transaction.execute("select pg_terminate_backend(pg_backend_pid())")
            }
        }
        #expect(error?.sqlState == "57P01")
        #expect(error?.isConnectionLost == true)
        #expect(error?.isRetriable == true)
        #expect(error?.isCommitUnknown == false)
        #expect(!connection.isAlive)
    }

    @Test("that is lost during COMMIT leaves the outcome unknown")
    func lostDuringCommit() async throws {
        try await DatabaseFixture.withSchema { database in
            let connection = try await PostgresConnection.connect(database.configuration())
            let error = await #expect(throws: PostgresError.self) {
                try await connection.withTransaction { transaction in
                    // A deferred trigger runs inside COMMIT.
                    try transaction.script(
                        """
                        create table t (a int);
                        create function die() returns trigger language plpgsql as
                            'begin perform pg_terminate_backend(pg_backend_pid()); return null; end';
                        create constraint trigger die after insert on t deferrable initially deferred
                            for each row execute function die();
                        """)
                    try transaction.execute("insert into t values (1)")
                }
            }
            #expect(error?.isCommitUnknown == true)
            #expect(error?.isConnectionLost == true)
            #expect(!connection.isAlive)
        }
    }

    @Test("a constraint that fails at COMMIT is an ordinary refusal")
    func refusedAtCommit() async throws {
        try await DatabaseFixture.withSchema { database in
            let connection = try await PostgresConnection.connect(database.configuration())
            let error = await #expect(throws: PostgresError.self) {
                try await connection.withTransaction { transaction in
                    try transaction.script("create table t (a int unique deferrable initially deferred)")
                    try transaction.execute("insert into t values (1), (1)")
                }
            }
            #expect(error?.sqlState == "23505")
            #expect(error?.isCommitUnknown == false)
            #expect(try await connection.withTransaction { try $0.query("select 1", as: Int.self) } == [1])
        }
    }

    @Test("prepares a statement anew after a migration changed what it gives")
    func stalePlan() async throws {
        try await DatabaseFixture.withSchema { database in
            let connection = try await PostgresConnection.connect(database.configuration())
            try await connection.withTransaction { try $0.script("create table t (a int); insert into t values (7)") }
            let runs = Counter()
            func read() async throws -> [[String?]] {
                try await connection.withTransaction { transaction in
                    runs.add(1)
                    return try transaction.rows("select * from t").values
                }
            }
            #expect(try await read() == [["7"]])
            try await DatabaseFixture.administer("alter table \(database.schema).t add b text default 'new'")
            #expect(try await read() == [["7", "new"]])
            #expect(runs.value == 3)
            // Its own DISCARD makes the server forget what we believe prepared.
            try await connection.withSession { try $0.script("deallocate all") }
            #expect(try await read() == [["7", "new"]])
        }
    }

    @Test("lets go of the statements not used for longest")
    func eviction() async throws {
        let connection = try await Self.connect()
        try await connection.withTransaction { transaction in
            for number in 0..<300 {
                _ = try transaction.query("select \(unsafe: "\(number)")", as: Int.self)
                _ = try transaction.query("select 'often'", as: String.self)
            }
        }
        let prepared = try await connection.withTransaction { transaction in
            try transaction.query("select count(*) from pg_prepared_statements", as: Int.self)
        }
        #expect(prepared == [256])
        // A statement that fails is not taken for prepared.
        for _ in 0..<2 {
            let error = await #expect(throws: PostgresError.self) {
                try await connection.withTransaction { try $0.execute("select nonsense") }
            }
            #expect(error?.sqlState == "42703")
        }
        // One that was prepared and then fails is.
        for _ in 0..<2 {
            let error = await #expect(throws: PostgresError.self) {
                try await connection.withTransaction { try $0.execute("select 1 / \(Int32(0))") }
            }
            #expect(error?.sqlState == "22012")
        }
    }

    @Test("the server's settings are those of the configuration")
    func settings() async throws {
        try await DatabaseFixture.withSchema { database in
            let configuration = try PostgresConfiguration(
                url: database.url + "?options=-c%20work_mem%3D5MB", applicationName: "settings of a test",
                statementTimeout: .seconds(7), lockTimeout: .milliseconds(1_500),
                idleInTransactionTimeout: .seconds(9), searchPath: "\(database.schema), pg_catalog")
            let password = try #require(URLComponents(string: database.url)?.password)
            #expect(!"\(configuration) \(String(reflecting: configuration))".contains(password))
            let connection = try await PostgresConnection.connect(configuration)
            let settings = try await connection.withTransaction { transaction in
                try [
                    "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "search_path",
                    "work_mem", "application_name", "client_encoding",
                ].flatMap { try transaction.query("select current_setting(\($0))", as: String.self) }
            }
            #expect(
                settings == [
                    "7s", "1500ms", "9s", "\(database.schema), pg_catalog", "5MB", "settings of a test", "UTF8",
                ])
        }
    }

    @Test("values, days and times are the same whatever server, database, role and address have set")
    func surroundings() async throws {
        try await DatabaseFixture.withDatabase { database in
            func answers(_ url: String) async throws -> [[String?]] {
                let connection = try await PostgresConnection.connect(
                    PostgresConfiguration(url: url, applicationName: "surroundings of a test"))
                return try await connection.withTransaction { transaction in
                    try transaction.rows(
                        """
                        select timestamptz '2026-03-01T19:00:00Z', (timestamptz '2026-03-01T19:00:00Z')::date,
                            date '03/04/2026', interval '1 day 02:00', float8 '0.1', '\\x00ff'::bytea,
                            to_char(1234.5, '9G999D9'), ('{a,NULL}'::text[])::text, null = null,
                            current_setting('transaction_isolation'), 'a\\nb', format('%I', 'a')
                        """
                    ).values
                }
            }
            let before = try await answers(database.url)
            try await database.pool().withTransaction { transaction in
                for setting in [
                    "timezone = 'America/New_York'", "datestyle = 'German, DMY'", "intervalstyle = 'iso_8601'",
                    "bytea_output = 'escape'", "extra_float_digits = -10", "standard_conforming_strings = off",
                    "default_transaction_isolation = 'serializable'", "transform_null_equals = on",
                    "array_nulls = off", "quote_all_identifiers = on",
                ] {
                    let (name, value) = (setting.prefix { $0 != " " }, setting.drop { $0 != "=" })
                    try transaction.script(
                        """
                        do $$ begin
                            execute format('alter database %I set \(name) \(value.replacing("'", with: "''"))',
                                current_database());
                        end $$
                        """)
                }
            }
            #expect(try await answers(database.url) == before)
            let options = "?options=-c%20timezone%3DAsia/Tokyo%20-c%20datestyle%3DSQL"
            #expect(try await answers(database.url + options) == before)
            #expect(before.first?.first == "2026-03-01 19:00:00+00")
        }
    }

    @Test("a row that no partition takes is a matter of the set-up; one that a check forbids is not")
    func partitions() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            try await pool.withTransaction {
                try $0.script(
                    """
                    create table parted (day date, amount integer check (amount > 0)) partition by range (day);
                    create table parted_1 partition of parted for values from ('2026-01-01') to ('2026-01-02')
                    """)
            }
            for (row, isOfSetUp) in [("'2026-01-05', 1", true), ("'2026-01-01', 0", false)] {
                let error = await #expect(throws: PostgresError.self) {
                    try await pool.withTransaction { try $0.script("insert into parted values (\(row))") }
                }
                #expect(error?.sqlState == "23514")
                #expect(error?.isOfSetUp == isOfSetUp, "\(row)")
            }
        }
    }

    @Test("a connection to a server that takes no changes any more is given up, for another may by now")
    func readOnly() async throws {
        let connection = try await Self.connect()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.withTransaction {
                try $0.script("set transaction read only; create table never_made (a integer)")
            }
        }
        #expect(error?.isReadOnly == true && error?.isRetriable == true)
        #expect(!connection.isAlive)
    }

    @Test("an address that makes no sense is refused without being repeated")
    func nonsense() {
        for url in ["postgres://user:hunter2@host:port:port/x?y", "hunter2", "host='hunter2"] {
            let error = #expect(throws: PostgresError.self) {
                try PostgresConfiguration(url: url, applicationName: "t")
            }
            #expect(error?.code == .configuration)
            #expect(error?.debugDescription.contains("hunter2") == false)
        }
    }

    // MARK: Support

    private static func connect(closed: (@Sendable () -> Void)? = nil) async throws -> PostgresConnection {
        let url = try #require(DatabaseFixture.serverURL)
        return try await PostgresConnection.connect(
            PostgresConfiguration(url: url, applicationName: "waybill-tests"), closed: closed)
    }

    /// Ends a connection from another one.
    static func terminate(_ connection: PostgresConnection) async throws {
        let process = try await connection.withTransaction {
            try $0.query("select pg_backend_pid()", as: Int.self)
        }
        try await DatabaseFixture.administer("select pg_terminate_backend(\(process.first ?? 0))")
    }

    /// Open descriptors and threads of this process.
    private static func resources() throws -> Int {
        try ["/proc/self/fd", "/proc/self/task"].reduce(0) {
            try $0 + FileManager.default.contentsOfDirectory(atPath: $1).count
        }
    }
}
