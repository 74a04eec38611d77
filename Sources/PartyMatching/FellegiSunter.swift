import Foundation

func log2Of(_ value: Double) -> Double { log2(value) }

/// The evidence of one pair: for each field the level of agreement, -1 where one side is silent.
struct Comparison: Sendable, Hashable {
    /// The fields compared, in this order.
    enum Part: Int, CaseIterable {
        case name, address, phone, email, city, postcode, bank, organisation
    }

    var levels: [Int8]
}

/// The probabilistic model of record linkage (Fellegi and Sunter, 1969): for each level of agreement, how much more
/// often it is seen between records of one party than between any two.
struct FellegiSunter: Sendable {
    /// P(level | same party), by field and level; the last level is the strongest.
    private(set) var m: [[Double]]
    /// P(level | two parties).
    private(set) var u: [[Double]]
    /// P(two records of the set are one party).
    let prior: Double

    /// Before anything is learnt: how often a field agrees within a party and by chance, from practice.
    private static let standardM: [[Double]] = [
        [0.06, 0.08, 0.16, 0.25, 0.45], [0.18, 0.12, 0.2, 0.5], [0.3, 0.1, 0.6], [0.25, 0.15, 0.6], [0.1, 0.1, 0.8],
        [0.1, 0.1, 0.8], [0.2, 0.1, 0.7], [0.04, 0.06, 0.9],
    ]
    private static let standardU: [[Double]] = [
        [0.962, 0.03, 0.006, 0.001, 0.001], [0.97, 0.02, 0.008, 0.002], [0.998, 0.001, 0.001], [0.985, 0.01, 0.005],
        [0.88, 0.02, 0.1], [0.96, 0.02, 0.02], [0.99997, 0.00002, 0.00001], [0.99989, 0.0001, 0.00001],
    ]

    init(records: Int) {
        m = Self.standardM
        u = Self.standardU
        // Each record has about one other of its own, whatever the size of the set.
        prior = min(0.1, 1 / Double(max(records, 2)))
    }

    /// Takes from pairs drawn at random how often each level comes about by chance.
    mutating func learnChance(_ random: [Comparison: Int]) {
        // Of identifiers chance says nothing: whoever agrees on one by accident has made a mistake.
        for field in u.indices where field < Comparison.Part.bank.rawValue {
            var counts = u[field].map { $0 * 200 }
            for (comparison, count) in random where comparison.levels[field] >= 0 {
                counts[Int(comparison.levels[field])] += Double(count)
            }
            let sum = counts.reduce(0, +)
            u[field] = counts.map { $0 / sum }
        }
    }

    /// Learns how often each level is seen within a party, by expectation and maximisation (Dempster, Laird and Rubin,
    /// 1977) over the counts of patterns, so that its cost does not grow with the set. What is known from practice
    /// counts as much as the pairs found.
    mutating func learn(_ patterns: [Comparison: Int], rounds: Int = 12) {
        let ordered = patterns.sorted { $0.key.levels.lexicographicallyPrecedes($1.key.levels) }
        for _ in 0..<rounds {
            var counts = m.map { $0.map { _ in 0.0 } }
            for (comparison, count) in ordered {
                let expected = probability(weight(comparison)) * Double(count)
                for field in m.indices where comparison.levels[field] >= 0 {
                    counts[field][Int(comparison.levels[field])] += expected
                }
            }
            for field in m.indices {
                let found = counts[field].reduce(0, +)
                let trust = max(20, found)
                m[field] = m[field].indices.map { level in
                    (counts[field][level] + Self.standardM[field][level] * trust) / (found + trust)
                }
            }
        }
    }

    /// The weight of one field's level, in bits.
    func weight(_ field: Int, _ level: Int8) -> Double {
        guard level >= 0 else { return 0 }
        return log2(m[field][Int(level)] / u[field][Int(level)])
    }

    /// The weight of a whole comparison, in bits, without the prior.
    func weight(_ comparison: Comparison) -> Double {
        var sum = 0.0
        for (field, level) in comparison.levels.enumerated() { sum += weight(field, level) }
        return sum
    }

    /// The probability that a pair of a weight is one party.
    func probability(_ weight: Double) -> Double {
        let odds = exp2(min(60, weight)) * prior / (1 - prior)
        return odds / (1 + odds)
    }
}
