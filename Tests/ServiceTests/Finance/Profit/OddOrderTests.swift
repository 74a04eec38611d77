import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

@Suite("Orders that are no revenue, and orders with odd dates", .service(try financeDefinition()))
struct OddOrderTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let march = ["from": "2026-03-01", "to": "2026-03-31", "by": "total"]

    private static func cells(_ tables: [QueryTable], _ name: String) throws -> [String: String] {
        let table = try #require(tables.first { $0.name == name })
        var found: [String: String] = [:]
        for (column, value) in zip(table.columns, table.rows.first?.values ?? []) { found[column.name] = value }
        return found
    }

    @Test("what is refused or waits for approval stands in columns of its own, and counts once it is approved")
    func held() async throws {
        func set(_ level: AcceptanceLevel, line: String) throws -> ServiceFixture.Message {
            .init(
                "set \(line)",
                SetAcceptance(
                    customerId: AccountIdentifier.customer(source: "erp", code: "C1"), businessLine: line,
                    level: level, reason: "late payer", owner: "li.wei",
                    until: try #require(CalendarDay("2026-03-20")), by: "finance.director"))
        }
        // A customer is known by its first order, and can be decided on from then on.
        try await finance.handle([.init("1", OrderPlaced(makeOrder("O1", line: "air-freight", [("100", "60")])))])
        let settings = try await finance.handle([
            try set(.needsApproval, line: "road"), try set(.stopped, line: "sea"),
        ])
        #expect(settings.refused.isEmpty)
        try await finance.handle([
            .init("2", OrderPlaced(makeOrder("O2", line: "road", [("9000", "8000")]))),
            .init("3", OrderPlaced(makeOrder("O3", line: "sea", [("700", "900")]))),
        ])
        let asked = Self.march.merging(["metric": "orders,revenue,margin,held"]) { $1 }
        let view = try Self.cells(await finance.ask("view.figures", asked), "view")
        #expect([view["orders"], view["revenue"], view["margin"]] == ["1", "100.00", "40.00"])
        #expect([view["waiting_orders"], view["waiting_revenue"]] == ["1", "9000.00"])
        #expect([view["refused_orders"], view["refused_revenue"]] == ["1", "700.00"])
        func drilled(_ metric: String) async throws -> String? {
            try Self.cells(
                await finance.ask("view.drill", Self.march.merging(["metric": metric]) { $1 }), "cell")["amount"]
        }
        #expect(try await drilled("revenue") == "100.00")
        #expect(try await drilled("held") == "9700.00")
        // By the books, and in the judgement of 90 days, they count as ever.
        let books = asked.merging(["basis": "posted"]) { $1 }
        #expect(try Self.cells(await finance.ask("view.figures", books), "view")["revenue"] == "9800.00")
        #expect(try await finance.rows("select sum(revenue) from account_line_day") == [["9800.0000"]])

        try await finance.handle([
            .init(
                "a", source: "waybill.people", typedBy: "finance.director",
                DecideOrder(
                    source: "erp", orderId: "O2", verdict: .approve, reason: "paid", by: "finance.director"))
        ])
        let after = try Self.cells(await finance.ask("view.figures", asked), "view")
        #expect([after["orders"], after["revenue"], after["waiting_orders"]] == ["2", "9100.00", "0"])
    }

    @Test("an order dated ten years ahead stands apart, and a sender's clock that is ahead makes no figure younger")
    func ahead() async throws {
        let future = try #require(Timestamp("2036-11-05T09:00:00+08:00"))
        try await finance.handle([
            .init("1", at: future, OrderPlaced(makeOrder("O1", [("100", "60")]))),
            .init("2", OrderPlaced(makeOrder("O2", at: "2036-11-05T09:00:00+08:00", [("70", "60")]))),
        ])
        let today = try #require(Timestamp("2026-06-30T09:00:00+08:00"))
        let tables = try await finance.ask("view.figures", ["by": "total", "metric": "revenue"], at: today)
        let view = try Self.cells(tables, "view")
        #expect(view["revenue"] == "100.00")
        let asOf = try #require(view["as_of"].flatMap { Timestamp($0) })
        #expect(asOf == Timestamp("2026-03-02T10:00:00+08:00"))
        let ahead = try Self.cells(tables, "dated ahead")
        #expect([ahead["orders"], ahead["revenue"], ahead["last_day"]] == ["1", "70.00", "2036-11-05"])
    }
}
