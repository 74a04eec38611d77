import Contracts
import Domain
import Postgres
import ServiceKit
import ServiceTestSupport
import Testing

@testable import SalesService

private typealias Say = QuoteSaid

@Suite("Orders that name their quotes", .service(SalesService.definition))
struct QuotedOrderTests {
    private let sales: ServiceFixture

    init() throws { sales = try .current }

    /// A quote for ten kilograms from PVG to FRA at 300, which cost 200, that the customer has agreed to.
    private func agreed(_ id: String = "Q1") async throws {
        let steps: [ServiceFixture.Message] = [
            Say.step(.requested, of: id, on: "2026-03-02"),
            Say.step(.submitted, of: id, on: "2026-03-02T10:01:00+08:00"),
            Say.step(.approved, of: id, on: "2026-03-02T10:02:00+08:00", by: "wang.fang"),
            Say.step(.sent, of: id, on: "2026-03-02T10:03:00+08:00"),
            Say.step(.accepted, of: id, on: "2026-03-02T10:04:00+08:00"),
        ]
        let outcome = try await sales.handle(
            [
                CardSaid.message(CardSaid.card("ALL", [CardSaid.rule("R", "30")])),
                CardSaid.message(CardSaid.card("BUY", [CardSaid.rule("B", "20")], side: .buy)),
            ], at: "2026-03-02T10:10:00+08:00")
        #expect(outcome.refused.isEmpty)
        #expect(try await sales.handle(steps, at: "2026-03-02T10:10:00+08:00").refused.isEmpty)
    }

    private func order(
        _ id: String, _ revenue: FixedDecimal, quote: String? = "Q1", revision: Int = 1, customer: String = "C1",
        currency: Currency = .cny, item: String = "air-kg", quantity: FixedDecimal = 20, lane: String? = "PVG-FRA"
    ) -> ServiceFixture.Message {
        let body = Order(
            orderId: id, revision: revision, customer: CustomerReference(code: customer), branch: "KS01",
            businessLine: "air-freight", placedAt: Say.time("2026-03-03"), currency: currency, salesOwner: "li.wei",
            quoteId: quote,
            lines: [
                OrderLine(
                    line: 1, serviceItem: item, quantity: quantity, unit: "kg", revenue: revenue, lane: lane)
            ])
        let name = "\(id)-\(revision)"
        return revision == 1
            ? .init(name, source: "crm", OrderPlaced(body)) : .init(name, source: "crm", OrderChanged(body))
    }

    private func findings() async throws -> [String: String] {
        let table = try await sales.ask("quotes.orders", at: Say.time("2026-03-05"))["orders"]
        return Dictionary(
            zip(table.column("orderId"), table.column("finding")).map { ($0.0 ?? "", $0.1 ?? "") }
        ) { first, _ in first }
    }

    @Test(
        "an order is held against what was agreed: the customer, the revision, the currency, what was quoted, its price"
    )
    func terms() async throws {
        try await agreed()
        try await sales.handle(
            [
                Say.step(.requested, of: "Q2", on: "2026-03-02"), Say.step(.requested, of: "Q3", on: "2026-03-02"),
                Say.step(.revised, of: "Q3", on: "2026-03-02T11:00:00+08:00"),
            ], at: "2026-03-02T12:00:00+08:00")
        let outcome = try await sales.handle([
            order("KEPT", 600), order("CHEAP", FixedDecimal(units: 5_999_800)),
            order("NEAR", FixedDecimal(units: 5_999_900)),
            order("DEAR", 601), order("THEIRS", 600, customer: "C2"),
            order("DOLLARS", 600, currency: Currency("USD") ?? .cny),
            order("OTHER", 600, item: "sea-kg"), order("LANE", 600, lane: "PVG-LAX"), order("ANY", 600, lane: nil),
            order("NONE", 600, quote: "Q9"), order("OPEN", 600, quote: "Q2"), order("OLD", 600, quote: "Q3"),
            order("PLAIN", 1, quote: nil),
        ])
        #expect(outcome.refused.isEmpty)
        #expect(
            try await findings() == [
                "KEPT": "kept", "CHEAP": "below-terms", "NEAR": "kept", "DEAR": "above-terms",
                "THEIRS": "other-customer", "DOLLARS": "other-currency", "OTHER": "not-quoted", "LANE": "not-quoted",
                "ANY": "kept", "NONE": "unknown-quote", "OPEN": "not-accepted", "OLD": "superseded",
            ])
        let off = try await sales.ask("quotes.orders", ["finding": "off-terms"], at: Say.time("2026-03-05"))
        #expect(off["orders"].rows.count == 9)
    }

    @Test("a later revision takes the place of an earlier one, in whichever order they come")
    func revisions() async throws {
        try await agreed()
        try await sales.handle([order("A", 600, revision: 2), order("B", 500)])
        try await sales.handle([order("A", 500), order("B", 600, revision: 2)])
        #expect(try await findings() == ["A": "kept", "B": "kept"])
    }

    @Test("quoted beside what it has come to, line by line and by item; what comes before its order waits for it")
    func settled() async throws {
        try await agreed()
        func margin(_ id: String, _ cost: FixedDecimal?, at time: String) -> ServiceFixture.Message {
            let body = OrderMarginSettled(
                source: "crm", orderId: id, revision: 1, quoteId: "Q1", currency: .cny,
                lines: [SettledLine(line: 1, serviceItem: "air-kg", revenue: 600, cost: cost, isActual: true)],
                completeness: 100, settledAt: Say.time(time))
            return .init(Content<String>(body).mark, source: "waybill.finance", body)
        }
        try await sales.handle([margin("A", 460, at: "2026-03-05")])
        try await sales.handle([order("A", 600), order("B", 600)])
        try await sales.handle([margin("B", 430, at: "2026-03-06"), margin("B", 999, at: "2026-03-05")])
        try await sales.handle([margin("A", 450, at: "2026-03-07"), margin("A", 460, at: "2026-03-05")])
        let tables = try await sales.ask("quotes.settled", at: Say.time("2026-03-08"))
        #expect(tables["lines"].column("orderId") == ["A", "B"])
        #expect(tables["lines"].column("cost") == ["450.00", "430.00"])
        #expect(tables["lines"].column("quotedCost") == ["400.00", "400.00"])
        #expect(tables["lines"].column("quotedMargin") == ["200.00", "200.00"])
        #expect(tables["lines"].column("margin") == ["150.00", "170.00"])
        let accuracy = try await sales.ask("quotes.accuracy", at: Say.time("2026-03-08"))["accuracy"]
        #expect(accuracy.column("of") == ["air-kg"] && accuracy.column("lines") == ["2"])
        // A third was quoted; a quarter, and 28.33 in a hundred, has come of it.
        #expect(accuracy.column("quotedMarginPercent") == ["33.33"])
        #expect(accuracy.column("biasPercent") == ["-6.67"] && accuracy.column("errorPercent") == ["6.67"])
        let late = try await sales.ask("quotes.accuracy", ["from": "2026-03-07"], at: Say.time("2026-03-08"))
        #expect(late["accuracy"].column("lines") == ["1"])
    }
}
