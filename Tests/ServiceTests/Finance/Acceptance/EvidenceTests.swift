import Contracts
import Domain
import Foundation
import ServiceKit
import ServiceTestSupport
import Testing

@testable import FinanceService
@testable import Simulation

@Suite("How much an acceptance rests on")
struct EvidenceTests {
    /// One order of a case.
    private struct Sale {
        let revenue: FixedDecimal
        let cost: FixedDecimal
        let isProvisional: Bool
    }

    private static func figures(_ sales: [Sale]) -> WindowFigures {
        WindowFigures(
            orders: sales.count, revenue: sales.reduce(.zero) { $0 + $1.revenue },
            cost: sales.reduce(.zero) { $0 + $1.cost }, currency: .cny)
    }

    private static func sums(_ sales: [Sale]) -> OrderSums {
        var sums = OrderSums()
        for sale in sales {
            let (v, g) = (sale.revenue.approximate, (sale.revenue - sale.cost).approximate)
            sums.add(
                OrderSums(revenue: v, margin: g, marginSquares: g * g, products: g * v, revenueSquares: v * v), at: 1)
        }
        return sums
    }

    private static func evidence(_ sales: [Sale], line: (FixedDecimal, FixedDecimal), age: Int) -> BusinessEvidence {
        let realised = sales.filter { !$0.isProvisional }
        let margin = realised.reduce(FixedDecimal.zero) { $0 + ($1.revenue - $1.cost) }
        return BusinessEvidence(
            spread: sums(sales), realisedOrders: realised.count, realisedMargin: margin, realisedMarginInCNY: margin,
            revenueInCNY: figures(sales).revenue,
            lineRate: line.0 > .zero ? line.1.approximate / line.0.approximate : nil, age: age)
    }

    private static func rules(_ random: inout RandomSource) -> MarginRules {
        var rules = MarginRules()
        rules.minimumOrders = 2 + random.below(6)
        rules.evaluations = 1 + random.below(3)
        rules.confidence = [.zero, .of("0.5"), .of("1.28"), .of("2")][random.below(4)]
        rules.revenueThreshold = random.below(3) == 0 ? .of("4000") : .zero
        rules.poolingOrders = [0, 5, 20][random.below(3)]
        rules.graceDays = random.below(3) == 0 ? 0 : 60
        rules.lossCap = [.zero, .of("300"), .of("1000")][random.below(3)]
        return rules
    }

    private static func sales(_ random: inout RandomSource) -> [Sale] {
        // Around the thresholds, where what is rounded would show.
        let level = -60_000 + random.below(130_000)
        return (0..<random.below(12)).map { _ in
            let revenue = FixedDecimal(units: Int128(1_000_000 + random.below(19_000_000)))
            let noise = random.below(240_001) - 120_000
            let margin = revenue.units * Int128(level + noise) / 1_000_000
            return Sale(
                revenue: revenue, cost: FixedDecimal(units: revenue.units - margin), isProvisional: random.below(5) == 0
            )
        }
    }

