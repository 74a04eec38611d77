import Contracts
import Domain
import Foundation
import Testing

@testable import CustomerService
@testable import FinanceService
@testable import SalesService
@testable import ServiceDeskService
@testable import SupplierService

private func money(_ text: String) -> FixedDecimal { FixedDecimal(text) ?? .zero }

@Suite("Margin")
struct MarginTests {
    private func line(_ revenue: String, _ cost: String?) -> MarginLine {
        MarginLine(number: 1, serviceItem: "A", revenue: money(revenue), statedCost: cost.map(money))
    }

    @Test(
        "is negative below nought and low below five percent, exactly",
        arguments: [
            ("100.00", "100.01", MarginSeverity.negative), ("100.00", "100.00", .low), ("100.00", "95.01", .low),
            ("100.00", "95.00", nil), ("0", "0.01", .negative), ("0", "0", nil),
        ] as [(String, String, MarginSeverity?)])
    func severity(_ revenue: String, _ cost: String, _ severity: MarginSeverity?) {
        let margin = OrderMargin(OrderMarginPolicy.assess([line(revenue, cost)], []))
        #expect(margin.severity(.standard) == severity)
    }

    @Test("an unknown cost says nothing and is provisional; an actual cost replaces what was known")
    func lateCosts() {
        let unknown = OrderMargin(OrderMarginPolicy.assess([line("100", nil)], []))
        #expect(unknown.severity(.standard) == nil)
        #expect(unknown.isProvisional)
        let late = [
            LateCost(line: 1, state: .estimated, amount: money("50"), currency: .cny),
            LateCost(line: 1, state: .actual, amount: money("120"), currency: .cny),
        ]
        let actual = OrderMargin(OrderMarginPolicy.assess([line("100", "90")], late))
        #expect(actual.margin == money("-20"))
        #expect(!actual.isProvisional)
        let estimated = OrderMargin(OrderMarginPolicy.assess([line("100", nil)], [late[0]]))
        #expect(estimated.margin == money("50"))
        #expect(estimated.isProvisional)
    }

    @Test("alerts are raised once, changed and cleared")
    func alerts() {
        var standing = AlertStanding()
        #expect(standing.move(to: .low) == [.raise(.low, occurrence: 1)])
        #expect(standing.move(to: .low).isEmpty)
        #expect(
            standing.move(to: .negative) == [
                .raise(.negative, occurrence: 1), .clear(.low, occurrence: 1, .severityChanged),
            ])
        #expect(standing.move(to: nil) == [.clear(.negative, occurrence: 1, .recovered)])
        #expect(standing.move(to: .low) == [.raise(.low, occurrence: 2)])
    }

    @Test("two bad days stop acceptance, two good ones release it, one changes nothing")
    func acceptance() {
        var standing = AcceptanceStanding()
        var states: [AcceptanceState] = []
        for verdict in [WindowVerdict.negative, .healthy, .negative, .negative, .between, .healthy, .healthy] {
            standing = AcceptancePolicy.evaluate(standing, verdict, .standard).standing
            states.append(standing.state)
        }
        #expect(states == [.open, .open, .open, .stopped, .stopped, .stopped, .open])
    }

    @Test("a customer's alert that was cleared is quiet for a week, unless it comes back worse")
    func cooldown() throws {
        let start = try #require(CalendarDay("2026-03-02"))
        func raised(_ verdicts: [WindowVerdict]) -> [MarginSeverity] {
            var standing = AcceptanceStanding()
            var raised: [MarginSeverity] = []
            for (place, verdict) in verdicts.enumerated() {
                let outcome = AcceptancePolicy.evaluate(standing, verdict, .standard, on: start.adding(days: place))
                standing = outcome.standing
                for case .raise(let severity, _) in outcome.steps { raised.append(severity) }
            }
            return raised
        }
        #expect(raised([.low, .healthy, .low, .healthy, .low, .healthy]) == [.low])
        #expect(raised([.low, .healthy, .low, .negative]) == [.low, .negative])
        #expect(raised([.negative, .healthy, .negative, .low]) == [.negative])
        let week = [WindowVerdict](repeating: .between, count: 7)
        #expect(raised([.low, .healthy] + week + [.low]) == [.low, .low])
        #expect(raised([.low, .healthy] + week.dropFirst() + [.low]) == [.low])
    }
}

@Suite("Order anomalies")
struct AnomalyTests {
    /// Normally distributed numbers from a seed (Box and Muller over SplitMix64).
    private func noise(_ seed: UInt64, _ count: Int) -> [Double] {
        var state = seed
        func uniform() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return max(Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53, 1e-300)
        }
        return (0..<count).map { _ in (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }
    }

