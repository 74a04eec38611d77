import Contracts
import Domain
import Foundation
import Postgres
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import ServiceKit
@testable import Simulation

@Suite("Margins as quoted, expected and invoiced", .service(try financeDefinition()))
struct MarginStatesTests {
    private let finance: ServiceFixture

    init() throws { finance = try .current }

    private struct Business: Sendable {
        var messages: [ServiceFixture.Message] = []
        var orders: [String] = []
        var costs: [String] = []
        let bias = #"{"S0": {"AIR-EXPORT": {"accrual-to-actual": "1.0837", "estimate-to-actual": "0.9412"}}}"#

        func json(to day: String) -> Data {
            Data(
                """
                {"to": "\(day)", "orders": [\(orders.joined(separator: ", "))], "costs": [\(costs.joined(separator: ", "))],
                "bias": \(bias)}
                """.utf8)
        }

        mutating func add(order: Order) {
            messages.append(.init("o\(orders.count)", OrderPlaced(order)))
            orders.append(String(decoding: order.encode(), as: UTF8.self))
        }

        mutating func add(cost: CostRecorded) {
            messages.append(.init(cost.costId, cost))
            costs.append(String(decoding: cost.encode(), as: UTF8.self))
        }
    }

    /// Some branches with nearly everything invoiced, lines of every state, and what is passed through.
    private static func business(_ seed: UInt64) throws -> Business {
        var random = RandomSource(seed: seed)
        var business = Business()
        let now = try #require(Timestamp("2026-03-02T09:00:00+08:00"))
        for code in ["S0", "S1"] {
            business.messages.append(
                .init(
                    code,
                    SupplierRegistered(
                        supplierId: "SUP-\(code)", revision: 1, name: code,
                        accounts: [AccountHoming(source: "erp", code: code, revision: 1)], at: now)))
        }
        for (stage, ratio) in [(BiasStage.accrualToActual, "1.0837"), (.estimateToActual, "0.9412")] {
            business.messages.append(
                .init(
                    stage.rawValue,
                    CostBiasChanged(
                        supplierId: "SUP-S0", serviceItem: "AIR-EXPORT", stage: stage, ratio: .of(ratio),
                        observations: 9, asOf: now)))
        }
        for number in 0..<60 {
            let day = try #require(CalendarDay("2026-01-01")).adding(days: random.below(89))
            let branch = ["KS01", "SH01", "SZ01", "NB01"][random.below(4)]
            let isSettled = branch == "NB01"
            var lines: [OrderLine] = []
            for line in 1...1 + random.below(3) {
                let supplier = SupplierReference(code: "S\(random.below(2))")
                let money = { (most: Int, random: inout RandomSource) in
                    FixedDecimal(units: Int128(100 + random.below(most)) * 100)
                }
                lines.append(
                    OrderLine(
                        line: line, serviceItem: random.below(3) == 0 ? "TRUCK" : "AIR-EXPORT", quantity: .of("1"),
                        unit: "kg", revenue: money(90_000, &random),
                        cost: random.below(3) == 0 ? money(80_000, &random) : nil, supplier: supplier,
                        passThrough: random.below(9) == 0 ? true : nil))
                for state in CostState.allCases where isSettled ? state == .actual : random.below(5) < 2 {
                    business.add(
                        cost: CostRecorded(
                            costId: "K\(number)-\(line)-\(state.rawValue)", orderId: "O\(number)", line: line,
                            supplier: supplier, state: state, amount: money(80_000, &random), currency: .cny,
                            serviceDate: day))
                }
            }
            business.add(
                order: Order(
                    orderId: "O\(number)", revision: 1, customer: CustomerReference(code: "C1"), branch: branch,
                    businessLine: "air-freight", placedAt: try #require(Timestamp("\(day)T12:00:00+08:00")),
                    currency: .cny, salesOwner: "li.wei", lines: lines))
        }
        return business
    }

    @Test("doubled and shuffled, the three margins are the oracle's to the cent", arguments: [1, 2] as [UInt64])
    func oracle(_ seed: UInt64) async throws {
        let business = try Self.business(seed)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        try business.json(to: "2026-03-31").write(to: file)
        let expected = try await JSONDecoder().decode(
            [[String?]].self, from: Oracle.run("margin_states.py", [file.path]))
        #expect(expected.count == 4 && Set(expected.map { $0[5] }) == ["true", "false"])
        let arrival = (business.messages + business.messages).shuffled()
        for start in stride(from: 0, to: arrival.count, by: 40) {
            try await finance.handle(Array(arrival[start..<min(start + 40, arrival.count)]))
        }
        let table = try await ProfitTests.ask(
            finance, .standard, "profit.margins",
            ["from": "2026-01-01", "to": "2026-03-31", "by": "branch"])[0]
        let names = [
            "branch", "quoted_margin", "expected_margin", "actual_margin", "actual_lines", "provisional",
        ]
        let places = try names.map { name in try #require(table.columns.firstIndex { $0.name == name }) }
        let found = table.rows.map { row in places.map { row.values[$0] } }.sorted { ($0[0] ?? "") < ($1[0] ?? "") }
        #expect(found == expected)
    }

    @Test("a margin is provisional until 95 % of its cost is invoiced, or nothing of the last 60 days is waited for")
    func provisional() {
        func line(_ actual: String?, _ accrued: String, age: Int32, _ states: inout MarginStates) {
            let assessed = AssessedLine(
                line: MarginLine(number: 1, serviceItem: "TRUCK", revenue: .of("1000"), statedCost: nil),
                cost: .of(actual ?? accrued), basis: actual == nil ? .accrued : .actual, missingRate: nil)
            states.add(
                revenue: .of("1000"), CostStates(assessed, [], bias: { _ in FixedDecimal.of("1.1") }), age: age)
        }
        var states = MarginStates()
        line("950", "0", age: 3, &states)
        #expect(!states.isProvisional && states.completeness == .of("100"))
        line(nil, "50", age: 61, &states)
        #expect(!states.isProvisional && states.expected.margin == .of("995"))
        line(nil, "10", age: 60, &states)
        #expect(states.isProvisional)
        line("5000", "0", age: 1, &states)
        #expect(!states.isProvisional)
    }
}
