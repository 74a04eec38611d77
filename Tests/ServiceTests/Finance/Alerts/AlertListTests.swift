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

    @Test("the summary counts those as open that the list lists, whether they ended by themselves or by people")
    func summary() async throws {
        try await finance.handle(
            (1...6).map { .init("p\($0)", OrderPlaced(makeOrder("O\($0)", [("100", "120")]))) }
                + [.init("low", OrderPlaced(makeOrder("LOW", [("100", "97")])))])
        func identifier(_ order: String) async throws -> String {
            let list = try await finance.ask("alerts.list", ["state": "all", "level": "order"])["alerts"]
            let place = try #require(list.column("order_id").firstIndex(of: order))
            return try #require(list.column("alert_id")[place])
        }
        func check(open: Int, of all: Int, _ when: Comment) async throws {
            let listed = try await finance.ask("alerts.list", ["level": "order"])["alerts"]
            let known = try await finance.ask("alerts.list", ["level": "order", "state": "all"])["alerts"]
            #expect(listed.rows.count == open && known.rows.count == all, when)
            let counted = try await finance.ask("summary")["margin alerts"]
            func sum(_ column: String) throws -> Int {
                try zip(counted.column("level"), counted.column(column))
                    .filter { $0.0 == "order" }.map { try #require($0.1.flatMap { Int($0) }) }.reduce(0, +)
            }
            #expect(try sum("open") == open && sum("cleared") == all - open, when)
        }
        try await check(open: 7, of: 7, "as they were raised")
        // One earns enough after all, one is accepted, one was none; one is diagnosed only, which ends nothing.
        try await finance.handle([.init("c", OrderChanged(makeOrder("O1", revision: 2, [("200", "120")])))])
        try await check(open: 6, of: 7, "one has ended by itself")
        let recoverBy = try #require(CalendarDay("2026-03-20"))
        let verdicts: [(String, AlertVerdict?)] = [("O2", .accepted), ("O3", .error), ("O4", nil)]
        for (order, verdict) in verdicts {
            let alert = try await identifier(order)
            try await finance.handle([
                .init(
                    "d\(order)",
                    DiagnoseAlert(alertId: alert, reason: .cost, plan: "ask", recoverBy: recoverBy, by: "li.wei"))
            ])
            guard let verdict else { continue }
            let closed = try await finance.handle([
                .init(
                    "x\(order)",
                    CloseAlert(alertId: alert, outcome: verdict, note: "as agreed", by: "manager.ks01"))
            ])
            #expect(closed.refused.isEmpty)
        }
        try await check(open: 4, of: 7, "two were closed by people")
        // What was accepted and then ends by itself is counted once.
        try await finance.handle([.init("e", OrderChanged(makeOrder("O2", revision: 2, [("200", "120")])))])
        try await check(open: 4, of: 7, "one of these has ended by itself, too")
    }
}
