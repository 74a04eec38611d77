import Logging
import TestSupport
import Testing

@testable import Postgres

@Suite("A pool", .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)))
struct PoolTests {
    @Test("opens no more connections than its size, and serves everybody")
    func bounded() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool(size: 3)
            let inside = Counter()
            let most = Noted<Int>()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<60 {
                    group.addTask {
                        try await pool.withTransaction { transaction in
                            most.note(inside.add(1))
                            try transaction.execute("select pg_sleep(0.002)")
                            inside.add(-1)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(most.all.count == 60)
            #expect(most.all.max() ?? 0 <= 3)
            #expect(pool.status == PostgresPool.Status(isHealthy: true, lastError: nil, open: 3, busy: 0, waiting: 0))
        }
    }

    @Test("serves in the order of asking")
    func fairness() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool(size: 1)
            let order = Noted<Int>()
            try await Self.holding(pool, database) { letGo in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<10 {
                        group.addTask { try await pool.withTransaction { _ in order.note(number) } }
                        #expect(try await eventually { pool.status.waiting == number + 1 })
                    }
                    await letGo()
                    try await group.waitForAll()
                }
            }
            #expect(order.all == Array(0..<10))
        }
    }

    @Test("forgets who was cancelled while waiting, and loses no place by it")
    func cancellation() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool(size: 1)
            try await Self.holding(pool, database) { letGo in
                let ran = Counter()
                await withTaskGroup(of: (any Error)?.self) { group in
                    for _ in 0..<5 {
                        group.addTask {
                            do {
                                try await pool.withTransaction { _ in _ = ran.add(1) }
                                return nil
                            } catch {
                                return error
                            }
                        }
                    }
                    _ = try? await eventually { pool.status.waiting == 5 }
                    group.cancelAll()
                    for await error in group { #expect(error is CancellationError) }
                }
                #expect(ran.value == 0)
                #expect(pool.status.waiting == 0)
                await letGo()
            }
            // Cancelled and served at once, many times over: every place must come back.
            for _ in 0..<100 {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 { group.addTask { try? await pool.withTransaction { _ in } } }
                    await Task.yield()
                    group.cancelAll()
                }
            }
            #expect(pool.status.busy == 0)
            #expect(try await pool.withTransaction { try $0.query("select 1", as: Int.self) } == [1])
        }
    }

    @Test("says after a while that nothing came free")
    func timeout() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool(size: 1, acquireTimeout: .milliseconds(20))
            try await Self.holding(pool, database) { letGo in
                let error = await #expect(throws: PostgresError.self) { try await pool.withTransaction { _ in } }
                #expect(error?.code == .pool)
                #expect(error?.isRetriable == true)
                #expect(pool.status.waiting == 0)
                await letGo()
            }
            #expect(try await pool.withTransaction { try $0.query("select 1", as: Int.self) } == [1])
        }
    }

    @Test("replaces a connection that was killed")
    func killed() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool(size: 2)
            // In mid-transaction: a retriable error, and the next one works.
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { try $0.execute("select pg_terminate_backend(pg_backend_pid())") }
            }
            #expect(error?.isRetriable == true)
            #expect(!pool.status.isHealthy)
            #expect(try await pool.withTransaction { try $0.query("select 1", as: Int.self) } == [1])
            #expect(pool.status.isHealthy)
            // While idle: nobody notices but the pool.
            for _ in 0..<5 {
                let process = try await pool.withTransaction { try $0.query("select pg_backend_pid()", as: Int.self) }
                try await DatabaseFixture.administer("select pg_terminate_backend(\(process.first ?? 0))")
                let next = try await Self.retrying {
                    try await pool.withTransaction { try $0.query("select pg_backend_pid()", as: Int.self) }
                }
                #expect(next != process)
            }
            #expect(pool.status.open == 1)
        }
    }

    @Test("tells everybody at once when there is no server")
    func noServer() async throws {
        let nobody = try PostgresConfiguration(
            url: "postgres://a:b@127.0.0.1:1/x", applicationName: "t", connectTimeout: .seconds(2))
        let pool = PostgresPool(configuration: nobody, size: 2, logger: .init(label: "test"))
        let errors = await withTaskGroup(of: PostgresError?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        try await pool.withTransaction { _ in }
                        return nil
                    } catch {
                        return error as? PostgresError
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(errors.count == 20)
        for error in errors {
            #expect(error?.isRetriable == true)
            #expect(error?.code == .connection)
        }
        #expect(pool.status.open == 0)
        #expect(pool.status.waiting == 0)
        #expect(pool.status.lastError != nil)
    }

    @Test("works as soon as what was missing is there")
    func heals() async throws {
        let name = DatabaseFixture.uniqueName()
        let pool = PostgresPool(
            configuration: try PostgresConfiguration(
                url: DatabaseFixture.url(ofDatabase: name), applicationName: "t"),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let error = await #expect(throws: PostgresError.self) { try await pool.withTransaction { _ in } }
        #expect(error?.sqlState == "3D000")
        #expect(error?.isRetriable == false)
        #expect(!pool.status.isHealthy)
        try await DatabaseFixture.administer("create database \(name)")
        let answer = try? await pool.withTransaction {
            try $0.query("select current_database()::text", as: String.self)
        }
        #expect(answer == [name])
        #expect(pool.status.isHealthy)
        await pool.close()
        try await DatabaseFixture.administer("drop database \(name) with (force)")
    }

    @Test("that is closed refuses who waits and who comes, and closes what comes back")
    func close() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool(size: 1)
            try await Self.holding(pool, database) { letGo in
                await withTaskGroup(of: PostgresError.Code?.self) { group in
                    group.addTask {
                        do {
                            try await pool.withTransaction { _ in }
                            return nil
                        } catch {
                            return (error as? PostgresError)?.code
                        }
                    }
                    _ = try? await eventually { pool.status.waiting == 1 }
                    await pool.close()
                    for await code in group { #expect(code == .pool) }
                }
                let error = await #expect(throws: PostgresError.self) { try await pool.withTransaction { _ in } }
                #expect(error?.code == .pool)
                await letGo()
            }
            #expect(try await eventually { pool.status.open == 0 })
        }
    }

    @Test("runs until it is cancelled, and is closed then")
    func run() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await pool.run() }
                _ = try? await pool.withTransaction { try $0.execute("select 1") }
                group.cancelAll()
            }
            #expect(pool.status.open == 0)
            await #expect(throws: PostgresError.self) { try await pool.withTransaction { _ in } }
        }
    }

    // MARK: Support

    /// Runs `body` while a transaction holds a connection of the pool, until `body` lets it go or ends.
    private static func holding(
        _ pool: PostgresPool, _ database: DatabaseFixture, _ body: (_ letGo: () async -> Void) async throws -> Void
    ) async throws {
        let key = database.schema
        let holder = try await PostgresConnection.connect(database.configuration())
        try await holder.withSession { try $0.execute("select pg_advisory_lock(hashtext(\(key)))") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await pool.withTransaction { transaction in
                    _ = try transaction.execute("select pg_advisory_xact_lock(hashtext(\(key)))")
                }
            }
            _ = try await eventually { pool.status.busy == 1 }
            do {
                try await body { await holder.close() }
            } catch {
                await holder.close()
                throw error
            }
            await holder.close()
            try await group.waitForAll()
        }
    }

    /// Tries again what may be tried again, as every user of a pool does.
    private static func retrying<Result>(_ body: () async throws -> Result) async throws -> Result {
        for _ in 0..<20 {
            do {
                return try await body()
            } catch let error as PostgresError where error.isRetriable {}
        }
        return try await body()
    }
}
