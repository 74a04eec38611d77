import Contracts
import Domain
import Foundation
import ProfitAnalysis
import ServiceTestSupport
import Synchronization
import Testing

@testable import Simulation
@testable import WaybillCLI

@Suite("Profit simulation")
struct ProfitSimulationTests {
    private struct Expected: Decodable {
        let base: [String]
        let result: [String]
        let financing: String
        let margin: [Double]
        let percent: [Double]
        let belowFloor: Double
    }

    private static let scenario = """
        {"name": "dearer fuel", "currency": "CNY", "floor": "8", "costOfCapital": "4.35",
         "rates": [{"currency": "USD", "rate": "7.0512"}],
         "levers": [
           {"kind": "price", "percent": "3.25", "where": {"branch": "KS01"}},
           {"kind": "price", "percent": "-1", "where": {"branch": "SH01"}},
           {"kind": "supplier-rate", "percent": "-2.5", "where": {"supplier": "S1"}},
           {"kind": "volume", "percent": "12", "where": {"item": "AIR-EXPORT"}},
           {"kind": "mix", "percent": "20", "where": {"item": "AIR-EXPORT"}, "to": {"item": "TRUCK"}},
           {"kind": "fuel", "percent": "15", "share": "31.5", "where": {"item": "TRUCK"}},
           {"kind": "currency", "currency": "USD", "percent": "-4"},
           {"kind": "payment-days", "days": "15", "where": {"customer": "C1"}}],
         "uncertainty": {"cost": "6", "currency": "4", "volume": "9"}}
        """

    private static func parse(_ text: String) throws -> Scenario { try Scenario(json: Array(text.utf8)) }

