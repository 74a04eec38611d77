import Contracts
import Domain
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit

@Suite("Orders that are no revenue, and orders with odd dates", .service(try financeDefinition()))
struct OddOrderTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private static let march = ["from": "2026-03-01", "to": "2026-03-31", "by": "total"]

    private static func cells(_ tables: [QueryTable], _ name: String) throws -> [String: String] {
        let table = try #require(tables.first { $0.name == name })
        var found: [String: String] = [:]
        for (column, value) in zip(table.columns, table.rows.first?.values ?? []) { found[column.name] = value }
        return found
    }

    /// An order that is taken (O1: 100 of 60), one that waits for approval (O2: 9,000 of 8,000) and one that is refused (O3:
    /// 700 of 900), of one customer.
    private func placeThree() async throws {
        func set(_ level: AcceptanceLevel, line: String) throws -> ServiceFixture.Message {
            .init(
                "set \(line)",
                SetAcceptance(
                    customerId: AccountIdentifier.customer(source: "erp", code: "C1"), businessLine: line,
                    level: level, reason: "late payer", owner: "li.wei",
                    until: try #require(CalendarDay("2026-03-20")), by: "finance.director"))
        }
        // A customer is known by its first order, and can be decided on from then on.
        try await finance.handle([.init("1", OrderPlaced(makeOrder("O1", line: "air-freight", [("100", "60")])))])
        let settings = try await finance.handle([
            try set(.needsApproval, line: "road"), try set(.stopped, line: "sea"),
        ])
        #expect(settings.refused.isEmpty)
        try await finance.handle([
            .init("2", OrderPlaced(makeOrder("O2", line: "road", [("9000", "8000")]))),
            .init("3", OrderPlaced(makeOrder("O3", line: "sea", [("700", "900")]))),
        ])
    }

    /// O2 is let through.
    private func approve() async throws {
        let approved = try await finance.handle([
            .init(
                "a", source: "waybill.people", typedBy: "finance.director",
                DecideOrder(source: "erp", orderId: "O2", verdict: .approve, reason: "paid", by: "finance.director"))
        ])
        #expect(approved.refused.isEmpty)
    }

    /// Amounts of one row, whatever places they are told with.
    private static func amounts(_ row: [String: String], _ names: String...) -> [FixedDecimal?] {
        names.map { row[$0].flatMap { FixedDecimal($0) } }
    }

    private static func decimals(_ texts: String...) -> [FixedDecimal?] { texts.map { .of($0) } }

    @Test("what is refused or waits for approval stands in columns of its own, and counts once it is approved")
    func held() async throws {
        try await placeThree()
        let asked = Self.march.merging(["metric": "orders,revenue,margin,held"]) { $1 }
        let view = try Self.cells(await finance.ask("view.figures", asked), "view")
        #expect([view["orders"], view["revenue"], view["margin"]] == ["1", "100.00", "40.00"])
        #expect([view["waiting_orders"], view["waiting_revenue"]] == ["1", "9000.00"])
        #expect([view["refused_orders"], view["refused_revenue"]] == ["1", "700.00"])
        func drilled(_ metric: String) async throws -> String? {
            try Self.cells(
                await finance.ask("view.drill", Self.march.merging(["metric": metric]) { $1 }), "cell")["amount"]
        }
        #expect(try await drilled("revenue") == "100.00")
        #expect(try await drilled("held") == "9700.00")
        // By the books, and in the judgement of 90 days, they count as ever.
        let books = asked.merging(["basis": "posted"]) { $1 }
        #expect(try Self.cells(await finance.ask("view.figures", books), "view")["revenue"] == "9800.00")
        #expect(try await finance.rows("select sum(revenue) from account_line_day") == [["9800.0000"]])

        try await approve()
        let after = try Self.cells(await finance.ask("view.figures", asked), "view")
        #expect([after["orders"], after["revenue"], after["waiting_orders"]] == ["2", "9100.00", "0"])
    }

    /// Where something is said of all orders: the question, its table, and what is asked.
    private static let places: [(question: String, table: String, values: [String: String])] = [
        ("orders.totals", "totals", [:]), ("summary", "margins", [:]),
        ("parties.business", "finance: margin", ["party": AccountIdentifier.customer(source: "erp", code: "C1")]),
    ]

    @Test("what all orders come to, and what a party's do, is without what is held, which stands beside it")
    func heldOfTotals() async throws {
        func rows() async throws -> [[String: String]] {
            var rows: [[String: String]] = []
            for (question, table, values) in Self.places {
                rows.append(try Self.cells(await finance.ask(question, values), table))
            }
            return rows
        }
        try await placeThree()
        for (row, place) in zip(try await rows(), Self.places) {
            #expect(
                [row["orders"], row["waiting_orders"], row["refused_orders"]] == ["1", "1", "1"],
                "\(place.question)")
            #expect(
                Self.amounts(row, "revenue", "cost", "margin") == Self.decimals("100", "60", "40"),
                "\(place.question)")
            #expect(
                Self.amounts(row, "waiting_revenue", "refused_revenue", "ahead_revenue")
                    == Self.decimals("9000", "700", "0"), "\(place.question)")
        }
        #expect(try await rows().first?["decided"] == "3")

        try await approve()
        for (row, place) in zip(try await rows(), Self.places) {
            #expect(
                [row["orders"], row["waiting_orders"], row["refused_orders"]] == ["2", "0", "1"],
                "\(place.question)")
            #expect(Self.amounts(row, "revenue", "margin") == Self.decimals("9100", "1040"), "\(place.question)")
        }
        // One that is cancelled stands nowhere.
        try await finance.handle([
            .init(
                "c",
                OrderCancelled(
                    orderId: "O3", revision: 2, cancelledAt: try #require(Timestamp("2026-03-04T10:00:00+08:00"))))
        ])
        for (row, place) in zip(try await rows(), Self.places) {
            #expect([row["orders"], row["refused_orders"]] == ["2", "0"], "\(place.question)")
            #expect(Self.amounts(row, "refused_revenue") == Self.decimals("0"), "\(place.question)")
        }
    }

    @Test(
        "no margin, bridge, supplier cost or simulation is made of lines that are held, which are counted beside them")
    func heldOfProfit() async throws {
        let march = ["from": "2026-03-01", "to": "2026-03-31"]
        func held(_ tables: [QueryTable]) -> [[String?]] { tables["held"].rows.map(\.values) }
        let both: [[String?]] = [
            ["waiting", "CNY", "1", "1", "0", "9000.00", "8000.00"],
            ["refused", "CNY", "1", "1", "0", "700.00", "900.00"],
        ]
        try await placeThree()
        // A credit note on what is held takes nothing from what is not.
        let at = try #require(Timestamp("2026-03-05T10:00:00+08:00"))
        try await finance.handle([
            .init(
                "i",
                InvoiceIssued(
                    invoiceId: "I1", customer: CustomerCode(code: "C1"), orderIds: ["O3"], issuedAt: at, dueAt: at,
                    amount: .of("700"), currency: .cny)),
            .init(
                "n",
                CreditNoteIssued(
                    creditNoteId: "N1", customer: CustomerCode(code: "C1"), invoiceId: "I1", issuedAt: at,
                    amount: .of("50"), currency: .cny, cause: .service)),
        ])
        #expect(
            try await finance.rows("select decision, credited from orders where order_id = 'O3'")
                == [["refused", "50.0000"]])
        var margins = try await finance.ask("profit.margins", march.merging(["by": "line"]) { $1 })
        var told = margins["margins"]
        #expect(told.column("line").sorted { ($0 ?? "") < ($1 ?? "") } == ["air-freight", "road", "sea"])
        var total = try Self.cells(
            await finance.ask("profit.margins", march.merging(["by": "branch"]) { $1 }), "margins")
        #expect([total["lines"], total["revenue"], total["margin"]] == ["1", "100.00", "40.00"])
        #expect([total["waiting_lines"], total["waiting_revenue"]] == ["1", "9000.00"])
        #expect([total["refused_lines"], total["refused_revenue"]] == ["1", "700.00"])
        #expect(held(margins) == both)
        let costs = try await finance.ask("profit.supplier-costs", march.merging(["by": "supplier"]) { $1 })
        #expect(costs["costs"].column("cost") == ["60.00"] && held(costs) == both)
        let lines = try await finance.ask("profit.lines", march)
        #expect(lines["lines"].column("order_id") == ["O1"] && held(lines) == both)
        let days = ["before": "2026-02-01..2026-02-28", "after": "2026-03-01..2026-03-31"]
        let bridge = try await finance.ask("profit.bridge", days)
        let whole = try Self.cells(bridge, "bridge")
        #expect([whole["after"], whole["lines_after"]] == ["40.00", "1"])
        #expect([whole["held_before"], whole["held_after"]] == ["0", "2"] && held(bridge) == both)
        // By the books they count as ever.
        let books = march.merging(["by": "branch", "basis": "posted"]) { $1 }
        #expect(try Self.cells(await finance.ask("profit.margins", books), "margins")["lines"] == "3")

        try await approve()
        margins = try await finance.ask("profit.margins", march.merging(["by": "branch"]) { $1 })
        total = try Self.cells(margins, "margins")
        #expect([total["lines"], total["waiting_lines"], total["refused_lines"]] == ["2", "0", "1"])
        #expect(held(margins) == [both[1]])
        told = try await finance.ask("profit.lines", march)["lines"]
        #expect(told.column("order_id").compactMap { $0 }.contains("O2"))
    }

    @Test("a line that is held and has no rate stands apart in its own currency, and turns no figure into another")
    func heldWithoutRate() async throws {
        try await placeThree()
        let gold = try #require(Currency("XAU"))
        try await finance.handle([
            .init("4", OrderPlaced(makeOrder("O4", line: "road", currency: gold, [("3", nil)])))
        ])
        let tables = try await finance.ask(
            "profit.margins", ["from": "2026-03-01", "to": "2026-03-31", "by": "branch"])
        let row = try Self.cells(tables, "margins")
        #expect([row["margin"], row["currency"], row["waiting_lines"]] == ["40.00", "CNY", "1"])
        #expect(
            tables["held"].rows.map(\.values).contains(["waiting", "XAU", "1", "1", "1", "3.00", "0.00"]))
        #expect(tables["without a rate"].rows.isEmpty)
    }

    @Test("what is held is not sold: a budget is spent ahead of sales all the same")
    func heldOfSales() async throws {
        try await placeThree()
        let day = try #require(CalendarDay("2026-03-05"))
        try await finance.handle([
            .init(
                "b",
                ExpenseBudgetSet(
                    budgetId: "B", revision: 1, branch: "KS01", account: "travel",
                    from: try #require(CalendarDay("2026-03-01")), to: try #require(CalendarDay("2026-03-31")),
                    amount: .of("1000"), currency: .cny, salesTarget: .of("1000"), setBy: "zhou.min"))
        ])
        let told = try await finance.handle([
            .init(
                "e",
                ExpenseReported(
                    expenseId: "E", state: .actual, branch: "KS01", owner: "li.wei", account: "travel", day: day,
                    amount: .of("790"), currency: .cny))
        ])
        #expect(try told.events(ExpenseAlertRaised.self).first?.salesPercent == 10)
    }

    @Test("an order dated ten years ahead stands apart, and a sender's clock that is ahead makes no figure younger")
    func ahead() async throws {
        let future = try #require(Timestamp("2036-11-05T09:00:00+08:00"))
        try await finance.handle([
            .init("1", at: future, OrderPlaced(makeOrder("O1", [("100", "60")]))),
            .init("2", OrderPlaced(makeOrder("O2", at: "2036-11-05T09:00:00+08:00", [("70", "60")]))),
        ])
        let today = try #require(Timestamp("2026-06-30T09:00:00+08:00"))
        let tables = try await finance.ask("view.figures", ["by": "total", "metric": "revenue"], at: today)
        let view = try Self.cells(tables, "view")
        #expect(view["revenue"] == "100.00")
        let asOf = try #require(view["as_of"].flatMap { Timestamp($0) })
        #expect(asOf == Timestamp("2026-03-02T10:00:00+08:00"))
        let ahead = try Self.cells(tables, "dated ahead")
        #expect([ahead["orders"], ahead["revenue"], ahead["last_day"]] == ["1", "70.00", "2036-11-05"])
        for (question, table, values) in Self.places {
            let row = try Self.cells(await finance.ask(question, values, at: today), table)
            #expect([row["orders"], row["ahead_orders"]] == ["1", "1"], "\(question)")
            #expect(Self.amounts(row, "revenue", "ahead_revenue") == Self.decimals("100", "70"), "\(question)")
        }
    }

    @Test("figures are as old as the service's clock says, whatever the database's")
    func age() async throws {
        try await finance.handle([.init("1", OrderPlaced(makeOrder("O1", [("100", "60")])))])
        let now = try #require(Timestamp("2026-03-02T10:05:00+08:00"))
        let tables = try await finance.ask("view.figures", ["by": "total", "metric": "revenue"], at: now)
        #expect(try Self.cells(tables, "view")["age_seconds"] == "300")
    }
}
