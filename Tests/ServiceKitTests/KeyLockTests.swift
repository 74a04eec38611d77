import Domain
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import ServiceKit

@Suite("Locks by key", .enabled(if: DatabaseFixture.isAvailable, Comment(rawValue: DatabaseFixture.howToEnable)))
struct KeyLockTests {
    private static let held: SQL = """
        select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()
        """

    @Test("keys fall into all stripes about evenly, and the parts of a key are kept apart")
    func stripes() {
        var counts: [Int64: Int] = [:]
        for number in 0..<25_600 { counts[KeyLock.stripe(of: ["erp", "INV-2026-\(number)"]), default: 0] += 1 }
        #expect(Set(counts.keys) == Set(0..<256))
        // A hundred a stripe: outside 50…170 is seven standard deviations away.
        #expect(counts.values.allSatisfy { (50...170).contains($0) })
        // The same in every process and release: two copies must agree.
        #expect(KeyLock.stripe(of: ["erp", "C-1"]) == KeyLock.stripe(of: ["erp", "C-1"]))
        let pairs = (0..<100).count { KeyLock.stripe(of: ["a\($0)", "b"]) == KeyLock.stripe(of: ["a", "\($0)b"]) }
        #expect(pairs < 10)
    }

    @Test("transactions that lock 2,000 keys each at the same time hold at most 256 locks each")
    func bounded() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool(size: 6)
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for copy in 0..<6 {
                    group.addTask {
                        try await pool.withTransaction { transaction in
                            // Every other one at a place of its own: those do not wait for one another.
                            let place = copy.isMultiple(of: 2) ? "place" : "place \(copy)"
                            try KeyLock.lock(
                                place, (0..<2_000).map { OrderKey(source: "erp", orderId: "\(copy)-\($0)") },
                                transaction)
                            return try transaction.query(Self.held, as: Int.self).first ?? 0
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts.count == 6)
            #expect(counts.allSatisfy { (200...KeyLock.stripes).contains($0) }, "\(counts)")
        }
    }

    @Test("a copy of the release before is kept out by the numbers that it locks")
    func releaseBefore() async throws {
        try await DatabaseFixture.withSchema { database in
            try await database.pool().withTransaction { transaction throws in
                try KeyLock.lock("payment", [OrderKey(source: "erp", orderId: "P1")], transaction)
                try KeyLock.lock("ownership", transaction)
                for former: SQL in [
                    "current_schema() || \("payment\u{1}erp\u{1}P1")", "current_schema() || ' ownership'",
                ] {
                    let isHeld = try transaction.query(
                        """
                        select exists (
                            select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()
                                and (classid::bigint << 32 | objid::bigint) = hashtextextended(\(former), 0))
                        """, as: Bool.self)
                    #expect(isHeld == [true])
                }
            }
        }
    }

    private final class Held: Sendable {
        let value = Atomic(false)
    }

    @Test("who has a key keeps others from it until the transaction ends; other keys, places and schemas are free")
    func exclusive() async throws {
        try await DatabaseFixture.withSchema { database in
            let pool = try database.pool(size: 2)
            let held = Held()
            let other = try #require(
                (0...).lazy.map { "C-\($0)" }.first {
                    KeyLock.stripe(of: ["erp", $0]) != KeyLock.stripe(of: ["erp", "C"])
                })
            try await withThrowingTaskGroup(of: Void.self) { group in
                let (locked, isLocked) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
                let waits = try database.pool(size: 1)
                group.addTask {
                    try await pool.withTransaction { transaction in
                        try KeyLock.lock("place", [AccountKey(source: "erp", code: "C")], transaction)
                        _ = try transaction.query(Self.held, as: Int.self)
                        held.value.store(true, ordering: .sequentiallyConsistent)
                        isLocked.yield()
                        isLocked.finish()
                        // Until the other one waits.
                        while try transaction.query(
                            """
                            select exists (
                                select from pg_locks where locktype = 'advisory' and not granted
                                and pg_backend_pid() = any(pg_blocking_pids(pid)))
                            """, as: Bool.self) == [false]
                        {}
                        held.value.store(false, ordering: .sequentiallyConsistent)
                    }
                }
                group.addTask {
                    for await _ in locked { break }
                    try await waits.withTransaction { transaction in
                        try KeyLock.lock("place", [AccountKey(source: "erp", code: other)], transaction)
                        try KeyLock.lock("elsewhere", [AccountKey(source: "erp", code: "C")], transaction)
                        // Each is locked by its stripe, and as the release before locks it.
                        #expect(try transaction.query(Self.held, as: Int.self) == [4])
                        let isHeldNow = held.value.load(ordering: .sequentiallyConsistent)
                        #expect(isHeldNow)
                    }
                    try await waits.withTransaction { transaction in
                        try KeyLock.lock("place", [AccountKey(source: "erp", code: "C")], transaction)
                        #expect(try transaction.query(Self.held, as: Int.self) == [2])
                        let isHeldNow = held.value.load(ordering: .sequentiallyConsistent)
                        #expect(!isHeldNow)
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
