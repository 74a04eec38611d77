import Contracts
import Domain
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("Credit notes and the margin of their orders", .service(try financeDefinition()))
struct CreditNoteMarginTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static func note(_ id: String, _ amount: String, _ cause: CreditCause? = nil) throws -> CreditNoteIssued {
        CreditNoteIssued(
            creditNoteId: id, customer: CustomerCode(code: "C1"), invoiceId: "I1",
            issuedAt: try moment("2026-03-10T10:00:00+08:00"), amount: .of(amount), currency: .cny, cause: cause)
    }

    @Test(
        "a credit note lessens what its order earns and raises its alert, in any order; an error of the invoice does not",
        arguments: [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 3, 1, 4], [1, 2, 3, 4, 0]])
    func margin(_ arrival: [Int]) async throws {
        let messages: [any Contracts.Message] = [
            OrderPlaced(makeOrder("SO-1", [("600", "400"), ("400", "300")])), try Collect.invoice("I1", "1000"),
            try Self.note("N1", "450", .service), try Self.note("N2", "100", .invoiceError), try Self.note("N3", "50"),
        ]
        var raised: [MarginAlertRaised] = []
        for place in arrival {
            raised += try await finance.handle([.init("m\(place)", messages[place])])
                .events(MarginAlertRaised.self)
        }
        #expect(raised.last?.severity == .negative)
        // Told when it falls below nought; notes that come later make it worse and raise nothing new.
        #expect(raised.last.map { $0.margin < .zero } == true)
        #expect(raised.last?.causes.contains("credit-notes") == true)
        #expect(
            try await finance.rows(
                "select revenue, known_revenue, cost, earned, credited from orders where order_id = 'SO-1'")
                == [["1000.0000", "500.0000", "700.0000", "500.0000", "500.0000"]])
        #expect(
            try await finance.rows("select sum(orders), sum(revenue), sum(cost) from account_line_day")
                == [["1", "500.0000", "700.0000"]])
        let margins = try #require(
            try await finance.ask(
                "profit.margins", ["from": "2026-03-01", "to": "2026-03-31", "by": "customer"]
            ).first)
        let row = try #require(margins.rows.first?.values)
        func cell(_ name: String) -> String? {
            margins.columns.firstIndex { $0.name == name }.flatMap { row[$0] }
        }
        #expect([cell("revenue"), cell("cost"), cell("margin")] == ["500.00", "700.00", "-200.00"])
        let view = try #require(
            try await finance.ask(
                "view.figures",
                ["from": "2026-03-01", "to": "2026-03-31", "by": "total", "metric": "revenue,margin"]
            ).first)
        let figures = try #require(view.rows.first?.values)
        let place = try #require(view.columns.firstIndex { $0.name == "revenue" })
        #expect(figures[place] == "500.00")
    }
}
