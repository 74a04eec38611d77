import Foundation

/// What a scorer has learnt by the end of a day, as far as scores are made of it: small, and the same wherever it is read.
///
/// It scores exactly as the scorer would on the day after.
public struct LeadModel: Sendable, Codable, Equatable {
    /// What the attributes are called, in the order in which their values are given.
    public let names: [String]
    let level: Double
    let belief: Double
    let byLeads: Double
    let byTime: Double
    /// Of each attribute the ratios of its values that say anything.
    let ratios: [[String: Double]]
    /// What a conversion of a line of business earned, in the middle; under the empty word, of all. Nothing when unknown.
    public var margins: [String: Double] = [:]
    /// From which worth on a lead is of the best tenth, of the next two tenths, of the next three.
    public var cuts: [Double] = []

    /// What is believed before anything is known: one in twenty converts.
    public static let untaught = LeadScorer(attributes: 0).model(names: [])

    /// The probability that a lead converts within 180 days.
    ///
    /// - Parameter values: the level of each attribute, in the order of the names.
    public func probability(_ values: [String]) -> Double {
        var ratio = 1.0
        for (place, value) in values.enumerated() where place < ratios.count { ratio *= ratios[place][value] ?? 1 }
        let rate = level * min(max(ratio, LeadScorer.ratios.lowerBound), LeadScorer.ratios.upperBound)
        return 1 - belief * exp(-rate * byLeads) - (1 - belief) * exp(-rate * byTime)
    }

    /// What a lead is worth: its probability times what its line earns, as far as that is known.
    public func worth(_ probability: Double, line: String?) -> Double {
        probability * (line.flatMap { margins[$0] } ?? margins[""] ?? 1)
    }

    /// In which group of its time a lead is: 0 the best tenth, 1 the next two, 2 the next three, 3 the rest; `nil` while there is
    /// nothing to compare it with.
    public func grade(_ probability: Double, line: String?) -> Int? {
        guard !cuts.isEmpty else { return nil }
        let worth = worth(probability, line: line)
        return cuts.firstIndex { worth >= $0 } ?? cuts.count
    }

    /// From which worth on the groups begin, by the worth of the leads of a time.
    ///
    /// - Returns: nothing for fewer than twenty, or when all are alike.
    public static func cuts(of worths: [Double]) -> [Double] {
        let sorted = worths.sorted(by: >)
        guard sorted.count >= 20, let best = sorted.first, let least = sorted.last, best > least else { return [] }
        return [0.1, 0.3, 0.6].map { sorted[Int(Double(sorted.count) * $0)] }
    }
}

extension LeadScorer {
    /// Between which bounds the ratio of a lead's values is held.
    static let ratios = 0.02...50.0

    /// What has been learnt by the present day, to score by.
    ///
    /// - Parameter names: what the attributes are called, in their order.
    public func model(names: [String]) -> LeadModel {
        LeadModel(
            names: names, level: level.value, belief: profiles.belief, byLeads: profiles.byLeads.total,
            byTime: profiles.byTime.total,
            ratios: attributes.map { attribute in
                attribute.places.mapValues { attribute.ratios[Int($0)] }.filter { abs(log($0.value)) > 1e-9 }
            })
    }
}
