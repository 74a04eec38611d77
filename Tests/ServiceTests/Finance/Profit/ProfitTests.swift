import Contracts
import Domain
import Foundation
import Postgres
import ProfitAnalysis
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit
@testable import Simulation

/// Orders at random, for profit: two currencies, several units, credits, items passed through, costs not known.
private enum RandomOrders {
    static func make(_ random: inout RandomSource, count: Int) throws -> [Order] {
        let items = [("AIR-EXPORT", "kg"), ("SEA-FCL", "teu"), ("TRUCK", "kg"), ("CUSTOMS", "entry")]
        return try (0..<count).map { number in
            let day = try #require(CalendarDay("2026-01-01")).adding(days: random.below(59))
            let lines = (1...1 + random.below(4)).map { line in
                let (item, unit) = items[random.below(items.count)]
                let isCredit = random.below(12) == 0
                let revenue = FixedDecimal(units: Int128(random.below(90_000_000)))
                let quantity = FixedDecimal(units: Int128(1 + random.below(5_000_000)))
                let cost = FixedDecimal(units: Int128(random.below(80_000_000)))
                return OrderLine(
                    line: line, serviceItem: isCredit ? "\(item)-CREDIT" : item,
                    quantity: isCredit ? -quantity : quantity,
                    unit: unit, revenue: isCredit ? -revenue : revenue,
                    cost: random.below(10) == 0 ? nil : isCredit ? -cost : cost,
                    supplier: SupplierReference(code: "S\(random.below(3))"), lane: "PVG-\(random.below(2))",
                    passThrough: random.below(9) == 0 ? true : nil)
            }
            return Order(
                orderId: "O\(number)", revision: 1, customer: CustomerReference(code: "C\(random.below(5))"),
                branch: ["KS01", "SH01", "SZ01"][random.below(3)], businessLine: "air-freight",
                placedAt: try #require(Timestamp("\(day)T12:00:00+08:00")),
                currency: random.below(3) == 0 ? try #require(Currency("USD")) : .cny, salesOwner: "li.wei",
                lines: lines)
        }
    }

    static let rateRows = [
        ("USD", "2025-01-01", "7.00"), ("USD", "2026-01-15", "6.9123"), ("USD", "2026-02-01", "7.2"),
    ]

    static func rates() throws -> RateTable {
        RateTable(
            try rateRows.map { code, day, rate in
                RateTable.Entry(
                    currency: try #require(Currency(code)), from: try #require(CalendarDay(day)),
                    rate: try #require(ExchangeRate(rate)))
            })
    }
}

@Suite("Profit analysis", .service(try financeDefinition()))
struct ProfitTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private struct Expected: Decodable {
        let before: String
        let after: String
        let unknown: [Int]
        let items: Int
        let effects: [String: String]
        let priceByLabel: [String: String]
    }

    static func ask(
        _ finance: ServiceFixture, _ rates: RateTable, _ query: String, _ values: [String: String]
    ) async throws -> [QueryTable] {
        try await finance.pool.withTransaction(isReadOnly: true) { transaction in
            let found = try #require(ProfitQueries(rates: ExchangeRates(rates)).all.first { $0.name == query })
            return try found.ask(values, transaction)
        }
    }

    private static func number(_ text: String?) throws -> Double {
        let text = try #require(text)
        return try #require(Double(text))
    }

    private static func row(_ table: QueryTable, _ place: Int = 0) -> [String: String] {
        var row: [String: String] = [:]
        for (column, value) in zip(table.columns, table.rows[place].values) { row[column.name] = value }
        return row
    }

