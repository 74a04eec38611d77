import Contracts
import Domain
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService

@Suite("Who looks after customers, where finance tells somebody", .service(try financeDefinition()))
struct OwnerTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

    /// What sales tells of the customer C1: from a day on it is somebody's.
    private static func told(
        _ revision: Int, _ line: String?, _ periods: [(from: String, until: String?, login: String)]
    ) throws -> OwnershipChanged {
        OwnershipChanged(
            source: "erp", code: "C1", businessLine: line, revision: revision,
            periods: try periods.map { period in
                OwnershipPeriod(
                    from: try day(period.from), until: try period.until.map(day), ground: .assigned,
                    owners: [
                        CustomerOwner(login: period.login, share: 60), CustomerOwner(login: "other", share: 40),
                    ])
            }, changedAt: try moment("2026-03-02T09:00:00+08:00"))
    }

    private func owners() async throws -> [[String?]] {
        try await finance.rows("select order_id, sales_owner from alert order by order_id")
    }

    @Test("open alerts of orders are for who looks after the customer on the day, and go back when that is over")
    func alerts() async throws {
        func bad(_ id: String) -> ServiceFixture.Message {
            .init("p-\(id)", OrderPlaced(makeOrder(id, [("100", "150")])))
        }
        try await finance.handle([bad("O1")])
        #expect(try await owners() == [["O1", "li.wei"]])
        let first = try Self.told(
            2, "air-freight", [("2026-03-01", "2026-03-03", "sun.li"), ("2026-03-04", nil, "zhao.min")])
        try await finance.handle([
            .init("s2", source: "waybill.sales", first),
            .init("s1", source: "waybill.sales", try Self.told(1, "air-freight", [("2026-01-01", nil, "old")])),
            .init("s3", source: "waybill.sales", try Self.told(1, nil, [("2026-01-01", nil, "all")])),
        ])
        #expect(try await owners() == [["O1", "sun.li"]])
        try await finance.handle([bad("O2")])
        #expect(try await owners() == [["O1", "sun.li"], ["O2", "sun.li"]])
        #expect(try await finance.ask("alerts.list", ["owner": "sun.li"]).first?.rows.count == 2)
        try await finance.run("owners.turn", at: "2026-03-03T23:59:59+08:00")
        #expect(try await owners() == [["O1", "zhao.min"], ["O2", "zhao.min"]])
        let late = try await finance.run("alerts.escalate", at: "2026-03-04T23:59:59+08:00")
        #expect(try late.events(MarginAlertEscalated.self).map(\.alert.salesOwner) == ["zhao.min", "zhao.min"])
        try await finance.handle([.init("s4", source: "waybill.sales", try Self.told(3, "air-freight", []))])
        #expect(try await owners() == [["O1", "li.wei"], ["O2", "li.wei"]])
    }

    @Test(
        "an alert of a whole customer names who looks after it on the day, by the line or by all of them, and goes with it"
    )
    func wholeCustomers() async throws {
        try await finance.handle([
            .init("s1", source: "waybill.sales", try Self.told(1, nil, [("2026-03-01", nil, "sun.li")])),
            .init(
                "s2", source: "waybill.sales",
                try Self.told(1, "air-freight", [("2026-03-01", "2026-03-04", "zhao.min")])),
        ])
        try await finance.handle(
            (1...6).map { .init("p\($0)", OrderPlaced(makeOrder("O\($0)", [("1000", "1300")]))) })
        // One of the two alerts or both, by how much evidence there is; all of them name the owner of the day.
        let told = try await finance.run("margin.evaluate", at: "2026-03-02T23:59:59+08:00")
            .events(MarginAlertRaised.self)
        #expect(!told.isEmpty)
        for alert in told { #expect(alert.salesOwner == (alert.businessLine == "*" ? "sun.li" : "zhao.min")) }
        func owners() async throws -> [String: String] {
            let rows = try await finance.rows(
                "select business_line, sales_owner from alert where order_id is null and cleared_at is null")
            return Dictionary(rows.map { ($0[0] ?? "", $0[1] ?? "") }) { first, _ in first }
        }
        let lines = Set(told.map(\.businessLine))
        func expected(_ line: String, _ all: String) -> [String: String] {
            ["air-freight": line, "*": all].filter { lines.contains($0.key) }
        }
        #expect(try await owners() == expected("zhao.min", "sun.li"))
        // What was said of the line is over: what is said of all lines counts for it.
        try await finance.run("owners.turn", at: "2026-03-04T23:59:59+08:00")
        #expect(try await owners() == expected("sun.li", "sun.li"))
        // Nothing is said any more: whom the record names, here by the orders that came first.
        try await finance.handle(
            [
                .init("s3", source: "waybill.sales", try Self.told(2, nil, [])),
                .init("s4", source: "waybill.sales", try Self.told(2, "air-freight", [])),
            ], at: "2026-03-05T10:00:00+08:00")
        #expect(try await owners() == expected("li.wei", "li.wei"))
    }

    @Test("a reminder names who looks after the customer as a whole on its day")
    func reminders() async throws {
        try await finance.handle([
            .init(
                "c", source: "waybill.customer",
                CustomerRegistered(
                    CustomerRecord(
                        customerId: "K1", revision: 1, name: "C1 Ltd", salesOwner: "li.wei",
                        accounts: [AccountHoming(source: "erp", code: "C1", revision: 1)],
                        at: try moment("2026-01-02T09:00:00+08:00")))),
            .init(
                "i",
                InvoiceIssued(
                    invoiceId: "I1", customer: CustomerCode(code: "C1"), orderIds: [],
                    issuedAt: try moment("2026-03-02T09:00:00+08:00"), dueAt: try moment("2026-04-01T09:00:00+08:00"),
                    amount: 100, currency: .cny)),
            .init("s", source: "waybill.sales", try Self.told(1, nil, [("2026-04-01", nil, "sun.li")])),
        ])
        var owners: [String?] = []
        for text in ["2026-03-24", "2026-03-25", "2026-03-31", "2026-04-01", "2026-04-08"] {
            let outcome = try await finance.run("receivables.remind", at: "\(text)T23:59:59+08:00")
            owners += try outcome.events(ReceivableDue.self).map(\.reminder.salesOwner)
            owners += try outcome.events(ReceivableOverdue.self).map(\.reminder.salesOwner)
        }
        #expect(owners.first == "li.wei" && owners.last == "sun.li")
    }
}
