import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("Acceptance over its tables", .service(try financeDefinition()))
struct AcceptanceTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    @Test("business at a loss is held after two evaluations; an override lets orders through until it is used up")
    func acceptance() async throws {
        let losing = (1...6).map {
            ServiceFixture.Message("p\($0)", OrderPlaced(makeOrder("O\($0)", [("1000", "1300")])))
        }
        try await finance.handle(losing)
        let first = try await finance.run("margin.evaluate", at: "2026-03-02T23:59:59+08:00")
        #expect(try first.events(AcceptanceChanged.self).isEmpty)
        let second = try await finance.run("margin.evaluate", at: "2026-03-03T23:59:59+08:00")
        let changed = try #require(try second.events(AcceptanceChanged.self).first)
        #expect(changed.state != .open)
        let held = try await finance.handle([.init("h", OrderPlaced(makeOrder("O7")))])
        let decided = try #require(try held.events(OrderDecided.self).first)
        #expect(decided.decision != .accepted)
        #expect(decided.figures?.orders == 6)

        try await finance.pool.withTransaction { transaction in
            _ = try transaction.execute(
                """
                insert into acceptance_override (override_id, customer_id, business_line, valid_from, valid_to, cap,
                    currency, reason, approved_by)
                values ('V1', \(decided.customerId), 'air-freight', '2026-03-01', '2026-03-31', 150, 'CNY', 'plan', 'wang')
                """)
        }
        let through = try await finance.handle([
            .init("i", OrderPlaced(makeOrder("O8"))), .init("j", OrderPlaced(makeOrder("O9"))),
        ])
        let decisions = try through.events(OrderDecided.self)
        #expect(decisions.filter { $0.override == "V1" }.count == 1)
        #expect(decisions.filter { $0.decision == .accepted }.count == 1)
        #expect(try await finance.rows("select used from acceptance_override") == [["100.0000"]])
    }
}
