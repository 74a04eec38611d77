import Foundation
import Testing

@testable import ServiceDeskService
@testable import Simulation

@Suite("Statistics of surveys")
struct SurveyStatisticsTests {
    private func isNear(_ first: Double?, _ second: Double?, within: Double = 1e-9) -> Bool {
        switch (first, second) {
        case (nil, nil): true
        case (let first?, let second?): abs(first - second) <= within
        default: false
        }
    }

    @Test("what others have published comes out")
    func published() throws {
        // 19 of 20 is 76.4 to 99.1 %.
        let share = try #require(Proportions.share(19, of: 20))
        #expect(isNear(share.low, 0.764, within: 5e-4) && isNear(share.high, 0.991, within: 5e-4))
        // Student's table.
        for (freedom, critical) in [(1.0, 12.7062), (4, 2.7764), (10, 2.2281), (30, 2.0423), (120, 1.9799)] {
            #expect(isNear(StudentDistribution.critical(freedom: freedom), critical, within: 5e-5))
        }
        // Ten of ten for us: three more make it less sure.
        let score = try #require(Proportions.promoterScore(promoters: 10, detractors: 0, of: 10))
        #expect(score.value == 1 && score.low < 0.9 && score.high == 1)
        let holm = Proportions.holm([0.04, 0.01, 0.03])
        #expect(zip(holm, [0.06, 0.03, 0.06]).allSatisfy { isNear($0, $1) })
        #expect(Proportions.share(0, of: 0) == nil && Proportions.mean(sum: 7, squares: 49, of: 1) == nil)
        #expect(Proportions.mean(sum: 35, squares: 245, of: 5) == Estimate(value: 7, low: 7, high: 7))
    }

    /// How often an interval holds what is so, over all outcomes of so many answers.
    private func coverage(_ share: Double, _ count: Int) -> Double {
        var covered = 0.0
        for hits in 0...count {
            guard let found = Proportions.share(hits, of: count), found.low <= share, share <= found.high else {
                continue
            }
            let chosen =
                lgammaOf(count + 1) - lgammaOf(hits + 1) - lgammaOf(count - hits + 1) + Double(hits) * log(share)
                + Double(count - hits) * log(1 - share)
            covered += exp(chosen)
        }
        return covered
    }

    private func lgammaOf(_ whole: Int) -> Double { (1..<max(2, whole)).reduce(0) { $0 + log(Double($1)) } }

    @Test(
        "over shares from 5 to 95 % an interval holds what is so in 94 to 96.5 of a hundred",
        arguments: [10, 20, 50, 100, 200])
    func coverage(_ count: Int) {
        let shares = stride(from: 0.05, through: 0.95, by: 0.005)
        let held = shares.map { coverage($0, count) }
        let average = held.reduce(0, +) / Double(held.count)
        #expect((0.94...0.965).contains(average), "\(average)")
    }

    @Test("so does that of the promoter score, over all outcomes", arguments: [10, 30, 60])
    func promoterCoverage(_ count: Int) {
        var (sum, cases) = (0.0, 0.0)
        for tenths in [(1, 1), (2, 5), (4, 2), (5, 3), (6, 1), (3, 3), (1, 6)] {
            let (p, d) = (Double(tenths.0) / 10, Double(tenths.1) / 10)
            for promoters in 0...count {
                for detractors in 0...(count - promoters) {
                    let rest = count - promoters - detractors
                    guard
                        let found = Proportions.promoterScore(promoters: promoters, detractors: detractors, of: count),
                        found.low <= p - d, p - d <= found.high
                    else { continue }
                    sum += exp(
                        lgammaOf(count + 1) - lgammaOf(promoters + 1) - lgammaOf(detractors + 1) - lgammaOf(rest + 1)
                            + Double(promoters) * log(p) + Double(detractors) * log(d) + Double(rest) * log(1 - p - d))
                }
            }
            cases += 1
        }
        #expect((0.94...0.965).contains(sum / cases), "\(sum / cases)")
    }

    private struct Case: Codable {
        var satisfaction: [Int]
        var recommendation: [Int]
        var effort: [Int]
        var satisfactionBefore: [Int]
        var recommendationBefore: [Int]
        var strata: [[Int]]

        var tally: SurveyTally {
            SurveyTally(
                satisfactions: satisfaction.count, satisfied: satisfaction.count { $0 >= SurveyPolicy.satisfied },
                recommendations: recommendation.count,
                promoters: recommendation.count { $0 >= SurveyPolicy.promoter },
                detractors: recommendation.count { $0 <= SurveyPolicy.detractor }, efforts: effort.count,
                effortSum: effort.reduce(0, +), effortSquares: effort.reduce(0) { $0 + $1 * $1 })
        }
    }

    private struct Given: Codable {
        var cases: [Case]
        var probabilities: [Double]
    }

    private struct Told: Codable {
        struct Figures: Codable {
            var satisfied: [Double]?
            var promoter: [Double]?
            var effort: [Double]?
            var change: [Double]?
            var promoterChange: [Double]?
            var weighted: [Double]?
        }
        var cases: [Figures]
        var holm: [Double]
    }

