import Foundation

/// How many were asked, how many answered, and what: sums of which every figure follows. Pure.
struct SurveyTally: Sendable, Equatable {
    var asked = 0
    var answered = 0
    /// Asked, not answered, and may still be.
    var open = 0
    var satisfactions = 0
    var satisfied = 0
    var recommendations = 0
    var promoters = 0
    var detractors = 0
    var efforts = 0
    var effortSum = 0
    var effortSquares = 0

    static func + (first: SurveyTally, second: SurveyTally) -> SurveyTally {
        SurveyTally(
            asked: first.asked + second.asked, answered: first.answered + second.answered,
            open: first.open + second.open, satisfactions: first.satisfactions + second.satisfactions,
            satisfied: first.satisfied + second.satisfied,
            recommendations: first.recommendations + second.recommendations,
            promoters: first.promoters + second.promoters, detractors: first.detractors + second.detractors,
            efforts: first.efforts + second.efforts, effortSum: first.effortSum + second.effortSum,
            effortSquares: first.effortSquares + second.effortSquares)
    }
}

/// What answers come to. Of fewer answers than the minimum no figure is told: it would say more of chance, and of single
/// customers, than of the service. Pure.
struct SurveyFigures: Sendable, Equatable {
    let tally: SurveyTally
    /// The share of those who answered.
    let response: Estimate?
    /// The share of those satisfied among those who said.
    let satisfied: Estimate?
    /// The same, with each kind of delivery counting as often as there are such deliveries, whoever was asked and answered.
    let weighted: Estimate?
    /// Those who recommend us less those who speak against us.
    let promoterScore: Estimate?
    /// How easy it was made, from one to seven.
    let effort: Estimate?

    /// - Parameters:
    ///   - tallies: the sums by the rule by which was asked.
    ///   - deliveries: how many deliveries there were in all that each rule would ask about.
    ///   - minimum: how many answers it takes.
    init(_ tallies: [String: SurveyTally], deliveries: [String: Int], minimum: Int) {
        let tally = tallies.values.reduce(SurveyTally(), +)
        self.tally = tally
        response = Proportions.share(tally.answered, of: tally.asked)
        let isEnough = tally.satisfactions >= minimum
        satisfied = isEnough ? Proportions.share(tally.satisfied, of: tally.satisfactions) : nil
        weighted =
            isEnough
            ? Proportions.weighted(
                deliveries.sorted { $0.key < $1.key }.map { rule, count in
                    (count, tallies[rule]?.satisfied ?? 0, tallies[rule]?.satisfactions ?? 0)
                }) : nil
        promoterScore =
            tally.recommendations >= minimum
            ? Proportions.promoterScore(
                promoters: tally.promoters, detractors: tally.detractors, of: tally.recommendations) : nil
        effort =
            tally.efforts >= minimum
            ? Proportions.mean(sum: tally.effortSum, squares: tally.effortSquares, of: tally.efforts) : nil
    }
}

/// What has become of a score from one period to the next. Pure.
struct SurveyTrend: Sendable, Equatable {
    /// What there is to say of it.
    enum Verdict: String, Sendable {
        /// Too few answers in one of the periods.
        case tooFew = "too-few"
        /// As much happens by chance.
        case noEvidence = "no-evidence"
        /// It has become better.
        case better
        /// It has become worse.
        case worse
    }

    let verdict: Verdict
    /// How far it has changed; only when that is no chance.
    let change: Estimate?
    /// How likely as much is by chance, over all that is looked at side by side.
    let probability: Double?

    /// What has become of several scores that are looked at side by side, each with how far it has changed; `nil` where too
    /// few answered.
    static func trends(_ differences: [Proportions.Difference?]) -> [SurveyTrend] {
        var adjusted = Proportions.holm(differences.compactMap { $0?.probability })[...]
        return differences.map { difference in
            guard let difference, let probability = adjusted.popFirst() else {
                return SurveyTrend(verdict: .tooFew, change: nil, probability: nil)
            }
            guard probability < 0.05 else {
                return SurveyTrend(verdict: .noEvidence, change: nil, probability: probability)
            }
            return SurveyTrend(
                verdict: difference.change.value > 0 ? .better : .worse, change: difference.change,
                probability: probability)
        }
    }
}
