import Foundation

/// By how much customers answered otherwise the second time: sums of which every figure follows.
struct ChangeTally: Sendable, Equatable {
    var count = 0
    var sum = 0
    var squares = 0

    /// The mean change.
    var mean: Double? { count > 0 ? Double(sum) / Double(count) : nil }
    /// The sum of the squared distances from the mean; exact as long as it is whole.
    fileprivate var spread: Double { count > 0 ? Double(count * squares - sum * sum) / Double(count) : 0 }
}

/// Whether what was done has helped: difference in differences. Pure.
///
/// Those with a low score would have answered better the next time anyhow, as nobody has such luck twice. So those for whom
/// something was done are compared with those who answered as low and for whom nothing was. It is the regression of each
/// customer's change on whether something was done, with its interval by Student's distribution.
struct RecoveryEffect: Sendable, Equatable {
    /// What there is to say of it.
    enum Verdict: String, Sendable {
        /// Too few have answered again.
        case tooFew = "too-few"
        /// As much happens by chance.
        case noEvidence = "no-evidence"
        /// It has helped.
        case improved
        /// It has made it worse.
        case worse
    }

    /// The change of those for whom something was done less that of the others.
    let difference: Proportions.Difference
    /// How many it takes on each side to see half a point in four cases of five.
    let needed: Int

    /// Half a point of five.
    private static let worthSeeing = 0.5
    /// The quantile of the normal distribution below which four of five lie.
    private static let power = 0.841_621_233_572_914_3

    /// - Returns: nothing of fewer than two on either side.
    init?(treated: ChangeTally, control: ChangeTally) {
        guard treated.count > 1, control.count > 1, let first = control.mean, let second = treated.mean else {
            return nil
        }
        let freedom = Double(treated.count + control.count - 2)
        let variance = max(0, treated.spread + control.spread) / freedom
        let error = (variance * (1 / Double(treated.count) + 1 / Double(control.count))).squareRoot()
        let effect = second - first
        let half = StudentDistribution.critical(freedom: freedom) * error
        difference = Proportions.Difference(
            change: Estimate(value: effect, low: effect - half, high: effect + half),
            probability: error > 0
                ? StudentDistribution.bothSides(effect / error, freedom: freedom) : effect == 0 ? 1 : 0)
        let sum = Proportions.normal + Self.power
        needed = max(2, Int((2 * sum * sum * variance / (Self.worthSeeing * Self.worthSeeing)).rounded(.up)))
    }

    /// What there is to say of several actions that are looked at side by side, with the probabilities by Holm; `nil` where too few
    /// have answered again.
    static func verdicts(_ effects: [RecoveryEffect?]) -> [(verdict: Verdict, probability: Double?)] {
        var adjusted = Proportions.holm(effects.compactMap { $0?.difference.probability })[...]
        return effects.map { effect in
            guard let effect, let probability = adjusted.popFirst() else { return (.tooFew, nil) }
            guard probability < 0.05 else { return (.noEvidence, probability) }
            return (effect.difference.change.value > 0 ? .improved : .worse, probability)
        }
    }
}