    @Test(
        "of 400 random surveys every figure is that of statsmodels and SciPy",
        .enabled(if: SurveyOracle.isThere, SurveyOracle.howToEnable))
    func oracle() throws {
        var random = RandomSource(seed: 20_260_311)
        func answers(_ most: Int, _ points: ClosedRange<Int>) -> [Int] {
            let floor = points.lowerBound + random.below(points.count)
            return (0..<random.below(most + 1)).map { _ in
                floor + random.below(points.upperBound - floor + 1)
            }
        }
        let given = Given(
            cases: (0..<400).map { _ in
                Case(
                    satisfaction: answers(60, 1...5), recommendation: answers(60, 0...10), effort: answers(40, 1...7),
                    satisfactionBefore: answers(60, 1...5), recommendationBefore: answers(60, 0...10),
                    strata: (0..<4).map { _ in
                        let total = random.below(30)
                        return [random.below(500), random.below(total + 1), total]
                    })
            }, probabilities: (0..<200).map { _ in Double(random.below(1_000)) / 7_000 })
        let told = try JSONDecoder().decode(
            Told.self, from: try SurveyOracle.answer(to: try JSONEncoder().encode(given)))
        try #require(told.cases.count == given.cases.count)
        for (number, (item, expected)) in zip(given.cases, told.cases).enumerated() {
            let figures = SurveyFigures(["": item.tally], deliveries: [:], minimum: 0)
            let before = Case(
                satisfaction: item.satisfactionBefore, recommendation: item.recommendationBefore, effort: [],
                satisfactionBefore: [], recommendationBefore: [], strata: []
            ).tally
            let change = Proportions.difference(
                (before.satisfied, before.satisfactions), (item.tally.satisfied, item.tally.satisfactions))
            let promoterChange = Proportions.difference(
                (before.promoters, before.detractors, before.recommendations),
                (item.tally.promoters, item.tally.detractors, item.tally.recommendations))
            func parts(_ estimate: Estimate?) -> [Double]? { estimate.map { [$0.value, $0.low, $0.high] } }
            func parts(_ difference: Proportions.Difference?) -> [Double]? {
                difference.map { [$0.change.value, $0.change.low, $0.change.high, $0.probability] }
            }
            for (name, found, wanted) in [
                ("satisfied", parts(figures.satisfied), expected.satisfied),
                ("promoter", parts(figures.promoterScore), expected.promoter),
                ("effort", parts(figures.effort), expected.effort), ("change", parts(change), expected.change),
                ("promoterChange", parts(promoterChange), expected.promoterChange),
                (
                    "weighted",
                    parts(Proportions.weighted(item.strata.map { ($0[0], $0[1], $0[2]) })), expected.weighted
                ),
            ] {
                let isSame =
                    found?.count == wanted?.count && zip(found ?? [], wanted ?? []).allSatisfy { isNear($0, $1) }
                #expect(isSame, "case \(number), \(name): \(String(describing: found)), \(String(describing: wanted))")
            }
        }
        let holm = Proportions.holm(given.probabilities)
        #expect(zip(holm, told.holm).allSatisfy { isNear($0, $1) } && holm.count == told.holm.count)
    }

    @Test(
        "of fewer answers than the minimum no figure is told, and none is weighted while of some kind nobody answered")
    func suppressed() {
        let few = SurveyTally(
            asked: 40, answered: 19, satisfactions: 19, satisfied: 15, recommendations: 19, promoters: 9, detractors: 2)
        let figures = SurveyFigures(["late": few], deliveries: ["late": 40], minimum: 20)
        #expect(figures.satisfied == nil && figures.promoterScore == nil && figures.weighted == nil)
        #expect(figures.response?.value == 19.0 / 40)
        let more = SurveyTally(asked: 10, answered: 1, satisfactions: 1, satisfied: 1)
        let both = SurveyFigures(
            ["late": few, "sample-of-good": more], deliveries: ["late": 40, "sample-of-good": 360], minimum: 20)
        #expect(isNear(both.satisfied?.value, 0.8))
        // Nine of ten deliveries were good, and whoever answered of them was satisfied.
        #expect(isNear(both.weighted?.value, 0.1 * 15 / 19 + 0.9))
        let silent = SurveyFigures(["late": few + more], deliveries: ["late": 40, "short": 1], minimum: 20)
        #expect(silent.satisfied != nil && silent.weighted == nil)
    }

    @Test("a change is told only when it is no chance over all that is looked at")
    func trend() throws {
        let large = Proportions.difference((100, 200), (150, 200))
        let small = Proportions.difference((100, 200), (120, 200))
        let alone = try #require(SurveyTrend.trends([small]).first)
        #expect(alone.verdict == .better && alone.change != nil)
        let many = SurveyTrend.trends(
            [small, large, nil] + Array(repeating: Proportions.difference((50, 100), (50, 100)), count: 8))
        #expect(many.map(\.verdict).prefix(3) == [.noEvidence, .better, .tooFew])
        #expect(many[0].change == nil && many[1].change != nil && many[2].probability == nil)
        let worse = SurveyTrend.trends([Proportions.difference((180, 200), (120, 200))])
        #expect(worse[0].verdict == .worse)
    }
}