    @Test("a halved level is found, an unchanged one hardly ever is")
    func swings() {
        var falseAlarms = 0
        var weeks = 0
        var found = 0
        for seed in 0..<200 {
            let clean = noise(UInt64(seed), 90).map { 7 + $0 }
            let points = SwingDetector().run(clean)
            weeks += points.count
            falseAlarms += points.filter { abs($0.signal) > 1 }.count
            // In the stabilised scale, a half of twelve orders a week is about two standard deviations.
            let halved = clean.enumerated().map { $0.offset >= 60 ? $0.element - 2 : $0.element }
            if SwingDetector().run(halved)[(60 - 26)..<(68 - 26)].contains(where: { $0.signal < -1 }) { found += 1 }
        }
        #expect(Double(falseAlarms) / Double(weeks) < 0.03)
        #expect(found > 180)
    }

    @Test(
        "the chart's false alarms come as rarely as the tables say: one in 500, clipped one in 530, within 5 %",
        arguments: [(Double.infinity, 500.0), (3.0, 530.0)])
    func runLength(clip: Double, expected: Double) {
        let noise = noise(11, 3_000_000)
        var next = 0
        var lengths: [Int] = []
        while next < noise.count - 20_000 {
            var chart = ControlChart(clip: clip)
            var length = 0
            repeat {
                length += 1
                next += 1
            } while abs(chart.add(noise[next - 1])) <= 1 && next < noise.count
            lengths.append(length)
        }
        let mean = Double(lengths.reduce(0, +)) / Double(lengths.count)
        #expect(abs(mean / expected - 1) < 0.05, "one false alarm in \(mean)")
    }

    @Test("an order ten times as large as usual is odd, one like the others is not")
    func oddOrders() {
        let former = noise(7, 50).map { exp(7 + 0.3 * $0) }
        #expect((OddOrderTest.score(exp(7) * 10, former: former)?.score ?? 0) > OddOrderTest.threshold)
        #expect(abs(OddOrderTest.score(exp(7), former: former)?.score ?? 9) < 1)
        #expect(OddOrderTest.score(5, former: Array(former.prefix(7))) == nil)
        #expect(OddOrderTest.score(100, former: [Double](repeating: 100, count: 20))?.score == 0)
    }
}

@Suite("Deliveries and costs")
struct DeliveryTests {
    @Test("a delivery is judged by its word, else by its promise")
    func verdicts() throws {
        let done = try #require(Timestamp("2026-01-09T18:00:01+08:00"))
        let promised = try #require(Timestamp("2026-01-09T10:00:00Z"))
        func verdict(_ onTime: Bool?, _ delivered: String? = nil) -> DeliveryPolicy.Verdict {
            DeliveryPolicy.verdict(
                onTime: onTime, completedAt: done, promisedAt: promised, damaged: nil, ordered: money("10"),
                delivered: delivered.map(money))
        }
        #expect(verdict(nil).isLate == true)
        #expect(verdict(true).isLate == false)
        #expect(verdict(true, "9.9").isShort)
        #expect(!verdict(true, "10").isShort)
    }

    @Test("about a tenth of good deliveries is asked about, the same ones always")
    func sampling() {
        let good = DeliveryPolicy.Verdict(isLate: false, isDamaged: false, isShort: false)
        let asked = (0..<5_000).filter { DeliveryPolicy().surveyRule(good, source: "s", orderId: "SO-\($0)") != nil }
        #expect((400...600).contains(asked.count))
        let late = DeliveryPolicy.Verdict(isLate: true, isDamaged: false, isShort: false)
        #expect(DeliveryPolicy().surveyRule(late, source: "s", orderId: "x") == "late")
    }

    @Test("bias is shrunk with little evidence and told when it moves")
    func bias() throws {
        let pair = BiasPolicy.Pair(expected: 100, actual: 120)
        let little = try #require(BiasPolicy.ratio([pair]))
        let much = try #require(BiasPolicy.ratio([BiasPolicy.Pair](repeating: pair, count: 100)))
        #expect(abs(little.ratio - exp(log(1.2) / 6)) < 1e-9)
        #expect(abs(much.ratio - exp(log(1.2) * 100 / 105)) < 1e-9)
        #expect(BiasPolicy.isNews(1.1, 10, before: (1.0, 10)))
        #expect(!BiasPolicy.isNews(1.001, 10, before: (1.0, 10)))
    }
}
