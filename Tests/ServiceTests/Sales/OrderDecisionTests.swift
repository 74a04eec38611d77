import Contracts
import Domain
import Postgres
import SalesService
import ServiceTestSupport
import Testing

@Suite("Decisions in sales", .service(SalesService.definition))
struct OrderDecisionTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    private static func decided(_ revision: Int, _ number: Int?, _ decision: OrderDecision) throws -> OrderDecided {
        OrderDecided(
            source: "erp", orderId: "O1", revision: revision, decisionNumber: number, customerId: "c1",
            customerCode: "C1", businessLine: "road", branch: "KS01", decision: decision,
            rule: "\(revision)/\(number ?? 1)", decidedAt: try moment("2026-03-02T12:00:00+08:00"))
    }

    @Test(
        "of an order's decisions the highest revision holds, and of that the highest number", arguments: [false, true])
    func highest(_ isReversed: Bool) async throws {
        let told = [
            try Self.decided(1, nil, .needsApproval), try Self.decided(1, 2, .refused),
            try Self.decided(2, nil, .needsApproval), try Self.decided(2, 2, .accepted),
        ]
        for (place, decision) in (isReversed ? told.reversed() : told).enumerated() {
            try await sales.handle([.init("\(place)", source: "waybill.finance", decision)])
        }
        // Of one batch, too.
        try await sales.handle(
            told.enumerated().map { .init("again-\($0)", source: "waybill.finance", $1) })
        #expect(
            try await sales.rows("select decision, decision_rule from orders") == [["accepted", "2/2"]])
    }
}
