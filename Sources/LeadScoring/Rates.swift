import Foundation

/// How likely a lead is to convert on each day after its capture, learnt over all time.
struct AgeProfile {
    /// The first days of the spans within which the rate is held to be the same.
    private static let edges = [0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120]
    private static let spans = zip(edges, edges.dropFirst() + [LeadScorer.horizon]).map { $1 - $0 }
    private static let span: [Int] = (0..<LeadScorer.horizon).map { day in (edges.lastIndex { $0 <= day }) ?? 0 }
    /// What is believed before anything is known: one in twenty converts, half of them within two weeks. It weighs as
    /// much as one conversion in each span.
    private static let prior: [Double] = {
        let shape = zip(edges, spans).map { edge, length in 1 / (Double(edge) + Double(length) / 2 + 7) }
        let scale = 0.05 / zip(shape, spans).reduce(0) { $0 + $1.0 * Double($1.1) }
        return shape.map { $0 * scale }
    }()

    private var conversions = [Double](repeating: 0, count: edges.count)
    private var watched = [Double](repeating: 0, count: edges.count)
    private var rates = prior
    /// The sum of the rates over 180 days.
    private(set) var total = AgeProfile.sum(prior)

    /// The rate on a day after capture.
    func rate(_ age: Int) -> Double { rates[Self.span[age]] }

    /// A day on which leads of an age were open, by the sum of their ratios times the level of the time.
    mutating func watch(_ age: Int, _ amount: Double) { watched[Self.span[age]] += amount }

    /// A conversion at an age.
    mutating func convert(_ age: Int) { conversions[Self.span[age]] += 1 }

    /// Makes the rates anew of what was learnt.
    mutating func refresh() {
        for index in rates.indices {
            rates[index] = (conversions[index] + 1) / (watched[index] + 1 / Self.prior[index])
        }
        total = Self.sum(rates)
    }

    private static func sum(_ rates: [Double]) -> Double {
        zip(rates, spans).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
}

/// The age profile under either of two beliefs: a change is one of the leads that come, so that those that came before
/// stay as they were; or one of the time in which all are worked on. Each day's old leads say which holds.
struct ProfilePair {
    private static let share = 0.01

    var byLeads = AgeProfile()
    var byTime = AgeProfile()
    /// How far the first is believed.
    private(set) var belief = 0.5

    /// The rate on a day after capture, by both.
    func rate(_ age: Int) -> Double { expected(age, byLeads: 1, byTime: 1) }

    /// What an average lead is expected to convert by on a day, at the level under each belief.
    func expected(_ age: Int, byLeads: Double, byTime: Double) -> Double {
        belief * self.byLeads.rate(age) * byLeads + (1 - belief) * self.byTime.rate(age) * byTime
    }

    /// The probability of converting at a level.
    func probability(_ level: Double) -> Double {
        1 - belief * exp(-level * byLeads.total) - (1 - belief) * exp(-level * byTime.total)
    }

    /// Learns from what the old brought on a day, beside what each belief expected.
    mutating func learn(brought: Double, byLeads: Double, byTime: Double) {
        let likelihood = { (mean: Double) in brought * log(max(mean, 1e-9)) - mean }
        let difference = likelihood(byTime) - likelihood(byLeads)
        let learnt = belief / (belief + (1 - belief) * exp(min(max(difference, -50), 50)))
        belief = learnt * (1 - Self.share) + Self.share / 2
    }

    mutating func refresh() {
        byLeads.refresh()
        byTime.refresh()
    }
}

/// How much more converts at present than by the age profile alone.
///
/// It is told by leads of all ages, and by young ones alone: when other leads come than before, the young tell at once
/// and the old much later; when all are worked on otherwise, both tell at once, and all are more than the young.
struct TimeLevel {
    /// Up to which age a lead is young, in days.
    static let young = 14
    private static let halfLives: [Double] = [3, 7, 14, 30, 60, 120, 10_000]
    /// How many expected conversions speak for no change.
    private static let strength = 1.0
    /// The part of the weights that is dealt out anew each day, so that a memory that did badly may come back.
    private static let share = 0.02

    /// What a day brought, and what the age profile expected of it.
    struct Day {
        var brought = 0.0
        var expected = 0.0
    }

    private struct Memory {
        let halfLife: Double
        let isOfTheYoung: Bool
        var weight: Double
        var observed = 0.0
        var expected = 0.0

        var level: Double { (observed + TimeLevel.strength) / (expected + TimeLevel.strength) }
    }

    private var memories: [Memory] = halfLives.flatMap { halfLife in
        [true, false].map { isOfTheYoung in
            Memory(halfLife: halfLife, isOfTheYoung: isOfTheYoung, weight: 0.5 / Double(halfLives.count))
        }
    }
    /// The level: one when all is as it always was.
    private(set) var value = 1.0

    /// Learns from a day what leads of all ages and young ones brought.
    mutating func learn(all: Day, young: Day) {
        // Each memory's likelihood of what the young brought, by Poisson, relative to the best.
        let scores = memories.map { memory in
            let mean = max(memory.level * young.expected, 1e-9)
            return young.brought * log(mean) - mean
        }
        let best = scores.max() ?? 0
        for index in memories.indices { memories[index].weight *= exp(scores[index] - best) }
        let total = memories.reduce(0) { $0 + $1.weight }
        for index in memories.indices {
            let memory = memories[index]
            let day = memory.isOfTheYoung ? young : all
            let kept = exp2(-1 / memory.halfLife)
            memories[index].weight =
                memory.weight / total * (1 - Self.share) + Self.share / Double(memories.count)
            memories[index].observed = memory.observed * kept + day.brought
            memories[index].expected = memory.expected * kept + day.expected
        }
        value = memories.reduce(0) { $0 + $1.weight * $1.level }
    }
}

/// How far an attribute's ratios are drawn to one.
enum Shrinkage {
    private static let strengths: [Double] = [1, 2, 4, 8, 16, 32, 64, 128, 1_000_000]

    /// The strength under which the values' conversions are most likely, if their ratios are spread by a gamma
    /// distribution of mean one and shape `strength` around what was expected (a negative binomial likelihood).
    static func strength(observed: [Double], expected: [Double]) -> Double {
        var best = (strength: strengths[strengths.count - 1], likelihood: -Double.infinity)
        for strength in strengths.reversed() {
            var likelihood = 0.0
            for (count, mean) in zip(observed, expected) where mean > 0 {
                likelihood +=
                    lgamma(count + strength) - lgamma(strength) + strength * log(strength / (strength + mean))
                    + count * log(mean / (strength + mean))
            }
            if likelihood > best.likelihood { best = (strength, likelihood) }
        }
        return best.strength
    }
}