    @Test("verdicts, bounds, pooled rates and acceptance are those of the oracle, case by case")
    func oracle() async throws {
        var random = RandomSource(seed: 17)
        var cases: [String] = []
        var own: [String] = []
        for _ in 0..<400 {
            let rules = Self.rules(&random)
            var standing = AcceptanceStanding()
            var days: [String] = []
            var sales = Self.sales(&random)
            for day in 0..<6 {
                if random.below(3) == 0 { sales = Self.sales(&random) }
                let line = (FixedDecimal(units: 900_000_000), FixedDecimal(units: Int128(random.below(120_000_000))))
                let age = 55 + day * 2
                let judgement = AcceptancePolicy.judge(
                    Self.figures(sales), Self.evidence(sales, line: line, age: age), rules)
                standing = AcceptancePolicy.evaluate(standing, judgement.verdict, rules).standing
                let judged = judgement.judged
                own.append(
                    [
                        judgement.verdict.rule, judged.upperRate?.rateText ?? "-", judged.pooledRate?.rateText ?? "-",
                        standing.state.rawValue,
                    ].joined(separator: " "))
                let orders = sales.map { "[\"\($0.revenue)\",\"\($0.cost)\",\($0.isProvisional)]" }
                days.append(
                    """
                    {"orders":[\(orders.joined(separator: ","))],"line":["\(line.0)","\(line.1)"],"age":\(age)}
                    """)
            }
            cases.append(
                """
                {"rules":{"minimumOrders":\(rules.minimumOrders),"evaluations":\(rules.evaluations),\
                "confidence":"\(rules.confidence)","revenueThreshold":"\(rules.revenueThreshold)",\
                "poolingOrders":\(rules.poolingOrders),"graceDays":\(rules.graceDays),"lossCap":"\(rules.lossCap)",\
                "customerFloor":"\(rules.customerFloor)","release":"\(rules.release)"},\
                "days":[\(days.joined(separator: ","))]}
                """)
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(cases.joined(separator: "\n").utf8).write(to: file)
        let expected = String(decoding: try await Oracle.run("evidence.py", [file.path]), as: UTF8.self)
            .split(separator: "\n").map(String.init)
        #expect(own.count == expected.count)
        for (own, expected) in zip(own, expected) { #expect(own == expected) }
        // Nothing is compared that never happens.
        let seen = Set(own.compactMap { $0.split(separator: " ").first.map(String.init) })
        #expect(seen.count == 8, "\(seen.sorted())")
        #expect(Set(own.compactMap { $0.split(separator: " ").last.map(String.init) }).count == 3)
    }

    @Test("equal orders leave no doubt, one that differs does, and nothing sold says nothing")
    func spread() throws {
        let equal = (0..<6).map { _ in Sale(revenue: .of("1000"), cost: .of("1300"), isProvisional: false) }
        let bound = try #require(Self.sums(equal).upperRate(1.28))
        #expect(abs(bound + 0.3) < 1e-6)
        let odd =
            equal.dropFirst().map { Sale(revenue: $0.revenue, cost: .of("900"), isProvisional: false) }
            + [Sale(revenue: .of("1000"), cost: .of("2000"), isProvisional: false)]
        #expect(try #require(Self.sums(odd).upperRate(1.28)) > 0)
        #expect(OrderSums().upperRate(1.28) == nil)
    }

    @Test("sums of another currency weigh what they are worth")
    func currencies() throws {
        let cases = [("100", "120"), ("50", "40"), ("70", "77")].map {
            Sale(revenue: .of($0.0), cost: .of($0.1), isProvisional: false)
        }
        let sevenfold = cases.map {
            Sale(
                revenue: FixedDecimal(units: $0.revenue.units * 7), cost: FixedDecimal(units: $0.cost.units * 7),
                isProvisional: false)
        }
        var converted = OrderSums()
        converted.add(Self.sums(cases), at: 7)
        let (one, other) = (
            try #require(converted.upperRate(1.28)), try #require(Self.sums(sevenfold).upperRate(1.28))
        )
        #expect(abs(one - other) < 1e-12)
    }

    @Test("a rate with few orders is nearly the line's, and with many its own")
    func pooling() {
        #expect(BusinessEvidence.pooledRate(0, orders: 0, lineRate: 0.2, weight: 5) == 0.2)
        #expect(BusinessEvidence.pooledRate(0, orders: 5, lineRate: 0.2, weight: 5) == 0.1)
        #expect(BusinessEvidence.pooledRate(0.01, orders: 5, lineRate: 0.2, weight: 0) == 0.01)
        #expect(BusinessEvidence.pooledRate(0.01, orders: 100_000, lineRate: 0.2, weight: 5) < 0.0101)
    }

    @Test("the policy file sets it, and refuses what is below nought")
    func file() throws {
        let text = """
            {"rules":[{"from":"2026-01-01","confidence":"1.64","revenueThreshold":"5000","poolingOrders":8,
            "graceDays":30,"lossCap":"0"}]}
            """
        let rules = try MarginPolicy(json: Array(text.utf8)).rules(
            for: nil, on: try #require(CalendarDay("2026-03-02")))
        #expect(rules.confidence == .of("1.64") && rules.revenueThreshold == .of("5000") && rules.lossCap == .zero)
        #expect(rules.poolingOrders == 8 && rules.graceDays == 30)
        for name in ["confidence", "revenueThreshold", "lossCap"] {
            let error = #expect(throws: Refusal.self) {
                try MarginPolicy(json: Array("{\"rules\":[{\"from\":\"2026-01-01\",\"\(name)\":\"-1\"}]}".utf8))
            }
            #expect(error?.path == "$.rules[0].\(name)")
        }
    }
}

extension FixedDecimal {
    /// With four places, as the oracle writes rates.
    fileprivate var rateText: String {
        let magnitude = units.magnitude
        let fraction = String(magnitude % 10_000)
        return (units < 0 ? "-" : "") + "\(magnitude / 10_000)." + String(repeating: "0", count: 4 - fraction.count)
            + fraction
    }
}
