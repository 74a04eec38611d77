import Contracts
import Domain
import Postgres
import SalesService
import ServiceKit
import ServiceTestSupport
import Testing

@Suite("Amounts of different currencies at sales", .service(SalesService.definition))
struct SalesCurrencyTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    private static let yen = Currency("JPY") ?? .cny
    private static let dollar = Currency("USD") ?? .cny
    /// Weeks without the Spring Festival, and of as many working days at their end.
    private static let monday = CalendarDay("2025-03-03") ?? CalendarDay(daysSinceEpoch: 0)
    private static let weeks = 29

    private static func placed(
        _ id: String, _ amount: String, _ currency: Currency = .cny, customer: String = "C1", week: Int = 0
    ) -> ServiceFixture.Message {
        let day = monday.adding(days: 7 * week)
        return .init(
            id,
            OrderPlaced(
                makeOrder(
                    id, customer: customer, currency: currency, at: "\(day)T09:00:00+08:00", [(amount, "1")])))
    }

    /// The Wednesday on which a week is closed, that of the last orders when none is named.
    private static func closing(after week: Int = weeks - 1) -> String {
        "\(monday.adding(days: 7 * week + 9))T23:59:59+08:00"
    }

    @Test("an order is odd beside those of its own currency, and not beside those of another")
    func oddOrders() async throws {
        try await sales.handle((1...20).map { Self.placed("Y\($0)", "\(1_000_000 + $0 * 700)", Self.yen) })
        // Both are far from every number seen so far, and neither has anything of its own to be far from.
        let first = try await sales.handle([Self.placed("A", "48000"), Self.placed("B", "7000", Self.dollar)])
        #expect(try first.events(OrderAnomalyRaised.self).isEmpty)
        let odd = try await sales.handle([Self.placed("Y99", "48000", Self.yen)])
        let alert = try #require(try odd.events(OrderAnomalyRaised.self).first)
        #expect(alert.evidence.contains { $0.value == "48000.00 JPY" })
        let said = try #require(try odd.said().first)
        #expect(try odd.kinds() == ["odd-order"] && said.content?.owner == alert.owner && first.notices.isEmpty)
        #expect(said.content?.currency == Self.yen && said.content?.about.identifier == "Y99")
        let listed = try #require(try await sales.ask("anomalies.list").first)
        #expect(listed.column("currency") == ["JPY"])
    }

    @Test("what a party has ordered is a sum for each currency")
    func totals() async throws {
        let customer = AccountIdentifier.customer(source: "erp", code: "C1")
        try await sales.handle([
            .init(
                "r",
                CustomerRegistered(
                    CustomerRecord(
                        customerId: customer, revision: 1, name: "C1",
                        accounts: [AccountHoming(source: "erp", code: "C1", revision: 1)],
                        at: try #require(Timestamp("2026-01-01T09:00:00+08:00"))))),
            Self.placed("O1", "100000"), Self.placed("O2", "0.5"), Self.placed("O3", "5000000", Self.yen),
            Self.placed("O4", "1", customer: "C2"), Self.placed("O5", "70"),
            .init(
                "x",
                OrderCancelled(
                    orderId: "O5", revision: 2, cancelledAt: try #require(Timestamp("2026-03-02T10:00:00+08:00")))),
        ])
        let table = try #require(try await sales.ask("parties.business", ["party": customer]).first)
        #expect(table.column("currency") == ["CNY", "JPY"])
        #expect(
            table.column("amount").compactMap { $0.flatMap { FixedDecimal($0) } } == [
                .of("100000.5"), .of("5000000"),
            ])
        #expect(table.column("orders") == ["2", "1"])
    }

    @Test("a changed level of amounts is one of a currency, and orders are counted across currencies")
    func swings() async throws {
        var messages: [ServiceFixture.Message] = []
        for week in 0..<Self.weeks {
            let isLate = week >= Self.weeks - 4
            // As many orders as ever, half of them in yen of late; the others as large as both were together.
            messages.append(Self.placed("A\(week)", isLate ? "2000" : "1000", week: week))
            messages.append(
                Self.placed("B\(week)", isLate ? "90000" : "1000", isLate ? Self.yen : .cny, week: week))
            // Another account triples, in dollars.
            messages.append(
                Self.placed("D\(week)", isLate ? "3000" : "1000", Self.dollar, customer: "C2", week: week))
        }
        try await sales.handle(messages)
        let outcome = try await sales.run("swings.evaluate", at: Self.closing())
        let raised = try outcome.events(OrderAnomalyRaised.self)
        #expect(raised.map(\.customerCode) == ["C2"])
        #expect(raised.map(\.metric) == [.orderAmount])
        #expect(raised.first?.evidence.contains { $0.label == "currency" && $0.value == "USD" } == true)
        let swings = "select currency from anomaly where kind = 'level-swing' and cleared_at is null"
        #expect(try await sales.rows(swings) == [["USD"]])
    }

    @Test("an alert whose series has vanished is closed, as one that is too old to matter")
    func vanished() async throws {
        try await sales.handle(
            (0..<Self.weeks).map { week in
                Self.placed("D\(week)", week >= Self.weeks - 4 ? "3000" : "1000", week: week)
            })
        let raised = try await sales.run("swings.evaluate", at: Self.closing())
        let alert = try #require(try raised.events(OrderAnomalyRaised.self).first)
        let at = try #require(Timestamp("2025-09-30T10:00:00+08:00"))
        try await sales.handle(
            (0..<Self.weeks).map {
                .init("x\($0)", OrderCancelled(orderId: "D\($0)", revision: 2, cancelledAt: at))
            })
        let first = try await sales.run("swings.evaluate", at: Self.closing(after: Self.weeks))
        #expect(first.published.isEmpty)
        let second = try await sales.run("swings.evaluate", at: Self.closing(after: Self.weeks + 1))
        let cleared = try second.events(OrderAnomalyCleared.self)
        #expect(cleared.map(\.anomalyId) == [alert.anomalyId] && cleared.map(\.reason) == [.expired])
        #expect(
            try raised.kinds().allSatisfy { $0 == "order-swing" }
                && second.said().allSatisfy { $0.clearing == "expired" })
        #expect(Set(try second.said().map(\.id)).isSubset(of: try raised.said().map(\.id)))
        #expect(
            try await sales.rows("select 1 from anomaly where kind = 'level-swing' and cleared_at is null").isEmpty)
    }
}
