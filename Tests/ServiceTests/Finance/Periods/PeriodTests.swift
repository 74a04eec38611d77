import Contracts
import Domain
import Foundation
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit
@testable import Simulation

@Suite("Where postings go")
struct BooksTests {
    @Test(
        "what is of a closed month goes to the first open month after it",
        arguments: [
            ("2024-01-31", nil), ("2024-02-01", "2024-04-01"), ("2024-02-29", "2024-04-01"),
            ("2024-03-31", "2024-04-01"), ("2024-04-01", nil), ("2023-12-31", "2024-01-01"),
            ("2023-12-01", "2024-01-01"),
        ] as [(String, String?)])
    func postingDay(_ day: String, _ expected: String?) throws {
        let closed = PostingMonths(
            closed: Set(try ["2023-12-01", "2024-02-01", "2024-03-01"].map { try #require(CalendarDay($0)) }))
        #expect(closed.postingDay(for: try #require(CalendarDay(day)))?.description == expected)
    }

    @Test("every day has its month, and every month the next")
    func months() throws {
        for offset: Int32 in 0..<3_000 {
            let day = CalendarDay(daysSinceEpoch: 19_000 + offset)
            let month = PostingMonths.month(of: day)
            let next = PostingMonths.month(after: month)
            #expect(month.components.day == 1 && next.components.day == 1 && month <= day && day < next)
            #expect(month.components.month % 12 + 1 == next.components.month)
        }
    }
}

@Suite("The monthly close over its tables", .service(try financeDefinition()))
struct PeriodStoreTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    /// Of finance the periods alone, with one director more.
    private static func periods() throws -> ServiceDefinition {
        let finance = try financeDefinition()
        return ServiceDefinition(
            name: finance.name, migrations: finance.migrations,
            capabilities: [.periods(authority: Authority(approvers: ["zhou.min": "director"]))])
    }

    private static let april = "2026-04-03T10:00:00+08:00"
    private static let director = "finance.director"

    private static func close(_ month: String = "2026-03-01", by: String = director) throws -> ClosePeriod {
        ClosePeriod(month: try #require(CalendarDay(month)), by: by)
    }

    private static func reopen(by: String) throws -> ReopenPeriod {
        ReopenPeriod(month: try #require(CalendarDay("2026-03-01")), reason: "the carrier's bill", by: by)
    }

    /// Revenue and cost of a month by posting date, by line and currency.
    private func figures(_ finance: ServiceFixture, _ month: String) async throws -> [[String?]] {
        try await finance.ask("periods.margins", ["month": month])[0].rows.map { Array($0.values.prefix(5)) }
    }

    @Test("a month is closed by who may, once it is over, and opened again by two", .service(try Self.periods()))
    func life() async throws {
        func refusal(_ id: String, _ body: any Message, at time: String = Self.april) async throws -> Reason? {
            let outcome = try await finance.handle([.init(id, body)], at: time)
            #expect(outcome.published.isEmpty)
            return outcome.refused[0]?.reason
        }
        #expect(try await refusal("1", Self.close(), at: "2026-03-31T23:00:00+08:00") == .contradictoryTimes)
        #expect(try await refusal("2", Self.close(by: "li.wei")) == .notAuthorised)
        #expect(try await refusal("3", Self.close(by: "manager.ks01")) == .notAuthorised)
        #expect(try await refusal("4", Self.reopen(by: Self.director)) == .wrongState)
        let closed = try await finance.handle([.init("5", try Self.close())], at: "2026-04-01T00:00:00+08:00")
        #expect(try closed.events(PeriodChanged.self).map(\.state) == [.closed])
        #expect(closed.published.map(\.envelope.causationID) == ["5"])
        #expect(try await refusal("6", Self.close()) == .wrongState)
        let proposed = try await finance.handle([.init("7", try Self.reopen(by: "zhou.min"))], at: Self.april)
        #expect(try proposed.events(PeriodChanged.self).map(\.state) == [.reopening])
        #expect(try proposed.kinds() == ["period-reopening"] && closed.notices.isEmpty)
        #expect(try proposed.said().map(\.content?.owner) == [Self.director])
        #expect(try await finance.ask("periods.list")[0].rows.map { $0.values[3] } == ["zhou.min"])
        #expect(try await refusal("8", Self.reopen(by: "zhou.min")) == .samePerson)
        #expect(try await refusal("9", Self.reopen(by: "li.wei")) == .notAuthorised)
        let opened = try await finance.handle([.init("10", try Self.reopen(by: Self.director))], at: Self.april)
        let event = try #require(try opened.events(PeriodChanged.self).first)
        #expect(try opened.said().map(\.id) == proposed.said().map(\.id) && opened.kinds() == ["cleared"])
        #expect(event.state == .open && event.proposedBy == "zhou.min" && event.by == Self.director)
        #expect(try await finance.ask("periods.list")[0].rows.isEmpty)
        #expect(try await finance.ask("periods.list")[1].rows.count == 3)
    }

    @Test("what comes for a closed month is posted in the next, each with a trace")
    func late() async throws {
        let march = try #require(Timestamp("2026-03-20T09:00:00+08:00"))
        let day = try #require(CalendarDay("2026-03-20"))
        try await finance.handle([
            .init("o", OrderPlaced(makeOrder("O1", [("300", nil), ("100", "50")]))),
            .init("k", makeCost("K1", order: "O1", .accrued, "200")),
        ])
        try await finance.handle([.init("c", try Self.close())], at: Self.april)
        let before = try await figures(finance, "2026-03")
        #expect(before == [["air-freight", "CNY", "400.00", "250.00", "150.00"]])
        #expect(try await figures(finance, "2026-04").isEmpty)
        // Not late: its day is in the open month.
        try await finance.handle(
            [.init("a", OrderPlaced(makeOrder("O2", at: "2026-04-02T09:00:00+08:00")))], at: Self.april)
        #expect(try await finance.rows("select count(*) from late_posting") == [["0"]])
        let customer = CustomerCode(code: "C1")
        let late = try await finance.handle(
            [
                .init("1", makeCost("K1", order: "O1", .actual, "230")),
                .init(
                    "2",
                    InvoiceIssued(
                        invoiceId: "I1", customer: customer, orderIds: ["O1"], issuedAt: march, dueAt: march,
                        amount: 400, currency: .cny)),
                .init(
                    "3",
                    PaymentReceived(
                        paymentId: "P1", customer: customer, receivedAt: march, amount: 100, currency: .cny,
                        allocations: [PaymentAllocation(invoiceId: "I1", amount: 100)])),
                .init(
                    "4",
                    CreditNoteIssued(
                        creditNoteId: "N1", customer: customer, invoiceId: "I1", issuedAt: march, amount: 20,
                        currency: .cny)),
                .init(
                    "5",
                    ExpenseReported(
                        expenseId: "E1", state: .actual, branch: "KS01", owner: "li.wei", account: "travel",
                        day: day, amount: 90, currency: .cny)),
                .init(
                    "6",
                    ExpenseReported(
                        expenseId: "E2", state: .planned, branch: "KS01", owner: "li.wei", account: "travel",
                        day: day, amount: 90, currency: .cny)),
            ], at: Self.april)
        #expect(late.refused.isEmpty)
        // The same again posts nothing more.
        try await finance.handle([.init("1b", makeCost("K1", order: "O1", .actual, "230"))], at: Self.april)
        let posted = try await finance.rows(
            """
            select kind, reference, original_day, posting_day, revenue, cost, amount from late_posting
            order by kind, reference
            """)
        #expect(
            posted == [
                ["cost", "O1", "2026-03-02", "2026-04-01", "0.0000", "30.0000", nil],
                // What the note takes from the margin of its order.
                ["credit", "O1", "2026-03-02", "2026-04-01", "-20.0000", "0.0000", nil],
                ["credit-note", "N1", "2026-03-20", "2026-04-01", "0.0000", "0.0000", "20.0000"],
                ["expense", "E1", "2026-03-20", "2026-04-01", "0.0000", "0.0000", "90.0000"],
                ["invoice", "I1", "2026-03-20", "2026-04-01", "0.0000", "0.0000", "400.0000"],
                ["payment", "P1", "2026-03-20", "2026-04-01", "0.0000", "0.0000", "100.0000"],
            ])
        #expect(try await figures(finance, "2026-03") == before)
        #expect(
            try await figures(finance, "2026-04") == [["air-freight", "CNY", "80.00", "110.00", "-30.00"]])
        let rows = try await finance.ask("periods.late", ["month": "2026-03"])[0].rows
        #expect(rows.map { $0.values[7] } == Array(repeating: "2026-04", count: 6))
    }

    @Test(
        "figures of a closed month stay, whatever comes late in whatever order; nothing is lost",
        arguments: [3, 17, 92])
    func shuffled(_ seed: UInt64) async throws {
        var random = RandomSource(seed: seed)
        let lines = ["air-freight", "customs"]
        func order(_ number: Int, _ revision: Int, _ day: Int) -> OrderPlaced {
            OrderPlaced(
                makeOrder(
                    "O\(number)", revision: revision, customer: "C\(number % 3)", line: lines[number % 2],
                    at:
                        "2026-0\(day > 31 ? 4 : 3)-\(String(100 + (day > 31 ? day - 31 : day)).suffix(2))T09:00:00+08:00",
                    [("\(100 + random.below(900))", random.below(3) == 0 ? nil : "\(random.below(800))")]))
        }
        var early: [ServiceFixture.Message] = []
        var late: [ServiceFixture.Message] = []
        for number in 0..<40 {
            if number < 30 { early.append(.init("o\(number)", order(number, 1, 1 + random.below(31)))) }
            // A revision may move an order from one month to the other, and an order of March may come only now.
            if random.below(2) == 0 || number >= 30 {
                late.append(.init("r\(number)", order(number, 2, 1 + random.below(40))))
            }
            if random.below(2) == 0 {
                late.append(
                    .init("k\(number)", makeCost("K\(number)", order: "O\(number)", .actual, "\(random.below(900))")))
            }
            if random.below(6) == 0 {
                late.append(
                    .init(
                        "x\(number)",
                        OrderCancelled(
                            orderId: "O\(number)", revision: 2,
                            cancelledAt: try #require(Timestamp("2026-04-01T09:00:00+08:00")))))
            }
        }
        try await finance.handle(early)
        try await finance.handle([.init("close", try Self.close())], at: Self.april)
        let before = try await figures(finance, "2026-03")
        #expect(before.count == 2)
        let shuffled = (late + late).shuffled(using: &random)
        for start in stride(from: 0, to: shuffled.count, by: 7) {
            let batch = Array(shuffled[start..<min(start + 7, shuffled.count)])
            try await finance.handle(batch, at: Self.april)
        }
        #expect(try await figures(finance, "2026-03") == before)
        #expect(try await finance.rows("select count(*) > 0 from late_posting") == [["t"]])
        // Both months together are what all orders come to now.
        var sums: [String: FixedDecimal] = [:]
        for row in before + (try await figures(finance, "2026-04")) {
            for (place, name) in [(2, "revenue"), (3, "cost")] {
                sums[name, default: .zero] = sums[name, default: .zero] + .of(row[place] ?? "")
            }
        }
        let now = try await finance.rows("select sum(known_revenue), sum(cost) from orders where is_counted")[0]
        #expect(sums["revenue"] == .of(now[0] ?? "") && sums["cost"] == .of(now[1] ?? ""))
    }

    @Test("a month that is closed while others post keeps the figures it was closed with")
    func concurrent() async throws {
        try await finance.handle([.init("o", OrderPlaced(makeOrder("O")))])
        // Whatever was not there when it was closed is traced, so that the figures stay what they were then.
        let closed = try await withThrowingTaskGroup(of: [[String?]]?.self) { group in
            for copy in 0..<3 {
                group.addTask {
                    for number in 0..<25 {
                        let order = OrderPlaced(makeOrder("O\(copy)-\(number)", customer: "C\(copy)"))
                        _ = try await finance.retrying([.init("\(copy)-\(number)", order)])
                    }
                    return nil
                }
            }
            group.addTask {
                try await finance.handle([.init("close", try Self.close())], at: Self.april)
                return try await figures(finance, "2026-03")
            }
            var found: [[String?]] = []
            for try await figures in group { found = figures ?? found }
            return found
        }
        #expect(try await figures(finance, "2026-03") == closed)
        #expect(
            try await finance.rows("select count(*), sum(known_revenue) from orders where is_counted") == [
                ["76", "7600.0000"]
            ])
        let late = try await finance.rows("select coalesce(sum(revenue), 0) from late_posting")
        #expect(FixedDecimal.of(closed.first?[2] ?? "") + .of(late[0][0] ?? "") == 7_600)
    }
}
