import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("Costs that two copies take in at once", .service(try financeDefinition()))
struct CostTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    @Test("the one that contradicts is refused, and one that goes further replaces the other")
    func racing() async throws {
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("O1"))),
            .init("1", makeCost("K1", order: "O1", .accrued, "60")),
        ])
        let other = CostRow(makeCost("K1", order: "O1", .accrued, "70"), toldBy: "erp")
        // This copy has looked for the cost before the other one committed it.
        await #expect {
            try await finance.pool.withTransaction { transaction in try CostStore.put([other], transaction) }
        } throws: { error in
            (error as? PostgresError)?.isRetriable == true
        }
        // So the batch is tried again, and then finds it.
        let outcome = try await finance.handle([.init("2", other.body)])
        #expect(outcome.refused.mapValues(\.reason) == [0: .conflictingContent])
        try await finance.handle([.init("3", makeCost("K1", order: "O1", .actual, "70"))])
        #expect(try await finance.rows("select state::text, amount::text from cost") == [["2", "70.0000"]])
    }
}
