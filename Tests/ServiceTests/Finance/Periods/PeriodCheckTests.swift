import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

@Suite("What is looked at before a month is closed", .service(try financeDefinition()))
struct PeriodCheckTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let april = "2026-04-03T10:00:00+08:00"

    /// The points that are open: how often, what they come to, and in which currency.
    private static func open(_ finance: ServiceFixture, at time: String = april) async throws -> [[String?]] {
        let now = try #require(Timestamp(time))
        let table = try #require(try await finance.ask("periods.check", ["month": "2026-03"], at: now).first)
        #expect(table.rows.allSatisfy { ($0.values[0] == "open") == ($0.values[6] != nil) })
        #expect(table.rows.allSatisfy { ($0.values[0] == "open") == ($0.values[2] != "0") })
        return table.rows.map(\.values).filter { $0[0] == "open" }.map { [$0[1], $0[2], $0[4], $0[5]] }
    }

    @Test("nothing is open where there is nothing, and every point is told all the same")
    func empty() async throws {
        #expect(try await Self.open(finance) == [])
        let points = try await finance.ask(
            "periods.check", ["month": "2026-03"], at: try #require(Timestamp(Self.april)))[0]
        #expect(points.rows.count == 15)
        // With the last day still to come, that day and no other is open.
        #expect(
            try await Self.open(finance, at: "2026-03-31T23:00:00+08:00") == [
                ["days of the month that are not over", "1", nil, nil]
            ])
    }

    @Test("what waits and what is open stands with its number, its oldest day and its amount by currency")
    func points() async throws {
        let day = try #require(CalendarDay("2026-03-20"))
        let at = try #require(Timestamp("2026-03-20T09:00:00+08:00"))
        let dollar = try #require(Currency("USD"))
        try await finance.handle([
            // Of February, which is open; of March one without a cost, one of an estimate; of April, which is not asked for.
            .init("1", OrderPlaced(makeOrder("FEB", at: "2026-02-10T09:00:00+08:00"))),
            .init(
                "2", OrderPlaced(makeOrder("BARE", at: "2026-03-10T09:00:00+08:00", [("100", "80"), ("60", nil)]))),
            .init("3", OrderPlaced(makeOrder("GUESS", at: "2026-03-11T09:00:00+08:00", [("100", nil)]))),
            .init("4", makeCost("K1", order: "GUESS", .estimated, "70")),
            .init("5", OrderPlaced(makeOrder("APRIL", at: "2026-04-01T09:00:00+08:00", [("60", nil)]))),
            .init("6", makeCost("K2", order: "NOWHERE", .actual, "7.50", currency: dollar)),
            .init(
                "7",
                PaymentReceived(
                    paymentId: "P1", customer: CustomerCode(code: "C1"), receivedAt: at, amount: .of("60"),
                    currency: .cny, allocations: [PaymentAllocation(invoiceId: "I9", amount: .of("10"))])),
            .init(
                "8",
                SupplierInvoiceReceived(
                    invoiceId: "V1", supplier: SupplierReference(code: "S1", name: "Carrier"),
                    orderIds: ["GUESS"], issuedAt: at, dueAt: at, amount: .of("500"), currency: .cny)),
            .init(
                "9",
                ExpenseReported(
                    expenseId: "E1", state: .actual, branch: "KS01", owner: "li.wei", account: "travel", day: day,
                    amount: .of("90"), currency: .cny)),
        ])
        let found = try await Self.open(finance)
        let expected: [[String?]] = [
            ["months before it that are open", "1", nil, nil],
            ["orders of the month with lines without a cost", "1", "60.00", "CNY"],
            ["orders of the month whose costs are partly estimated", "1", "70.00", "CNY"],
            ["costs whose order has not come", "1", "7.50", "USD"],
            ["expenses that wait for an approval or a budget", "1", "90.00", "CNY"],
            ["payments that wait for an invoice", "1", "10.00", "CNY"],
            ["cash on account", "1", "60.00", "CNY"],
            ["suppliers' invoices that do not fit the costs recorded", "1", "500.00", "CNY"],
        ]
        for point in expected { #expect(found.contains(point), "\(point) is missing of \(found)") }
        // Once February is closed it is open no longer.
        try await finance.handle(
            [
                .init(
                    "c",
                    ClosePeriod(month: try #require(CalendarDay("2026-02-01")), by: "finance.director"))
            ], at: Self.april)
        #expect(try await !Self.open(finance).contains { $0[0] == "months before it that are open" })
    }

    @Test("what is paid on a customer's behalf, a credit note and an order that is refused leave no cost to ask for")
    func withoutCosts() async throws {
        let at = try #require(Timestamp("2026-03-20T09:00:00+08:00"))
        func order(_ id: String, cost: String?) -> Order {
            Order(
                orderId: id, revision: 1, customer: CustomerReference(code: "C1", name: "n"), branch: "KS01",
                businessLine: "air-freight", placedAt: at, currency: .cny, salesOwner: "li.wei",
                lines: [
                    OrderLine(
                        line: 1, serviceItem: "AIR-EXPORT", quantity: .of("1"), unit: "kg", revenue: .of("100"),
                        cost: cost.map { .of($0) }),
                    OrderLine(
                        line: 2, serviceItem: "DUTY", quantity: .of("1"), unit: "job", revenue: .of("30"), cost: nil,
                        passThrough: true),
                ])
        }
        try await finance.handle([
            .init("1", OrderPlaced(order("KNOWN", cost: "80"))),
            .init("2", OrderPlaced(order("GUESS", cost: nil))),
            .init("3", makeCost("K1", order: "GUESS", .estimated, "70")),
            .init("4", OrderPlaced(order("BARE", cost: nil))), .init("5", OrderPlaced(order("REFUSED", cost: nil))),
            .init(
                "6",
                InvoiceIssued(
                    invoiceId: "I1", customer: CustomerCode(code: "C1"), orderIds: ["KNOWN"], issuedAt: at, dueAt: at,
                    amount: .of("130"), currency: .cny)),
            .init(
                "7",
                CreditNoteIssued(
                    creditNoteId: "N1", customer: CustomerCode(code: "C1"), invoiceId: "I1", issuedAt: at,
                    amount: .of("10"), currency: .cny)),
        ])
        try await finance.pool.withTransaction {
            try $0.execute("update orders set decision = 'refused' where order_id = 'REFUSED'")
        }
        #expect(
            try await finance.rows("select credited from orders where order_id = 'KNOWN'") == [["10.0000"]])
        let found = try await Self.open(finance).filter { $0[0]?.hasPrefix("orders of the month") == true }
        #expect(
            found == [
                ["orders of the month with lines without a cost", "1", "100.00", "CNY"],
                ["orders of the month whose costs are partly estimated", "1", "70.00", "CNY"],
            ])
    }
}
