import Contracts
import Domain
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import CustomerService
@testable import ServiceKit

@Suite("What drives the value of customers", .service(try customerDefinition()))
struct DriverTests {
    private let customer: ServiceFixture

    init() throws { customer = try .current }

    private static let rates = #"{"rates": [{"currency": "USD", "from": "2020-01-01", "cny": "7"}]}"#

    @Test(
        "an order in a currency without a rate stands apart by its currency, and everybody is judged all the same",
        .service(try withFile(holding: rates) { try customerDefinition(["customer.rates": $0]) }))
    func withoutRate() async throws {
        func order(_ id: String, _ code: String, _ currency: Currency, revision: Int = 1) -> ServiceFixture.Message {
            .init(
                "p\(id)-\(revision)",
                OrderPlaced(
                    makeOrder(
                        id, revision: revision, customer: code, currency: currency,
                        at: CustomerHistory.time(on: "2026-01-05"))))
        }
        let (yen, dollar) = (try #require(Currency("JPY")), try #require(Currency("USD")))
        let invoice = InvoiceIssued(
            invoiceId: "I1", customer: CustomerCode(code: "C2"), orderIds: [],
            issuedAt: try #require(Timestamp(CustomerHistory.time(on: "2026-01-06"))),
            dueAt: Timestamp(CustomerHistory.time(on: "2026-01-30")), amount: .of("1000"), currency: yen)
        try await customer.handle([
            order("1", "C1", .cny), order("2", "C2", yen), order("3", "C3", dollar), .init("i", invoice),
        ])
        try await customer.run("value.daily", at: "2026-02-01T23:59:59+08:00")
        let judged = try await customer.rows(
            "select distinct a.code from class c join account a using (customer_id) order by 1")
        #expect(judged == [["C1"], ["C2"], ["C3"]])
        let apart = """
            select 'order', order_id, no_rate, revenue::text from value_order where no_rate is not null
            union all
            select 'invoice', invoice_id, no_rate, amount::text from value_invoice where no_rate is not null
            """
        #expect(
            try await customer.rows(apart) == [
                ["order", "2", "JPY", "0.0000"], ["invoice", "I1", "JPY", "0.0000"],
            ])
        // Said anew in a currency that has one, it stands with the others.
        try await customer.handle([order("2", "C2", dollar, revision: 2)])
        #expect(try await customer.rows(apart).map { $0[0] } == ["invoice"])
    }

    private static let market = """
        {"estimates": [{"from": "2026-02-01", "to": "2026-02-28", "branch": "KS01", "amount": "10000", "by": "port authority"}]}
        """

    @Test(
        "the drivers are counted from orders that can be listed, and what each said beforehand",
        .service(try withFile(holding: market) { try customerDefinition(["customer.market": $0]) }))
    func drivers() async throws {
        func order(_ id: String, _ code: String, _ on: String, _ amounts: (String, String?))
            -> ServiceFixture.Message
        {
            .init("p\(id)", OrderPlaced(makeOrder(id, customer: code, at: CustomerHistory.time(on: on), [amounts])))
        }
        try await customer.handle([
            order("1", "C1", "2026-01-05", ("100", "60")), order("2", "C2", "2026-01-09", ("300", "200")),
            order("3", "C1", "2026-02-05", ("150", "180")), order("4", "C3", "2026-02-10", ("50", nil)),
            .init(
                "d",
                OrderCompleted(
                    orderId: "3", revision: 1,
                    completedAt: try #require(Timestamp(CustomerHistory.time(on: "2026-02-07"))),
                    onTime: false)),
            .init(
                "e",
                OrderCompleted(
                    orderId: "4", revision: 1,
                    completedAt: try #require(Timestamp(CustomerHistory.time(on: "2026-02-12"))),
                    onTime: true)),
        ])
        let window = ["from": "2026-02-01", "to": "2026-02-28"]
        let tables = try await customer.ask("drivers.show", window)
        let table = try #require(tables.first)
        let row = try #require(table.rows.first)
        var values: [String: String] = [:]
        for (column, value) in zip(table.columns, row.values) { values[column.name] = value }
        #expect(values["base"] == "2" && values["acquired"] == "1" && values["retained"] == "1", "\(values)")
        #expect(values["acquisition"] == "0.5000" && values["retention"] == "0.5000")
        #expect(values["revenue_retention"] == "0.3750" && values["satisfaction"] == "0.5000")
        #expect(values["profitability"] == "-0.2000")
        let share = try #require(tables.first { $0.name == "market share" }?.rows.first)
        #expect(share.values.contains("0.020000") && share.values.last == "port authority", "\(share.values)")
        for (driver, orders) in [
            ("acquisition", 1), ("retention", 3), ("satisfaction", 2), ("profitability", 1), ("market-share", 2),
        ] {
            let listed = try await customer.ask("drivers.trace", window.merging(["driver": driver]) { $1 })
            #expect(listed.first?.rows.count == orders, "\(driver)")
        }
        for group in ["branch", "line", "segment"] {
            let grouped = try await customer.ask("drivers.show", window.merging(["group": group]) { $1 })
            #expect(grouped.first?.rows.count == 1, "\(group)")
        }
    }

    @Test("an order dated ten years ahead takes the drivers from nobody, and is named")
    func datedAhead() async throws {
        try await customer.handle([
            .init(
                "1",
                OrderPlaced(makeOrder("1", customer: "C1", at: CustomerHistory.time(on: "2026-01-05"), [("100", "60")]))
            ),
            .init(
                "2",
                OrderPlaced(makeOrder("2", customer: "C2", at: CustomerHistory.time(on: "2036-11-05"), [("100", "60")]))
            ),
        ])
        let today = try #require(Timestamp(CustomerHistory.time(on: "2026-02-01")))
        let tables = try await customer.ask("drivers.show", ["by": "month"], at: today)
        #expect(tables.first?.rows.isEmpty == false)
        let ahead = try #require(tables.first { $0.name == "dated ahead" })
        #expect(ahead.rows.map { Array($0.values[1...]) } == [["erp", "1", "2036-11-05", "2036-11-05"]])
    }
}