    @Test("the bridge is the textbook's, and adds up to the change exactly", arguments: [3, 4, 5] as [UInt64])
    func oracle(_ seed: UInt64) async throws {
        var random = RandomSource(seed: seed)
        let orders = try RandomOrders.make(&random, count: 160)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (file, rateFile) = (folder.appendingPathComponent("orders"), folder.appendingPathComponent("rates"))
        try Data(orders.map { String(decoding: $0.encode(), as: UTF8.self) }.joined(separator: "\n").utf8)
            .write(to: file)
        try Data(RandomOrders.rateRows.map { "\($0.0) \($0.1) \($0.2)" }.joined(separator: "\n").utf8)
            .write(to: rateFile)
        let (before, after) = ("2026-01-01..2026-01-31", "2026-02-01..2026-02-28")
        let expected = try await JSONDecoder().decode(
            Expected.self,
            from: Oracle.run(
                "bridge.py",
                [
                    "--orders", file.path, "--rates", rateFile.path, "--before", before, "--after", after, "--by",
                    "branch",
                ]))
        try await finance.handle(orders.map { .init($0.orderId, OrderPlaced($0)) })
        let tables = try await Self.ask(
            finance, RandomOrders.rates(), "profit.bridge", ["before": before, "after": after, "by": "branch"])
        let whole = Self.row(tables[0])
        func amount(_ row: [String: String], _ name: String) throws -> FixedDecimal {
            FixedDecimal.of(try #require(row[name], "\(name)"))
        }
        // To the last of four places where nothing is divided.
        #expect(try amount(whole, "before") == .of(expected.before))
        #expect(try amount(whole, "after") == .of(expected.after))
        #expect([whole["unknown_before"], whole["unknown_after"]] == expected.unknown.map { String($0) })
        let names = ["currency_effect", "price", "cost", "volume", "mix", "new", "lost", "credits"]
        for table in tables {
            for place in table.rows.indices {
                let row = Self.row(table, place)
                let sum = try names.map { try amount(row, $0) }.reduce(.zero, +)
                #expect(try sum == amount(row, "change"))
                #expect(try sum == amount(row, "after") - amount(row, "before"))
            }
        }
        let tolerance = 0.0002 * Double(expected.items)
        for name in names {
            let found = try Self.number(whole[name])
            let wanted = try Self.number(expected.effects[name.replacing("_effect", with: "")])
            #expect(abs(found - wanted) <= tolerance, "\(name): \(found) and \(wanted)")
            #expect(wanted != 0 || name == "new" || name == "lost", "\(name) is not tried")
        }
        #expect(tables[1].rows.count == 3)
        for place in 0..<3 {
            let row = Self.row(tables[1], place)
            let wanted = try Self.number(expected.priceByLabel[row["branch"] ?? ""])
            #expect(try abs(Self.number(row["price"]) - wanted) <= tolerance)
        }
    }

    private static func order(
        _ id: String, branch: String, supplier: String, quantity: String, cost: String?, day: String = "2026-01-05",
        item: String = "TRUCK", passThrough: Bool? = nil
    ) throws -> OrderPlaced {
        OrderPlaced(
            Order(
                orderId: id, revision: 1, customer: CustomerReference(code: "C1"), branch: branch,
                businessLine: "trucking", placedAt: try #require(Timestamp("\(day)T12:00:00+08:00")), currency: .cny,
                salesOwner: "li.wei",
                lines: [
                    OrderLine(
                        line: 1, serviceItem: item, quantity: .of(quantity), unit: "kg", revenue: .of("1000"),
                        cost: cost.map { .of($0) }, supplier: SupplierReference(code: supplier), lane: "KS-SH",
                        passThrough: passThrough)
                ]))
    }

    @Test("savings name the branch that pays most above the best, with money")
    func savings() async throws {
        var messages: [ServiceFixture.Message] = []
        for number in 0..<5 {
            messages += [
                .init(
                    "a\(number)",
                    try Self.order("A\(number)", branch: "KS01", supplier: "S1", quantity: "100", cost: "300")),
                .init(
                    "b\(number)",
                    try Self.order("B\(number)", branch: "SH01", supplier: "S2", quantity: "60", cost: "150")),
            ]
        }
        // Cheaper still, but only once: no measure for others.
        messages.append(
            .init("c", try Self.order("C", branch: "SZ01", supplier: "S3", quantity: "100", cost: "1")))
        try await finance.handle(messages)
        let tables = try await Self.ask(
            finance, .standard, "profit.supplier-costs",
            ["from": "2026-01-01", "to": "2026-01-31", "by": "branch"])
        #expect(tables[0].rows.map { $0.values[0] } == ["KS01", "SH01", "SZ01"])
        #expect(Self.row(tables[0])["unit_cost"] == "3")
        let saving = Self.row(tables[1])
        #expect(tables[1].rows.count == 1)
        #expect(saving["branch"] == "KS01" && saving["best_branch"] == "SH01" && saving["saving"] == "250.00")
        #expect(Self.row(tables[2])["best_supplier"] == "S2")
    }

    @Test("the change of supplier cost adds up, and a dearer price is more to pay")
    func costChange() async throws {
        try await finance.handle([
            .init("a", try Self.order("A", branch: "KS01", supplier: "S1", quantity: "100", cost: "300")),
            .init(
                "b",
                try Self.order("B", branch: "KS01", supplier: "S1", quantity: "150", cost: "600", day: "2026-02-05")
            ),
        ])
        let tables = try await Self.ask(
            finance, .standard, "profit.supplier-costs",
            ["from": "2026-02-01", "to": "2026-02-28", "against": "2026-01-01..2026-01-31", "by": "supplier"])
        let change = Self.row(tables[3])
        #expect(change["before"] == "300.00" && change["after"] == "600.00" && change["change"] == "300.00")
        #expect(change["price"] == "150.00" && change["volume"] == "150.00" && change["mix"] == "0.00")
    }

    @Test("what is passed through is billed, and is no margin; costs by message name the supplier and the day")
    func passThrough() async throws {
        try await finance.handle([
            .init(
                "a",
                try Self.order(
                    "A", branch: "KS01", supplier: "S1", quantity: "1", cost: "5000", item: "DUTY",
                    passThrough: true)),
            .init("b", try Self.order("B", branch: "KS01", supplier: "S1", quantity: "1", cost: nil)),
        ])
        let cost = CostRecorded(
            costId: "K", orderId: "B", line: 1, supplier: SupplierReference(code: "S9"), state: .actual,
            amount: .of("400"), currency: .cny, serviceDate: try #require(CalendarDay("2026-02-03")))
        try await finance.handle([.init("k", cost)])
        #expect(
            try await finance.rows(
                "select revenue, known_revenue, cost, open_severity from orders order by order_id")
                == [["1000.0000", "0.0000", "0.0000", nil], ["1000.0000", "1000.0000", "400.0000", nil]])
        func margins(_ basis: String, _ from: String, _ to: String) async throws -> [[String?]] {
            try await Self.ask(
                finance, .standard, "profit.margins", ["from": from, "to": to, "by": "supplier", "basis": basis]
            )[0].rows.map { [$0.values[0], $0.values[5], $0.values[6]] }
        }
        let found: [[String?]] = [["S9", "600.00", "60"]]
        #expect(try await margins("placed", "2026-01-01", "2026-01-31") == found)
        #expect(try await margins("placed", "2026-02-01", "2026-02-28").isEmpty)
        #expect(try await margins("service", "2026-02-01", "2026-02-28") == found)
        #expect(try await margins("service", "2026-01-01", "2026-01-31").isEmpty)
    }

    @Test(
        "what cannot be answered is refused with its reason",
        arguments: [
            (["before": "2026-01-01", "after": "2026-02-01..2026-02-02"], Reason.badTime),
            (["before": "2026-01-02..2026-01-01", "after": "2026-02-01..2026-02-02"], .contradictoryTimes),
            (["before": "2026-01-01..2026-01-02", "after": "2026-02-01..2026-02-02", "by": "x"], .valueNotAllowed),
            (["after": "2026-02-01..2026-02-02"], .missingField),
        ])
    func refused(_ values: [String: String], _ reason: Reason) async throws {
        let refusal = await #expect(throws: Refusal.self) {
            try await Self.ask(finance, .standard, "profit.bridge", values)
        }
        #expect(refusal?.reason == reason)
    }
}
