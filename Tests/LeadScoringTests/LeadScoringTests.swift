import Domain
import Foundation
import LeadScoring
import Testing

@Suite struct LeadScoringTests {
    private static let start = CalendarDay(daysSinceEpoch: 20_000)

    /// Leads on so many days, ten a day; of each ten as many convert after three days as the day says.
    private static func scorer(days: Range<Int>, converting: (Int) -> Int, value: (Int) -> String = { _ in "x" })
        -> LeadScorer
    {
        var scorer = LeadScorer(attributes: 1)
        var waiting: [(day: Int, lead: Int)] = []
        for day in days {
            scorer.advance(to: start.adding(days: day))
            for number in 0..<10 {
                let lead = scorer.capture([value(number)])
                if number < converting(day) { waiting.append((day: day + 3, lead: lead)) }
            }
            for (due, lead) in waiting where due == day { scorer.convert(lead, on: start.adding(days: day)) }
        }
        scorer.advance(to: start.adding(days: days.upperBound))
        return scorer
    }

    @Test func withoutAnythingKnownOneInTwentyIsExpected() {
        let scorer = LeadScorer(attributes: 2)
        #expect(abs(scorer.probability(["a", "b"]) - 0.05) < 0.005)
    }

    @Test func aSteadyRateIsLearnt() {
        let scorer = Self.scorer(days: 0..<300) { _ in 2 }
        #expect(abs(scorer.probability(["x"]) - 0.2) < 0.03)
    }

    @Test func anOpenLeadIsNotALostOne() {
        // Nothing has converted yet because nothing could have: three days are not over.
        let young = Self.scorer(days: 0..<3) { _ in 5 }
        #expect(young.probability(["x"]) > 0.02)
    }

    @Test func aRateThatRisesTenfoldIsFollowedWithinWeeks() {
        let scorer = Self.scorer(days: 0..<200) { day in day < 170 ? (day % 5 == 0 ? 1 : 0) : 2 }
        #expect(scorer.probability(["x"]) > 0.13)
    }

    @Test func aRateThatFallsIsFollowedToo() {
        let scorer = Self.scorer(days: 0..<240) { day in day < 170 ? 3 : 0 }
        #expect(scorer.probability(["x"]) < 0.06)
    }

    @Test func whatMattersIsLearntAndWhatDoesNotIsLeftAlone() {
        // Of ten a day the first two convert, and those are "good"; a value seen for the first time is as any other.
        let scorer = Self.scorer(days: 0..<200, converting: { _ in 2 }, value: { $0 < 3 ? "good" : "other" })
        let good = scorer.probability(["good"])
        let other = scorer.probability(["other"])
        #expect(good > 0.5 && other < 0.05, "good \(good), other \(other)")
        let new = scorer.probability(["never seen"])
        #expect(other < new && new < good)
    }

    @Test func whatComesLaterChangesNothing() {
        let before = Self.scorer(days: 0..<120) { $0 % 3 }
        var after = Self.scorer(days: 0..<120) { $0 % 3 }
        let scored = before.probability(["x"])
        for number in 0..<50 { after.convert(after.capture(["x"]), on: Self.start.adding(days: 120 + number)) }
        #expect(after.probability(["x"]) == scored, "a day that is not closed has taught nothing")
    }

    @Test func aConversionBeforeItsCaptureTeachesNothing() {
        var one = LeadScorer(attributes: 1)
        var other = LeadScorer(attributes: 1)
        for day in 0..<30 {
            one.advance(to: Self.start.adding(days: day))
            other.advance(to: Self.start.adding(days: day))
            let lead = one.capture(["x"])
            _ = other.capture(["x"])
            one.convert(lead, on: Self.start.adding(days: day - 5))
        }
        one.advance(to: Self.start.adding(days: 30))
        other.advance(to: Self.start.adding(days: 30))
        #expect(one.probability(["x"]) == other.probability(["x"]))
    }

    @Test(arguments: [
        (" Paid ", "paid"), ("3", "3"), ("3.0", "3"), ("100", "100.5"), ("-100", "-101"), ("nan", "nan"), ("", ""),
    ])
    func valuesOfOneLevel(_ one: String, _ other: String) {
        #expect(LeadAttribute.level(one) == LeadAttribute.level(other))
    }

    @Test func aModelScoresAsItsScorerDoes() throws {
        let scorer = Self.scorer(days: 0..<200, converting: { _ in 2 }, value: { $0 < 3 ? "good" : "other" })
        let model = scorer.model(names: ["kind"])
        let read = try JSONDecoder().decode(LeadModel.self, from: JSONEncoder().encode(model))
        for value in ["good", "other", "never seen"] {
            #expect(abs(read.probability([value]) - scorer.probability([value])) < 1e-9)
        }
        #expect(abs(LeadModel.untaught.probability([]) - 0.05) < 0.005)
    }

    @Test func gradesAreTenthsOfTheirTime() {
        var model = LeadModel.untaught
        #expect(model.grade(0.9, line: nil) == nil)
        model.cuts = LeadModel.cuts(of: (1...100).map { Double($0) / 100 })
        #expect([0.95, 0.8, 0.5, 0.1].map { model.grade($0, line: nil) } == [0, 1, 2, 3])
        #expect(LeadModel.cuts(of: Array(repeating: 0.5, count: 100)).isEmpty, "of what is alike nothing is better")
        // What a line earns counts as soon as it is known.
        model.margins = ["": 1, "air": 3]
        #expect(model.grade(0.35, line: "air") == 0 && model.grade(0.35, line: "sea") == 3)
    }
}
