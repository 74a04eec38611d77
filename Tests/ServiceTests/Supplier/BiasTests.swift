import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SupplierService

@Suite("The bias of a supplier")
struct BiasTests {
    @Test("bias is shrunk with little evidence and told when it moves")
    func rule() throws {
        let pair = BiasPolicy.Pair(expected: 100, actual: 120)
        let little = try #require(BiasPolicy.ratio([pair]))
        let much = try #require(BiasPolicy.ratio([BiasPolicy.Pair](repeating: pair, count: 100)))
        #expect(abs(little.ratio - exp(log(1.2) / 6)) < 1e-9)
        #expect(abs(much.ratio - exp(log(1.2) * 100 / 105)) < 1e-9)
        #expect(BiasPolicy.isNews(1.1, 10, before: (1.0, 10)))
        #expect(!BiasPolicy.isNews(1.001, 10, before: (1.0, 10)))
    }
}

@Suite("The bias of a supplier over its tables", .service(SupplierService.definition))
struct BiasStoreTests {
    private let supplier: ServiceFixture

    init() throws { supplier = try .current }

    @Test("the bias of a supplier's accruals is learnt from pairs of one cost, and told when it is known")
    func bias() async throws {
        var messages: [ServiceFixture.Message] = []
        for number in 1...30 {
            messages.append(.init("p\(number)", OrderPlaced(makeOrder("O\(number)", [("200", nil)]))))
            messages.append(.init("a\(number)", makeCost("K\(number)", order: "O\(number)", .accrued, "100")))
            messages.append(.init("b\(number)", makeCost("K\(number)", order: "O\(number)", .actual, "110")))
        }
        try await supplier.handle(messages)
        let outcome = try await supplier.run("bias.evaluate", at: "2026-03-05T23:59:59+08:00")
        let change = try #require(try outcome.events(CostBiasChanged.self).first)
        #expect(change.stage == .accrualToActual)
        #expect(change.ratio > .of("1.05") && change.ratio <= .of("1.1"))
        let said = try #require(try outcome.said().first { $0.fact("stage") == change.stage.rawValue })
        #expect(
            said.kind == "cost-bias"
                && said.content?.facts.filter { $0.kind == .rate }.map(\.field) == ["purchase-rate"])
        let again = try await supplier.run("bias.evaluate", at: "2026-03-06T23:59:59+08:00")
        #expect(again.published.isEmpty && again.notices.isEmpty)
    }
}
