import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

@Suite("Lists by day, branch, line, amount and owner", .service(try financeDefinition()))
struct OrderListTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    @Test("orders and alerts are found by what they are asked for")
    func filters() async throws {
        try await finance.handle([
            .init("1", OrderPlaced(makeOrder("O1", at: "2026-03-02T23:30:00+08:00", [("100", "150")]))),
            .init(
                "2", OrderPlaced(makeOrder("O2", line: "road", at: "2026-03-03T00:30:00+08:00", [("900", "950")]))),
            .init(
                "3", OrderPlaced(makeOrder("O3", customer: "C2", at: "2026-03-04T09:00:00+08:00", [("500", "80")]))),
        ])
        func orders(_ values: [String: String]) async throws -> [String?] {
            try await finance.ask("orders.list", values).first?.rows.map { $0.values[0] } ?? []
        }
        #expect(try await orders([:]) == ["O3", "O2", "O1"])
        // The day is that of the organisation's clocks: half an hour after midnight, the day before in UTC.
        #expect(try await orders(["from": "2026-03-03", "to": "2026-03-03"]) == ["O2"])
        #expect(try await orders(["customer": "C2"]) == ["O3"])
        #expect(try await orders(["line": "road", "branch": "KS01", "owner": "li.wei"]) == ["O2"])
        #expect(try await orders(["owner": "somebody"]) == [])
        #expect(try await orders(["atLeast": "500.00"]) == ["O3", "O2"])
        #expect(try await orders(["decision": "accepted"]).count == 3)
        #expect(try await orders(["decision": "none"]) == [])

        func alerts(_ values: [String: String]) async throws -> [String?] {
            let table = try await finance.ask("alerts.list", values.merging(["level": "order"]) { own, _ in own })
                .first
            let place = table?.columns.firstIndex { $0.name == "order_id" } ?? 0
            return (table?.rows.map { $0.values[place] } ?? []).sorted { ($0 ?? "") < ($1 ?? "") }
        }
        #expect(try await alerts([:]) == ["O1", "O2"])
        #expect(try await alerts(["line": "road"]) == ["O2"])
        #expect(try await alerts(["branch": "SH01"]) == [])
        #expect(try await alerts(["loss": "50.01"]) == [])
        #expect(try await alerts(["loss": "50"]) == ["O1", "O2"])
        #expect(try await alerts(["to": "1999-12-31"]) == [])
    }

    @Test("an order is told line by line, each with the cost that counts and what it rests on")
    func lines() async throws {
        try await finance.handle([
            .init("p", OrderPlaced(makeOrder("O1", [("100", "80"), ("100", nil), ("100", nil)]))),
            .init("k", makeCost("K1", order: "O1", .actual, "120")),
        ])
        let table = try #require(
            try await finance.ask("orders.show", ["orderId": "O1"]).first { $0.name == "lines" })
        func values(_ name: String) throws -> [FixedDecimal?] {
            let place = try #require(table.columns.firstIndex { $0.name == name })
            return table.rows.map { $0.values[place].flatMap { FixedDecimal($0) } }
        }
        #expect(try values("revenue") == [.of("100"), .of("100"), .of("100")])
        #expect(try values("cost") == [.of("120"), nil, nil])
        #expect(try values("margin") == [.of("-20"), nil, nil])
        let basis = try #require(table.columns.firstIndex { $0.name == "basis" })
        #expect(table.rows.map { $0.values[basis] } == ["actual", nil, nil])
    }

    @Test("an order's alert names what it was raised for: the lines, the worst first, and what was done about it")
    func causes() async throws {
        try await finance.handle([
            .init(
                "c",
                CustomerRegistered(
                    CustomerRecord(
                        customerId: "K1", revision: 1, name: "昆山物流",
                        accounts: [AccountHoming(source: "erp", code: "C1", revision: 1)],
                        at: try moment("2026-03-01T09:00:00+08:00")))),
            .init("p", OrderPlaced(makeOrder("O1", [("100", "130"), ("100", "90"), ("100", "180")]))),
        ])
        #expect(try await finance.ask("alerts.list", ["level": "order"])["alerts"].column("name") == ["昆山物流"])
        let alerts = try await finance.ask("orders.show", ["orderId": "O1"])["alerts"]
        #expect(alerts.column("causes") == ["cost-above-revenue, line:3, line:1"])
        let threshold = try #require(alerts.column("threshold").first ?? nil)
        #expect(FixedDecimal(threshold).map { $0 > .zero } == true)
        let id = try #require(alerts.column("alert_id").first ?? nil)
        #expect(
            try await finance.ask("alerts.show", ["alertId": id])["alert"].column("causes")
                == ["cost-above-revenue, line:3, line:1"])
        let plan = DiagnoseAlert(
            alertId: id, reason: .price, plan: "raise it", recoverBy: try #require(CalendarDay("2026-04-30")),
            by: "li.wei")
        try await finance.handle([.init("d", source: "waybill.people", typedBy: "li.wei", plan)])
        let after = try await finance.ask("orders.show", ["orderId": "O1"])["alerts"]
        #expect(after.column("reason") == ["price"] && after.column("plan") == ["raise it"])
    }
}
