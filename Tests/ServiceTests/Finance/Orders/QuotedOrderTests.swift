import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("What orders that named a quote have come to", .service(try financeDefinition()))
struct QuotedOrderTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private func order(_ id: String, quote: String?, costs: [String?], passThrough: Bool = false) throws -> OrderPlaced
    {
        OrderPlaced(
            Order(
                orderId: id, revision: 1, customer: CustomerReference(code: "C1"), branch: "KS01",
                businessLine: "air-freight", placedAt: try #require(Timestamp("2026-03-02T09:00:00+08:00")),
                currency: .cny, quoteId: quote,
                lines: costs.enumerated().map { place, cost in
                    OrderLine(
                        line: place + 1, serviceItem: "AIR-EXPORT", quantity: 1, unit: "kg", revenue: 100,
                        cost: cost.map { .of($0) }, passThrough: passThrough && place > 0 ? true : nil)
                }))
    }

    private func told(at time: String) async throws -> [OrderMarginSettled] {
        try await finance.run("quoted-orders.settled", at: time).events(OrderMarginSettled.self)
    }

    @Test("told once it is final, again when it has come to something else, and of no order without a quote")
    func settled() async throws {
        let outcome = try await finance.handle([
            .init("1", try order("A", quote: "Q1", costs: ["80", nil])),
            .init("2", try order("B", quote: nil, costs: ["80"])),
            .init("3", try order("C", quote: "Q2", costs: ["80", "5"], passThrough: true)),
            .init("4", makeCost("K1", order: "B", .actual, "70")),
            .init("5", makeCost("K2", order: "C", .actual, "75")),
            .init("6", makeCost("K3", order: "A", .actual, "82")),
        ])
        #expect(outcome.refused.isEmpty)
        let first = try await told(at: "2026-03-02T23:59:59.999999+08:00")
        #expect(first.map(\.orderId) == ["C"], "nothing is known of what the second line of A costs")
        #expect(first.first?.quoteId == "Q2" && first.first?.lines.map(\.line) == [1])
        #expect(first.first?.lines.first?.cost == 75 && first.first?.completeness == 100)
        #expect(try await told(at: "2026-03-03T23:59:59.999999+08:00").isEmpty, "the same is not told again")
        try await finance.handle([.init("7", makeCost("K4", order: "A", line: 2, .actual, "50"))])
        let second = try await told(at: "2026-03-04T23:59:59.999999+08:00")
        #expect(second.map(\.orderId) == ["A"] && second.first?.lines.map(\.cost) == [82, 50])
        try await finance.handle([.init("8", makeCost("K5", order: "A", line: 2, .actual, "1"))])
        #expect(try await told(at: "2026-03-05T23:59:59.999999+08:00").first?.lines.map(\.cost) == [82, 51])
    }

    @Test("nobody waits for ever: after sixty days it is told with what is known, and after 120 no more")
    func patience() async throws {
        try await finance.handle([.init("1", try order("A", quote: "Q1", costs: ["80", nil]))])
        #expect(try await told(at: "2026-05-01T23:59:59.999999+08:00").isEmpty)
        let late = try await told(at: "2026-05-02T23:59:59.999999+08:00")
        #expect(late.first?.lines.map(\.cost) == [80, nil] && late.first?.completeness == 0)
        try await finance.handle([.init("2", makeCost("K1", order: "A", line: 2, .actual, "1"))])
        #expect(try await told(at: "2026-07-01T23:59:59.999999+08:00").isEmpty)
    }
}
