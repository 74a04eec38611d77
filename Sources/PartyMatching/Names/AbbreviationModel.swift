import Foundation

/// How well a short Chinese name can stand for a full one: 天康生物 for 新疆天康畜牧生物技术股份有限公司.
///
/// A short name leaves characters of the full one out and keeps their order. What it keeps counts by how rare it is
/// among different names; it usually begins where the brand begins, and keeps words together.
struct AbbreviationModel {
    private let information: [Unicode.Scalar: Double]

    /// - Parameter names: the cores of all different names.
    init(_ names: some Collection<[Unicode.Scalar]>) {
        var frequency: [Unicode.Scalar: Int] = [:]
        for name in names {
            for scalar in Set(name) { frequency[scalar, default: 0] += 1 }
        }
        let count = Double(names.count + 1)
        information = frequency.mapValues { log(count / Double($0)) }
    }

    private func information(_ scalar: Unicode.Scalar) -> Double { information[scalar] ?? 6 }

    /// What a short name may be read as: whole, without the character or the word for its place.
    static func readings(_ short: ChineseName) -> [(text: [Unicode.Scalar], kind: Reading)] {
        var readings: [([Unicode.Scalar], Reading)] = [(short.core, .whole)]
        if let first = short.core.first, let place = ChineseWords.placeAbbreviations[first], short.core.count > 2 {
            readings.append((Array(short.core.dropFirst()), .abbreviatedPlace(place)))
        }
        if short.placeLength > 0, short.core.count > short.placeLength + 1 { readings.append((short.body, .place)) }
        return readings
    }

    /// What was left out of a short name for a reading.
    enum Reading {
        case whole
        case place
        case abbreviatedPlace([Unicode.Scalar])
    }

    /// The score of a pair; `nil` when the short name cannot be read from the full one.
    func score(_ short: ChineseName, _ full: ChineseName) -> Double? {
        var best: Double?
        for (text, kind) in Self.readings(short) {
            guard var value = align(text, full) else { continue }
            switch kind {
            case .whole: break
            case .place: value -= 1.5
            case .abbreviatedPlace(let place):
                if full.core.starts(with: place) {
                    value += short.core.first.map(information) ?? 0
                } else if short.core.count > 3 {
                    value -= 1
                } else {
                    continue
                }
            }
            best = max(best ?? value, value)
        }
        guard let aligned = best else { return nil }
        // What the full name says and the short one does not; a place more is noise, another role another company.
        let kept = short.core.reduce(0) { full.body.contains($1) ? $0 + information($1) : $0 }
        let left = max(0, full.body.reduce(0) { $0 + information($1) } - kept)
        let missing = full.roles.subtracting(short.roles).subtracting(["股份"]).count
        let extra = short.roles.subtracting(full.roles).count
        return aligned - 0.15 * left - 0.6 * Double(missing) - 1.5 * Double(extra)
    }

    /// The best way to find the short text in the full one, in order.
    private func align(_ short: [Unicode.Scalar], _ full: ChineseName) -> Double? {
        let core = full.core
        guard let first = short.first, core.count >= short.count else { return nil }
        let none = -Double.infinity
        var scores = [Double](repeating: none, count: core.count)
        for place in core.indices where core[place] == first {
            let isStart = place == 0 || place == full.placeLength
            let skipped = isStart ? 0 : 1.2 + 0.25 * Double(min(abs(place - full.placeLength), 6))
            scores[place] = information(first) - skipped
        }
        for scalar in short.dropFirst() {
            var next = [Double](repeating: none, count: core.count)
            var apart = none
            for place in 1..<max(1, core.count) {
                if place >= 2 { apart = max(apart, scores[place - 2]) }
                guard core[place] == scalar else { continue }
                let value = max(scores[place - 1] + 0.7, apart - 0.9)
                if value > none { next[place] = value + information(scalar) }
            }
            scores = next
        }
        guard let best = scores.max(), best > none else { return nil }
        return best
    }
}
