import Foundation
import Testing

@testable import ServiceDeskService
@testable import Simulation

@Suite("Whether what was done about low scores has helped")
struct RecoveryEffectTests {
    private struct Case: Codable {
        var treated: [[Int]]
        var control: [[Int]]
    }

    private static func tally(_ pairs: [[Int]]) -> ChangeTally {
        let changes = pairs.map { $0[1] - $0[0] }
        return ChangeTally(
            count: changes.count, sum: changes.reduce(0, +), squares: changes.reduce(0) { $0 + $1 * $1 })
    }

    @Test(
        "difference in differences is the regression, with its interval and probability",
        .enabled(if: SurveyOracle.isThere, SurveyOracle.howToEnable))
    func oracle() throws {
        var random = RandomSource(seed: 20_260_312)
        func pairs(_ most: Int, _ lift: Int) -> [[Int]] {
            (0..<random.below(most + 1)).map { _ in
                [1 + random.below(2), min(5, 1 + random.below(4) + random.below(lift + 1))]
            }
        }
        let cases = (0..<150).map { _ in Case(treated: pairs(25, 2), control: pairs(25, 1)) }
        let told = try JSONDecoder().decode(
            [[Double]?].self, from: try SurveyOracle.answer("recovery.py", to: try JSONEncoder().encode(cases)))
        try #require(told.count == cases.count)
        var compared = 0
        for (item, expected) in zip(cases, told) {
            guard let expected else { continue }
            let effect = try #require(
                RecoveryEffect(treated: Self.tally(item.treated), control: Self.tally(item.control)))
            let change = effect.difference.change
            let found = [change.value, change.low, change.high, effect.difference.probability]
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(found), \(expected)")
            compared += 1
        }
        #expect(compared > 100)
    }

    @Test(
        "those with a low score who would have answered better anyhow are taken off, and chance is told from effect by Holm"
    )
    func verdicts() throws {
        func half(_ count: Int, _ low: Int, _ high: Int) -> ChangeTally {
            Self.tally((0..<count).map { [1, 1 + ($0 % 2 == 0 ? low : high)] })
        }
        let control = half(30, 0, 2)
        let helped = try #require(RecoveryEffect(treated: half(30, 2, 4), control: control))
        let idle = try #require(RecoveryEffect(treated: half(30, 0, 2), control: control))
        #expect(helped.difference.change.value == 2 && helped.difference.change.low > 0)
        #expect(idle.difference.change.value == 0 && idle.difference.probability == 1)
        let told = RecoveryEffect.verdicts([helped, nil, idle])
        #expect(told.map(\.verdict) == [.improved, .tooFew, .noEvidence])
        // Alone it were an improvement; beside nineteen others it is chance.
        let slight = try #require(RecoveryEffect(treated: half(30, 1, 2), control: control))
        #expect(slight.difference.probability < 0.05 && slight.difference.change.low > 0)
        #expect(RecoveryEffect.verdicts([slight])[0].verdict == .improved)
        let beside = RecoveryEffect.verdicts([slight] + Array(repeating: idle, count: 19))
        #expect(beside[0].verdict == .noEvidence)
        // To see half a point where answers lie a point from their mean: 2 × (1.96 + 0.8416)² × 30/29 / 0.25.
        #expect(idle.needed == 65)
        #expect(RecoveryEffect(treated: ChangeTally(count: 1, sum: 1, squares: 1), control: control) == nil)
    }
}
