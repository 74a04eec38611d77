import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

@Suite("The list of margin alerts", .service(try financeDefinition()))
struct AlertListTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let dollar = Currency("USD") ?? .cny
    private static let yen = Currency("JPY") ?? .cny

    private static func column(_ tables: [QueryTable], _ name: String) throws -> [String?] {
        let table = try #require(tables.first)
        let place = try #require(table.columns.firstIndex { $0.name == name })
        return table.rows.map { $0.values[place] }
    }

    @Test("the worst alert is the one that costs most in one currency, by the figures of now beside those of its day")
    func alerts() async throws {
        try await finance.handle([
            .init("1", OrderPlaced(makeOrder("CNY", [("1000", "1500")]))),
            .init("2", OrderPlaced(makeOrder("USD", currency: Self.dollar, [("100", "200")]))),
            .init("3", OrderPlaced(makeOrder("JPY", currency: Self.yen, [("1000", "6000")]))),
            .init("4", OrderPlaced(makeOrder("XAU", currency: Currency("XAU") ?? .cny, [("1", "900")]))),
        ])
        let level = ["level": "order"]
        #expect(
            try Self.column(await finance.ask("alerts.list", level), "order_id") == ["USD", "CNY", "JPY", "XAU"])
        // Since it was raised it has become the worst.
        try await finance.handle([.init("k", makeCost("K", order: "CNY", .actual, "9000"))])
        let tables = try await finance.ask("alerts.list", level)
        #expect(try Self.column(tables, "order_id").prefix(2) == ["CNY", "USD"])
        #expect(try Self.column(tables, "margin").prefix(2) == ["-500.0000", "-100.0000"])
        #expect(try Self.column(tables, "margin_now").prefix(2) == ["-8000.0000", "-100.0000"])
        #expect(try Self.column(tables, "currency_now").prefix(2) == ["CNY", "USD"])
        let identifier = try #require(try Self.column(tables, "alert_id").first ?? nil)
        let shown = try await finance.ask("alerts.show", ["alertId": identifier])
        #expect(try Self.column(shown, "margin_now") == ["-8000.0000"])
        // A page ends and begins by the same order.
        let first = try await finance.ask("alerts.list", ["level": "order", "limit": "1"])
        let next = try #require(first.first?.next)
        let second = try await finance.ask("alerts.list", ["level": "order", "limit": "1", "after": next])
        #expect(try Self.column(second, "order_id") == ["USD"])
    }

    @Test("an alert of a customer's whole business shows it as it was judged last, beside the figures of its day")
    func wholeBusiness() async throws {
        func place(_ numbers: ClosedRange<Int>, line: String, at day: String, cost: String) async throws {
            try await finance.handle(
                numbers.map { number in
                    .init(
                        "p\(number)",
                        OrderPlaced(
                            makeOrder("O\(number)", line: line, at: "\(day)T09:00:00+08:00", [("1000", cost)])))
                })
        }
        try await place(1...6, line: "air-freight", at: "2026-03-02", cost: "1300")
        for day in ["2026-03-02", "2026-03-03"] {
            try await finance.run("margin.evaluate", at: "\(day)T23:59:59+08:00")
        }
        let raised = try await finance.ask("alerts.list", ["level": "customer"])
        #expect(try Self.column(raised, "margin") == ["-1800.0000"])
        #expect(try Self.column(raised, "margin_now") == ["-1800.0000"])
        try await place(7...8, line: "road", at: "2026-03-04", cost: "1500")
        try await finance.run("margin.evaluate", at: "2026-03-04T23:59:59+08:00")
        let now = try await finance.ask("alerts.list", ["level": "customer"])
        #expect(try Self.column(now, "margin") == ["-1800.0000"])
        #expect(try Self.column(now, "margin_now") == ["-2800.0000"])
    }
}