    private static func orders(_ count: Int, seed: UInt64) throws -> String {
        var random = RandomSource(seed: seed)
        return try (0..<count).map { number in
            let lines = (1...1 + random.below(3)).map { line in
                let (item, unit) = [("AIR-EXPORT", "kg"), ("TRUCK", "kg"), ("CUSTOMS", "entry")][random.below(3)]
                let revenue = FixedDecimal(units: Int128(10_000 + random.below(90_000_000)))
                return OrderLine(
                    line: line, serviceItem: item, quantity: FixedDecimal(units: Int128(1 + random.below(9_000_000))),
                    unit: unit, revenue: revenue,
                    cost: random.below(11) == 0
                        ? nil : revenue.multiplied(by: Int128(70 + random.below(45)), dividedBy: 100),
                    supplier: random.below(5) == 0 ? nil : SupplierReference(code: "S\(random.below(4))"),
                    passThrough: random.below(13) == 0 ? true : nil)
            }
            let order = Order(
                orderId: "O\(number)", revision: 1, customer: CustomerReference(code: "C\(random.below(3))"),
                branch: ["KS01", "SH01", "SZ01"][random.below(3)],
                businessLine: ["air-freight", "trucking"][random.below(2)],
                placedAt: try #require(Timestamp("2026-01-05T12:00:00+08:00")),
                currency: random.below(3) == 0 ? try #require(Currency("USD")) : .cny, lines: lines)
            return String(decoding: order.encode(), as: UTF8.self)
        }.joined(separator: "\n")
    }

    @Test("the repricing is the oracle's to the last place, and so are the draws of the same seed")
    func oracle() async throws {
        let text = try Self.orders(300, seed: 11)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (orders, scenario) = (folder.appendingPathComponent("orders"), folder.appendingPathComponent("scenario"))
        try Data(text.utf8).write(to: orders)
        try Data(Self.scenario.utf8).write(to: scenario)
        let expected = try await JSONDecoder().decode(
            Expected.self,
            from: Oracle.run(
                "simulation.py",
                ["--scenario", scenario.path, "--orders", orders.path, "--seed", "42", "--runs", "1000"]))
        let asked = try Self.parse(Self.scenario)
        let repricing = try Repricing(OrderFile.lines(Array(text.utf8)), asked)
        #expect([repricing.base.revenue, repricing.base.cost] == expected.base.map { .of($0) })
        #expect([repricing.result.revenue, repricing.result.cost] == expected.result.map { .of($0) })
        #expect(repricing.financing == .of(expected.financing))
        #expect(repricing.unknown > 10 && repricing.financing > .zero)
        let draws = try MonteCarlo(repricing, asked, seed: 42, runs: 1_000)
        let found = [draws.margin.p5, draws.margin.p50, draws.margin.p95]
        for (one, other) in zip(found, expected.margin) { #expect(abs(one - other) <= 1e-9 * abs(other)) }
        let percents = [draws.percent.p5, draws.percent.p50, draws.percent.p95]
        for (one, other) in zip(percents, expected.percent) { #expect(abs(one - other) <= 1e-9) }
        #expect(draws.belowFloor == expected.belowFloor && (0.01...0.99).contains(draws.belowFloor))
        #expect(try MonteCarlo(repricing, asked, seed: 42, runs: 1_000) == draws)
        #expect(try MonteCarlo(repricing, asked, seed: 43, runs: 1_000) != draws)
    }

    @Test("without levers nothing changes; without uncertainty every draw is what is expected")
    func still() throws {
        let lines = try OrderFile.lines(Array(Self.orders(50, seed: 3).utf8))
        let asked = try Self.parse(
            #"{"name":"x","currency":"CNY","rates":[{"currency":"USD","rate":"7"}],"levers":[]}"#)
        let repricing = try Repricing(lines, asked)
        #expect(repricing.result == repricing.base && repricing.financing == .zero)
        let draws = try MonteCarlo(repricing, asked, seed: 1, runs: 10)
        #expect(draws.margin.p5 == draws.margin.p95)
        #expect(abs(draws.margin.p50 - Double(repricing.result.margin.units) / 10_000) < 0.001)
    }

    @Test(
        "what cannot be simulated is refused with its reason",
        arguments: [
            (
                #"{"kind":"price","percent":"1"},{"kind":"price","percent":"2","where":{"branch":"A"}}"#,
                Reason.contradictoryLevers
            ),
            (
                #"{"kind":"volume","percent":"1","where":{"item":"X"}},{"kind":"volume","percent":"2","where":{"branch":"A"}}"#,
                .contradictoryLevers
            ),
            (#"{"kind":"mix","percent":"5","where":{"item":"X"},"to":{"item":"X"}}"#, .contradictoryLevers),
            (#"{"kind":"currency","currency":"CNY","percent":"5"}"#, .contradictoryLevers),
            (#"{"kind":"price","percent":"-101"}"#, .valueNotAllowed),
            (#"{"kind":"price"}"#, .valueNotAllowed),
            (#"{"kind":"fuel","percent":"5"}"#, .valueNotAllowed),
            (#"{"kind":"payment-days"}"#, .valueNotAllowed),
            (#"{"kind":"mix","percent":"5"}"#, .missingField),
            (#"{"kind":"currency","currency":"QQQ","percent":"5"}"#, .unknownCurrency),
        ])
    func refused(_ levers: String, _ reason: Reason) {
        let refusal = #expect(throws: Refusal.self) {
            try Self.parse(#"{"name":"x","currency":"CNY","levers":[\#(levers)]}"#)
        }
        #expect(refusal?.reason == reason)
    }

    @Test("levers of one kind for different branches, and a mix between units or of nothing")
    func mixes() throws {
        _ = try Self.parse(
            #"{"name":"x","currency":"CNY","levers":[{"kind":"price","percent":"1","where":{"branch":"A"}},{"kind":"price","percent":"2","where":{"branch":"B"}}]}"#
        )
        let lines = try OrderFile.lines(Array(Self.orders(50, seed: 3).utf8))
        for target in ["CUSTOMS", "NOTHING"] {
            let asked = try Self.parse(
                #"{"name":"x","currency":"CNY","rates":[{"currency":"USD","rate":"7"}],"levers":[{"kind":"mix","percent":"5","where":{"item":"TRUCK"},"to":{"item":"\#(target)"}}]}"#
            )
            let refusal = #expect(throws: Refusal.self) { try Repricing(lines, asked) }
            #expect(refusal?.reason == .contradictoryLevers)
        }
        let refusal = #expect(throws: Refusal.self) {
            try Repricing(lines, Self.parse(#"{"name":"x","currency":"CNY","levers":[]}"#))
        }
        #expect(refusal?.reason == .noRate)
        // Rates of elsewhere fill up what the scenario has none of, and change none that it has.
        let plain = try Self.parse(#"{"name":"x","currency":"CNY","levers":[]}"#)
        #expect(plain.unrated(lines).map(\.code) == ["USD"])
        let rate = ScenarioRate(currency: try #require(Currency("USD")), rate: .of("7.5"))
        let filled = plain.adding([rate]).adding([ScenarioRate(currency: rate.currency, rate: .of("9"))])
        #expect(filled.unrated(lines).isEmpty && filled.rates.map(\.rate) == [.of("7.5")])
        _ = try Repricing(lines, filled)
    }

    @Test("it tells how far it is, and stops when it is not wanted any more")
    func cancelled() async throws {
        let text = try Self.orders(50, seed: 3)
        let lines = try OrderFile.lines(Array(text.utf8))
        let many = Array(repeating: lines, count: 1 + 60_000 / lines.count).flatMap { $0 }
        let asked = try Self.parse(Self.scenario)
        var told: [Int] = []
        _ = try Repricing(many, asked) { told.append($0) }
        #expect(told == [0, 20_000, 40_000, 60_000, many.count].filter { $0 <= many.count }.reduced())
        #expect(await Self.reached(many, asked) == 0)
    }

    /// How far a repricing comes that is cancelled as soon as it tells how far it is; `nil` when it does not stop.
    private static func reached(_ lines: [ProfitLine], _ scenario: Scenario) async -> Int? {
        await withTaskGroup(of: Int?.self) { group in
            group.addTask {
                let reached = Mutex(0)
                do {
                    _ = try Repricing(lines, scenario) { done in
                        reached.withLock { $0 = done }
                        withUnsafeCurrentTask { $0?.cancel() }
                    }
                    return nil
                } catch {
                    return error is CancellationError ? reached.withLock { $0 } : nil
                }
            }
            return await group.next() ?? nil
        }
    }

    @Test("what has no rate in the scenario and none at finance is left out by name, and takes nothing from the rest")
    func withoutRate() throws {
        let gold = try #require(Currency("XAU"))
        let dollar = try #require(Currency("USD"))
        let lines = try OrderFile.lines(Array(Self.orders(60, seed: 8).utf8)).map { line in
            var line = line
            if line.branch == "SH01" { line.currency = gold }
            return line
        }
        #expect(Set(lines.map(\.currency)) == [.cny, dollar, gold])
        let asked = try Self.parse(#"{"name":"x","currency":"CNY","levers":[{"kind":"price","percent":"10"}]}"#)
        #expect(asked.unrated(lines) == [dollar, gold])
        let known = asked.adding([ScenarioRate(currency: dollar, rate: .of("7"))])
        let (rated, apart) = known.rated(lines)
        let golden = lines.filter { $0.currency == gold }
        #expect(rated == lines.filter { $0.currency != gold })
        #expect(
            apart == [
                ScenarioApart(
                    decision: nil, currency: gold, orders: nil, lines: golden.count,
                    unknown: golden.count { $0.cost == nil }, revenue: golden.map(\.revenue).reduce(.zero, +),
                    cost: golden.compactMap(\.cost).reduce(.zero, +))
            ])
        let waiting = try ServiceLines.apart(["waiting", "CNY", "1", "2", "1", "9000.00", "80.00"])
        let refused = try ServiceLines.apart(["refused", "CNY", "1", "1", "0", "7.00", "6.00"])
        let held = ScenarioApart.sum([refused, waiting, waiting])
        #expect(held.map(\.decision) == ["waiting", "refused"])
        #expect(held.first?.orders == 2 && held.first?.lines == 4 && held.first?.revenue == .of("18000"))
        let report = ScenarioReport(
            known, try Repricing(rated, known), nil, seed: 1, runs: 0, held: held, withoutRate: apart)
        #expect(report.tables.map(\.name) == ["simulation", "what it is made of", "held", "without a rate"])
        #expect(report.tables["without a rate"].column("currency") == ["XAU"])
        #expect(report.tables["without a rate"].columns.map(\.name).contains("decision") == false)
        #expect(report.tables["held"].column("decision") == ["waiting", "refused"])
        #expect(report.tables["simulation"].column("scenario") == ["as it is", "x", "change"])
        let told = try JSONDocument(parsing: report.json()).root
        #expect(told["withoutRate"]?.elements.count == 1)
        // A simulation of nothing says which rate it lacks.
        let (all, none) = asked.rated(golden)
        #expect(all == golden && none.isEmpty)
        let refusal = #expect(throws: Refusal.self) { try Repricing(all, asked) }
        #expect(refusal?.reason == .noRate)
    }

    @Test("saved scenarios are compared line by line")
    func comparison() throws {
        let lines = try OrderFile.lines(Array(Self.orders(60, seed: 8).utf8))
        func saved(_ levers: String, _ lines: [ProfitLine]) throws -> [UInt8] {
            let asked = try Self.parse(
                #"{"name":"x","currency":"CNY","rates":[{"currency":"USD","rate":"7"}],"levers":[\#(levers)]}"#)
            let repricing = try Repricing(lines, asked)
            return ScenarioReport(asked, repricing, nil, seed: 1, runs: 0).json(lines)
        }
        let (plain, dearer) = (
            try saved("", lines), try saved(#"{"kind":"price","percent":"10","where":{"branch":"KS01"}}"#, lines)
        )
        #expect(try ScenarioComparison(plain, plain).differences.isEmpty)
        let found = try ScenarioComparison(plain, dearer)
        let touched = lines.filter { $0.branch == "KS01" && $0.cost != nil }
        #expect(found.differences.count == touched.count && touched.count > 5)
        #expect(found.differences.map(\.margin).reduce(.zero, +) == found.second.margin - found.first.margin)
        #expect(found.differences.allSatisfy { $0.first?.cost == $0.second?.cost })
        let fewer = try ScenarioComparison(plain, saved("", Array(lines.dropFirst())))
        #expect(fewer.differences.count == (lines[0].cost == nil ? 0 : 1))
        #expect(CompareCommand.tables(found, limit: 3)[1].rows.count == 3)
        #expect(throws: Refusal.self) { try ScenarioComparison(plain, Array("{}".utf8)) }
    }
}

extension [Int] {
    /// Without repetitions that follow one another.
    fileprivate func reduced() -> [Int] {
        reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }
}
