import Contracts
import Domain
import Foundation
import Testing

@testable import SalesService

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
