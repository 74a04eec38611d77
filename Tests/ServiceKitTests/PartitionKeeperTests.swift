import Contracts
import Foundation
import Postgres
import TestSupport
import Testing

@testable import ServiceKit

@Suite(
    "Keeping partitions", .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)))
struct PartitionKeeperTests {
    @Test("somebody who reads an old partition for long holds up neither the ledger nor tomorrow's partitions")
    func longReader() async throws {
        try await DatabaseFixture.withSchema { database in
            _ = try await Migrator(
                schema: database.schema, component: "host", migrations: Schema.hostMigrations,
                logger: TestServers.quiet
            ).migrate(database.configuration())
            let pool = try database.pool()
            try await pool.withTransaction { transaction in
                _ = try transaction.rows(
                    """
                    select ensure_partitions(today - 30, today - 30) + ensure_partitions(today, today)
                    from (select (now() at time zone 'utc')::date as today) as clock
                    """)
                try transaction.execute(
                    """
                    insert into inbox (day, source, message_id, type, lane, number)
                    values ((now() at time zone 'utc')::date, 'waybill.customer', 'm1', 't', 0, 1)
                    """)
            }
            let impatient = try database.pool(configuration: database.configuration(lockTimeout: .milliseconds(50)))
            let keeper = PartitionKeeper(pool: impatient, inboxDays: 14, outboxDays: 7, logger: TestServers.quiet)
            let marks: SQL = "select coalesce(max(high), 0)::bigint from ledger_mark"
            let partitions: SQL = "select count(*) from pg_inherits where inhparent = 'inbox'::regclass"
            let old = try await pool.withTransaction(isReadOnly: true) { transaction in
                try transaction.query(
                    "select 'inbox_' || to_char((now() at time zone 'utc')::date - 30, 'YYYYMMDD')", as: String.self)
            }
            let read = SQL(stringLiteral: "select count(*) from \(try #require(old.first))")
            let (opened, isOpen) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            let isDone = DispatchSemaphore(value: 0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { isOpen.finish() }
                    try await pool.withTransaction { transaction in
                        _ = try transaction.rows(read)
                        isOpen.yield()
                        isDone.wait()
                    }
                }
                group.addTask {
                    defer { isDone.signal() }
                    for await _ in opened { break }
                    await #expect(throws: PostgresError.self) { try await keeper.keep() }
                    let (mark, kept) = (try await count(marks, pool), try await count(partitions, pool))
                    #expect(mark == 1)
                    // The old one, yesterday's to that of three days ahead.
                    #expect(kept == 6)
                }
                try await group.waitForAll()
            }
            try await keeper.keep()
            #expect(try await count(partitions, pool) == 5)
        }
    }

    @Test("who drops partitions for long does not hold up a copy for which there is nothing to make")
    func nothingToMake() async throws {
        try await DatabaseFixture.withSchema { database in
            _ = try await Migrator(
                schema: database.schema, component: "host", migrations: Schema.hostMigrations,
                repeatables: Schema.hostRepeatables, logger: TestServers.quiet
            ).migrate(database.configuration())
            let (pool, other) = (try database.pool(), try database.pool())
            let impatient = try database.pool(configuration: database.configuration(lockTimeout: .milliseconds(50)))
            let clock = "from (select (now() at time zone 'utc')::date as today) as clock"
            let ensure = SQL(stringLiteral: "select ensure_partitions(today - 1, today + 3)::bigint \(clock)")
            let more = SQL(stringLiteral: "select ensure_partitions(today, today + 4)::bigint \(clock)")
            let drop = SQL(stringLiteral: "select drop_partitions(today - 14, today - 7)::bigint \(clock)")
            @Sendable func run(_ statement: SQL, _ pool: PostgresPool) async throws -> Int64? {
                try await pool.withTransaction { try $0.query(statement, as: Int64.self).first }
            }
            #expect(try await run(ensure, pool) == 10)
            let (opened, isOpen) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            let isDone = DispatchSemaphore(value: 0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { isOpen.finish() }
                    try await other.withTransaction { transaction in
                        _ = try transaction.rows(drop)
                        isOpen.yield()
                        isDone.wait()
                    }
                }
                group.addTask {
                    defer { isDone.signal() }
                    for await _ in opened { break }
                    let made = try await run(ensure, impatient)
                    #expect(made == 0)
                    // What has to make one waits for the other.
                    await #expect(throws: PostgresError.self) { try await run(more, impatient) }
                }
                try await group.waitForAll()
            }
            #expect(try await run(more, pool) == 2)
        }
    }

    private func count(_ statement: SQL, _ pool: PostgresPool) async throws -> Int64? {
        try await pool.withTransaction(isReadOnly: true) { try $0.query(statement, as: Int64.self).first }
    }
}
