import Contracts
import Domain
import Postgres
import SalesService
import ServiceKit
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
    @Test("what a party has ordered is what finance takes; what it holds stands beside it until it is let through")
    func held() async throws {
        let customer = AccountIdentifier.customer(source: "erp", code: "C1")
        func business() async throws -> [String?] {
            let table = try await sales.ask("parties.business", ["party": customer])["sales: orders"]
            let names = ["orders", "waiting_orders", "refused_orders"]
            let amounts = ["amount", "waiting_amount", "refused_amount"]
            return names.flatMap { table.column($0) }
                + amounts.flatMap { table.column($0) }.map { $0.flatMap { FixedDecimal($0) }?.moneyText }
        }
        try await sales.handle([
            .init(
                "r",
                CustomerRegistered(
                    CustomerRecord(
                        customerId: customer, revision: 1, name: "C1",
                        accounts: [AccountHoming(source: "erp", code: "C1", revision: 1)],
                        at: try moment("2026-01-01T09:00:00+08:00")))),
            .init("o", OrderPlaced(makeOrder("O1", line: "road", [("900", "800")]))),
            .init("p", OrderPlaced(makeOrder("O2", line: "road", [("100", "80")]))),
            .init("1", source: "waybill.finance", try Self.decided(1, nil, .needsApproval)),
        ])
        #expect(try await business() == ["1", "1", "0", "100.00", "900.00", "0.00"])
        try await sales.handle([.init("2", source: "waybill.finance", try Self.decided(1, 2, .refused))])
        #expect(try await business() == ["1", "0", "1", "100.00", "0.00", "900.00"])
        try await sales.handle([.init("3", source: "waybill.finance", try Self.decided(1, 3, .accepted))])
        #expect(try await business() == ["2", "0", "0", "1000.00", "0.00", "0.00"])
    }
}
