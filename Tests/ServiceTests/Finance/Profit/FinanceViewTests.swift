import Contracts
import Domain
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit
@testable import Simulation

@Suite("Finance view", .service(try financeDefinition()))
struct FinanceViewTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    static let amounts = [
        "orders", "revenue", "costed_revenue", "cost", "margin", "cash_in", "cash_out", "cash", "receivable", "payable",
        "exposure", "provisions",
    ]
    static let metrics = "orders,revenue,cost,margin,cash,receivable,payable,exposure,provisions"

    private static func ask(
        _ finance: ServiceFixture, _ query: String, _ values: [String: String], _ rates: RateTable? = nil
    ) async throws -> [QueryTable] {
        let rates = try rates ?? RandomBusiness.rates()
        return try await finance.pool.withTransaction(isReadOnly: true) { transaction in
            let found = try #require(
                ViewQueries(rates: ExchangeRates(rates), organisation: .standard).all.first { $0.name == query })
            return try found.ask(values, transaction)
        }
    }

    /// Rows as values by column.
    private static func rows(_ table: QueryTable) -> [[String: String]] {
        table.rows.map { row in
            var found: [String: String] = [:]
            for (column, value) in zip(table.columns, row.values) { found[column.name] = value }
            return found
        }
    }

    /// The cells by period, branch and line, but for what is nought.
    private static func cells(_ rows: [[String: String]]) -> [[String]: [String: FixedDecimal]] {
        var found: [[String]: [String: FixedDecimal]] = [:]
        for row in rows {
            let values = Dictionary(uniqueKeysWithValues: amounts.map { ($0, FixedDecimal.of(row[$0] ?? "")) })
            guard values.values.contains(where: { $0 != .zero }) else { continue }
            found[["period", "branch", "line"].map { row[$0] ?? "" }] = values
        }
        return found
    }

    private static func expected(_ business: RandomBusiness) async throws -> [[String]: [String: FixedDecimal]] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (file, rateFile) = (folder.appendingPathComponent("messages"), folder.appendingPathComponent("rates"))
        try Data(business.lines.joined(separator: "\n").utf8).write(to: file)
        try Data(RandomBusiness.rateRows.map { "\($0.0) \($0.1) \($0.2)" }.joined(separator: "\n").utf8)
            .write(to: rateFile)
        let data = try await Oracle.run(
            "finance_view.py",
            ["--messages", file.path, "--rates", rateFile.path, "--from", "2026-01-01", "--to", "2026-04-20"])
        return cells(try JSONDecoder().decode([[String: String]].self, from: data))
    }

    private static let question = [
        "from": "2026-01-01", "to": "2026-04-20", "by": "month,branch,line", "metric": metrics, "currency": "CNY",
    ]

    @Test("four copies, everything twice and in any order, folded meanwhile: to the cent what the messages say")
    func recount() async throws {
        let business = try RandomBusiness(seed: 8, orders: 260)
        let expected = try await Self.expected(business)
        #expect(expected.count > 20)
        for name in Self.amounts { #expect(expected.values.contains { $0[name] != .zero }, "\(name) is not tried") }
        var random = RandomSource(seed: 9)
        var queues: [[[ServiceFixture.Message]]] = []
        for _ in 0..<4 { queues.append([]) }
        var all = business.messages + business.messages
        for place in all.indices.reversed() { all.swapAt(place, random.below(place + 1)) }
        for (place, start) in stride(from: 0, to: all.count, by: 25).enumerated() {
            queues[place % 4].append(Array(all[start..<min(start + 25, all.count)]))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for queue in queues {
                group.addTask {
                    for (place, batch) in queue.enumerated() {
                        let outcome = try await finance.retrying(batch)
                        #expect(outcome.refused.isEmpty)
                        if place % 5 == 0, place < queue.count / 2 {
                            try await finance.run("view.fold", at: "2026-05-01T10:00:00+08:00")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        // What is not folded yet is in the figures all the same.
        let waiting = Self.rows(try await Self.ask(finance, "view.figures", Self.question)[1])[0]
        #expect(waiting["documents_waiting"] != "0" && waiting["changes_waiting"] != "0")
        for _ in 0..<2 {
            let found = Self.cells(
                Self.rows(try await Self.ask(finance, "view.figures", Self.question)[0]))
            #expect(Set(found.keys) == Set(expected.keys))
            for (key, values) in expected {
                for name in Self.amounts {
                    let (one, other) = (found[key]?[name], values[name])
                    #expect(one == other, "\(name) of \(key)")
                }
            }
            try await finance.run("view.fold", at: "2026-05-01T10:00:00+08:00")
        }
        let state = Self.rows(try await Self.ask(finance, "view.figures", Self.question)[1])[0]
        #expect(state["documents_waiting"] == "0" && state["changes_waiting"] == "0")
        try await Self.checkDrills(finance)
        try await Self.checkGrains(finance)
        try await Self.checkReads(finance)
    }

    /// The events behind a cell sum to it, branch by branch and in one currency at a time.
    private static func checkDrills(_ finance: ServiceFixture) async throws {
        for metric in ["orders", "revenue", "cost", "margin", "cash", "receivable", "payable", "exposure"] {
            let values = [
                "from": "2026-02-01", "to": "2026-02-28", "metric": metric, "branch": "SH01", "line": "air",
            ]
            let cell = rows(try await ask(finance, "view.drill", values)[0])
            let column = metric == "margin" ? "margin" : metric
            // With a rate of one for one the view's sum is that of all currencies.
            let flat = RateTable([
                RateTable.Entry(
                    currency: try #require(Currency("USD")), from: try #require(CalendarDay("2025-01-01")),
                    rate: try #require(ExchangeRate("1")))
            ])
            let view = rows(
                try await ask(
                    finance, "view.figures", values.merging(["by": "month", "currency": "CNY"]) { $1 }, flat)[0])
            let sum = cell.map { FixedDecimal.of($0["amount"] ?? "") }.reduce(.zero, +)
            #expect(view.count == 1 && sum != .zero && FixedDecimal.of(view[0][column] ?? "") == sum, "\(metric)")
            let drilled = try await ask(
                finance, "view.drill", values.merging(["limit": String(QueryTable.maximumRows)]) { $1 })
            let parts = [
                "cash": ["receivable events", "payable events"], "receivable": ["receivable events"],
                "payable": ["payable events"], "exposure": ["events", "receivable events"],
                "cost": ["events", "costs"], "margin": ["events", "costs"],
            ]
            #expect(drilled.map(\.name) == ["cell"] + parts[metric, default: ["events"]], "\(metric)")
            let events = drilled.dropFirst().filter { $0.name != "costs" }
            #expect(events.allSatisfy { !$0.rows.isEmpty }, "\(metric)")
            // Part by part they come to the figure.
            let amounts = events.flatMap(rows).map { FixedDecimal.of($0["amount"] ?? "") }
            #expect(amounts.reduce(.zero, +) == sum, "\(metric)")
            guard ["cost", "margin"].contains(metric) else { continue }
            // Every cost that was told of these orders.
            let told = try await finance.rows(
                """
                select count(*) from cost join orders using (source, order_id)
                where is_counted and orders.day between '2026-02-01' and '2026-02-28' and branch = 'SH01'
                    and business_line = 'air'
                """)
            #expect(!drilled[2].rows.isEmpty && String(drilled[2].rows.count) == told[0][0])
        }
    }

    /// Days, months and the whole say the same, told apart or not. With a rate of one for one nothing is rounded.
    private static func checkGrains(_ finance: ServiceFixture) async throws {
        let flat = RateTable([
            RateTable.Entry(
                currency: try #require(Currency("USD")), from: try #require(CalendarDay("2025-01-01")),
                rate: try #require(ExchangeRate("1")))
        ])
        func told(_ by: String) async throws -> [[String: String]] {
            let values = question.merging(["by": by, "from": "2026-01-10"]) { $1 }
            return rows(try await ask(finance, "view.figures", values, flat)[0])
        }
        func sum(_ rows: [[String: String]], _ name: String) -> FixedDecimal {
            rows.map { FixedDecimal.of($0[name] ?? "") }.reduce(.zero, +)
        }
        let (days, months) = (try await told("day,branch,line"), try await told("month,branch,line"))
        let (whole, divisions) = (try await told("total"), try await told("month,division"))
        #expect(whole.count == 1)
        for name in amounts where name != "provisions" {
            let isBalance = ["receivable", "payable", "exposure"].contains(name)
            func last(_ rows: [[String: String]], _ period: String) -> [[String: String]] {
                isBalance ? rows.filter { $0["period"] == period } : rows
            }
            let all = sum(whole, name)
            #expect(all != .zero, "\(name)")
            #expect(sum(last(days, "2026-04-20"), name) == all, "\(name) by day")
            #expect(sum(last(months, "2026-04"), name) == all, "\(name) by month")
            #expect(sum(last(divisions, "2026-04"), name) == all, "\(name) by division")
        }
        for row in whole + months {
            let times = row.filter { $0.key.hasSuffix("_as_of") }.values
            #expect(!times.isEmpty && times.max() == row["as_of"])
        }
    }

    /// A question reads no order, no cost, no invoice and no payment: the server's own counters say so. Of bills that wait for the
    /// orders they name it reads the invoice, the order that has not come and those that may be it, and nothing else of these.
    private static func checkReads(_ finance: ServiceFixture) async throws {
        let ledger = [
            "orders", "cost", "account_line_day", "receivable", "customer_payment", "payment_allocation",
            "supplier_invoice", "supplier_payment", "supplier_allocation", "view_entry",
        ]
        let counts = try await finance.pool.withTransaction(isReadOnly: true) { transaction in
            // So few rows the server would read whole, whatever is asked of them; of many it does not.
            try transaction.script(
                "set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off")
            // What this connection did before and has not told the server yet is in the counters as well.
            let before = try counters(transaction)
            let figures = try #require(
                ViewQueries(rates: ExchangeRates(RandomBusiness.rates()), organisation: .standard).all.first {
                    $0.name == "view.figures"
                })
            _ = try figures.ask(question, transaction)
            return try counters(transaction).merging(before) { $0 - $1 }
        }
        let waiting = try await finance.rows("select 1 from waiting_bill").count
        for table in ledger {
            let most = ["orders": 3 * waiting, "receivable": waiting][table] ?? 0
            #expect((counts[table] ?? 0) <= most, "\(table)")
        }
        #expect((counts["view_sum"] ?? 0) > 0 && (counts["view_order_day"] ?? 0) > 0)
    }

    /// How many rows of each table this transaction has read.
    private static func counters(_ transaction: borrowing Transaction) throws -> [String: Int] {
        let rows = try transaction.query(
            """
            select relname::text, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
            from pg_stat_xact_user_tables where schemaname = current_schema()
            """, as: (String, Int).self)
        return Dictionary(rows, uniquingKeysWith: +)
    }

    @Test("by posting date what comes late for a closed month counts in the next, and the closed month stays")
    func posted() async throws {
        let april = "2026-04-07T10:00:00+08:00"
        try await finance.handle(
            [.init("p", OrderPlaced(makeOrder("O1", [("100", "80")])))], at: "2026-03-02T10:00:00+08:00")
        let period: [String: String] = ["from": "2026-03-01", "to": "2026-04-30"]
        func figures(_ basis: String) async throws -> [[String?]] {
            let rows = Self.rows(
                try await Self.ask(
                    finance, "view.figures",
                    period.merging([
                        "metric": "revenue,margin", "basis": basis, "by": "month,division,branch",
                    ]) { $1 })[0])
            return rows.map { row in ["period", "division", "branch", "revenue", "margin"].map { row[$0] } }
        }
        let march: [[String?]] = [["2026-03", "EAST", "KS01", "100.00", "20.00"]]
        // A month that is open is posted by its own days, however late something comes.
        try await finance.handle([.init("k", makeCost("K1", order: "O1", .accrued, "80"))], at: april)
        #expect(try await figures("posted") == march)
        let month = try #require(CalendarDay("2026-03-01"))
        try await finance.handle(
            [.init("c", ClosePeriod(month: month, by: "finance.director"))], at: april)
        try await finance.handle(
            [
                .init("k2", makeCost("K1", order: "O1", .actual, "95")),
                .init("q", OrderPlaced(makeOrder("O2", [("50", nil)]))),
            ], at: april)
        let posted: [[String?]] = march + [["2026-04", "EAST", "KS01", "50.00", "-15.00"]]
        for _ in 0..<2 {
            #expect(try await figures("placed") == [["2026-03", "EAST", "KS01", "150.00", "5.00"]])
            #expect(try await figures("posted") == posted)
            try await finance.run("view.fold", at: april)
        }
        for (metric, basis, of, sum) in [
            ("revenue", "placed", "2026-03", "150.00"), ("revenue", "posted", "2026-03", "100.00"),
            ("revenue", "posted", "2026-04", "50.00"), ("margin", "posted", "2026-04", "-15.00"),
            ("margin", "posted", "2026-03", "20.00"), ("orders", "posted", "2026-04", "1.00"),
        ] {
            let values = [
                "from": "\(of)-01", "to": "\(of)-30", "metric": metric, "basis": basis, "branch": "KS01",
                "division": "EAST",
            ]
            let drill = try await Self.ask(finance, "view.drill", values)
            #expect(Self.rows(drill[0]).map { $0["amount"] } == [sum], "\(metric) \(basis) \(of)")
        }
        // The same by order, item and owner: what came late stands in April, and both together are what was placed.
        func margins(_ basis: String, _ month: String, _ by: String) async throws -> [[String?]] {
            try await finance.ask(
                "profit.margins",
                ["from": "\(month)-01", "to": "\(month)-30", "by": by, "basis": basis]
            )[0].rows.map { Array($0.values.prefix(6)) }
        }
        #expect(
            try await margins("placed", "2026-03", "order") == [
                ["O2", "1", "1", "0.00", "0.00", "0.00"], ["O1", "1", "0", "100.00", "95.00", "5.00"],
            ])
        #expect(
            try await margins("posted", "2026-03", "order") == [
                ["O2", "1", "1", "0.00", "0.00", "0.00"], ["O1", "1", "0", "100.00", "80.00", "20.00"],
            ])
        #expect(try await margins("posted", "2026-04", "order") == [["O1", "0", "0", "0.00", "15.00", "-15.00"]])
        #expect(
            try await margins("posted", "2026-04", "item")
                == [["posted later", "0", "0", "0.00", "15.00", "-15.00"]])
        #expect(try await margins("placed", "2026-04", "order").isEmpty)
    }

    @Test("an invoice that is dated anew by terms is provided for by its new day; expenses count when they are actual")
    func termsAndExpenses() async throws {
        let issued = try #require(Timestamp("2026-03-03T10:00:00+08:00"))
        let day = try #require(CalendarDay("2026-03-09"))
        func expense(_ state: ExpenseState, _ amount: FixedDecimal) -> ExpenseReported {
            ExpenseReported(
                expenseId: "E1", state: state, branch: "KS01", owner: "li.wei", account: "travel", day: day,
                amount: amount, currency: .cny)
        }
        func told(_ metric: String) async throws -> [String?] {
            Self.rows(
                try await Self.ask(
                    finance, "view.figures",
                    ["from": "2026-03-01", "to": "2026-06-30", "metric": metric, "by": "total"])[0]
            ).map { $0[metric] }
        }
        try await finance.handle([
            .init(
                "i",
                InvoiceIssued(
                    invoiceId: "I1", customer: CustomerCode(code: "C1"), orderIds: [], issuedAt: issued,
                    dueAt: nil, amount: .of("10000"), currency: .cny)),
            .init("e", expense(.committed, 300)),
        ])
        try await finance.run("view.fold", at: "2026-03-04T10:00:00+08:00")
        // Due in thirty days by itself, 2 April: 89 days late by the end of June.
        #expect(try await told("provisions") == ["660.00"])
        #expect(try await told("expenses").isEmpty)
        try await finance.handle([
            .init(
                "t",
                TermsAgreed(
                    role: .customer, code: "C1", kind: .net, days: 90, agreedAt: issued)),
            .init("e2", expense(.actual, 320)),
        ])
        for _ in 0..<2 {
            #expect(try await told("provisions") == ["160.00"])
            #expect(try await told("expenses") == ["320.00"])
            try await finance.run("view.fold", at: "2026-03-04T10:00:00+08:00")
        }
        let events = try await Self.ask(
            finance, "view.drill",
            ["from": "2026-03-01", "to": "2026-03-31", "metric": "expenses", "branch": "KS01"])
        #expect(
            Self.rows(events[1]).map { [$0["event"], $0["id"], $0["amount"]] }
                == [["expense.reported", "E1", "320.00"]])
    }

    @Test("an invoice before its order belongs nowhere until the order comes, and moves with it")
    func placeFollows() async throws {
        let issued = try #require(Timestamp("2026-03-03T10:00:00+08:00"))
        try await finance.handle([
            .init(
                "i",
                InvoiceIssued(
                    invoiceId: "I1", customer: CustomerCode(code: "C1"), orderIds: ["O1"], issuedAt: issued,
                    dueAt: issued, amount: .of("50"), currency: .cny))
        ])
        func places() async throws -> [[String?]] {
            Self.rows(
                try await Self.ask(
                    finance, "view.figures",
                    [
                        "from": "2026-03-01", "to": "2026-03-31", "metric": "receivable",
                        "by": "total,branch,line",
                    ])[0]
            ).map { row in ["branch", "line", "receivable"].map { row[$0] } }
        }
        func everywhere(_ wanted: [[String?]]) async throws {
            #expect(try await places() == wanted)
            try await finance.run("view.fold", at: "2026-03-04T10:00:00+08:00")
            #expect(try await places() == wanted)
        }
        try await everywhere([["-", "-", "50.00"]])
        try await finance.handle([.init("p", OrderPlaced(makeOrder("O1")))])
        try await everywhere([["KS01", "air-freight", "50.00"]])
        try await finance.handle([.init("c", OrderChanged(makeOrder("O1", revision: 2, line: "sea")))])
        try await everywhere([["KS01", "sea", "50.00"]])
    }

    @Test(
        "what cannot be answered is refused with its reason",
        arguments: [
            (["by": "week"], Reason.valueNotAllowed), (["by": "day,month"], .valueNotAllowed),
            (["metric": "profit"], .valueNotAllowed), (["basis": "service"], .valueNotAllowed),
            (["from": "2026-04-01"], .contradictoryTimes), (["from": "2020-01-01", "by": "day"], .valueNotAllowed),
            (["currency": "XX"], .unknownCurrency), (["rates": "1,2"], .valueNotAllowed),
        ])
    func refused(_ values: [String: String], _ reason: Reason) async throws {
        let refusal = await #expect(throws: Refusal.self) {
            try await Self.ask(
                finance, "view.figures", ["from": "2026-03-01", "to": "2026-03-31"].merging(values) { $1 })
        }
        #expect(refusal?.reason == reason)
    }
}
