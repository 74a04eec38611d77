import Foundation
import Postgres
import TestSupport
import Testing

@testable import ServiceKit

@Suite("What a service needs of its database")
struct DatabaseSetUpTests {
    private static let good = DatabaseSetUp(
        encoding: "UTF8", provider: "c", collation: "C", characters: "C.UTF-8", synchronousCommit: "on",
        processes: [[1, 1, 1], [2, 2, 2]])

    @Test("what it cannot work on is named with what to do; poolers by who served whom")
    func problems() {
        func problem(_ change: (inout DatabaseSetUp) -> Void) -> String {
            var found = Self.good
            change(&found)
            return found.problem ?? "none"
        }
        #expect(problem { _ in } == "none")
        #expect(problem { $0.synchronousCommit = "remote_apply" } == "none")
        #expect(problem { $0.collation = "C.utf8" } == "none")
        #expect(problem { ($0.provider, $0.collation) = ("b", "en_US.UTF-8") } == "none")
        #expect(problem { $0.encoding = "SQL_ASCII" }.contains("SQL_ASCII"))
        #expect(problem { $0.collation = "tr_TR.UTF-8" }.contains("tr_TR.UTF-8"))
        #expect(problem { $0.characters = "zh_CN.UTF-8" }.contains("order of the locale"))
        #expect(problem { $0.provider = "i" }.contains("order of the locale"))
        #expect(problem { $0.synchronousCommit = "off" }.contains("synchronous_commit"))
        #expect(problem { $0.processes = [[1, 1, 1], [1, 1, 1]] }.contains("pool_mode"))
        #expect(problem { $0.processes = [[1, 2, 1], [3, 3, 3]] }.contains("pool_mode"))
        #expect(problem { $0.processes = [[1, 1, 1], [2, 2, 1]] }.contains("pool_mode"))
    }

    @Test(
        "is found as it is", .enabled(if: DatabaseFixture.isAvailable, "no test servers: run 'make test'"))
    func found() async throws {
        try await DatabaseFixture.withDatabase { database in
            let found = try await DatabaseSetUp.read(database.configuration())
            #expect(found.problem == nil)
            #expect(found.processes.map(\.count) == [3, 3])
            try await database.pool().withTransaction {
                try $0.script(
                    """
                    do $$ begin
                        execute format('alter database %I set synchronous_commit = off', current_database());
                    end $$
                    """)
            }
            #expect(try await DatabaseSetUp.read(database.configuration()).problem?.contains("synchronous") == true)
        }
    }
}
