import Contracts
import Domain

/// Marks keys of what is sold.
enum ProductKind {}
/// What is sold: its level and its code.
typealias ProductKey = SourceKey<ProductKind>

extension ProductKey {
    init(_ level: ProductLevel, _ code: String) { self.init(source: level.rawValue, identifier: code) }

    /// What it is.
    var level: ProductLevel { ProductLevel(rawValue: source) ?? .product }
}

extension ProductTerms {
    /// What it is a version of.
    var key: ProductKey { ProductKey(level, code) }

    /// What it is made of.
    var partKeys: [ProductKey] { level.below.map { below in parts.map { ProductKey(below, $0.code) } } ?? [] }

    /// Whether nothing is sold by it any more.
    var retires: Bool { isRetired ?? false }
}

extension ProductLevel {
    /// What such a thing is made of; a unit is made of nothing else.
    var below: ProductLevel? {
        switch self {
        case .unit: nil
        case .item: .unit
        case .product: .item
        }
    }
}

extension UnitRule {
    /// Whether it gives a price, or a cost, on a day.
    func isLive(on day: CalendarDay) -> Bool { validFrom <= day && validUntil.map { day <= $0 } ?? true }
}

/// A version with how it stands.
struct ProductVersion: Sendable {
    let proposal: ProposeProduct
    var state: ProductState
    var decidedBy: String?
    var decidedAt: Timestamp?
    var verdictNote: String?

    var terms: ProductTerms { proposal.terms }

    /// From which day on it holds once it is approved: its own, but a later version never from before the day on which it was
    /// approved, so that what held on a day that is over stays what it was.
    var holdsFrom: CalendarDay {
        guard terms.version > 1, let decided = decidedAt?.day() else { return terms.validFrom }
        return max(terms.validFrom, decided)
    }
}

/// Why something cannot be sold on a day.
struct ProductFinding: Sendable, Equatable {
    /// The code that people and programs see.
    enum Reason: String, Sendable {
        /// No version of it holds.
        case notInForce = "not-in-force"
        /// It is sold no more.
        case retired
        /// No rule gives it a price.
        case noSellRule = "no-sell-rule"
        /// No rule gives it a cost.
        case noCostRule = "no-cost-rule"
        /// Nobody has said by what it is seen whether it was done well.
        case noMeasure = "no-measure"
    }

    /// Of what.
    let key: ProductKey
    let reason: Reason
}

/// Everything that is sold, with all its versions. Pure.
struct ProductCatalogue: Sendable {
    private var versions: [ProductKey: [ProductVersion]] = [:]

    /// - Parameter all: every version there is, in any order.
    init(_ all: [ProductVersion]) {
        versions = Dictionary(grouping: all) { $0.terms.key }.mapValues {
            $0.sorted { $0.terms.version < $1.terms.version }
        }
    }

    /// What there is, in the order of its keys.
    var keys: [ProductKey] { versions.keys.sorted() }

    /// All versions of one thing, the first one first.
    func versions(of key: ProductKey) -> [ProductVersion] { versions[key] ?? [] }

    /// One version.
    func version(_ key: ProductKey, _ number: Int) -> ProductVersion? {
        versions(of: key).first { $0.terms.version == number }
    }

    /// Something was proposed, or decided.
    mutating func put(_ version: ProductVersion) {
        var all = versions(of: version.terms.key).filter { $0.terms.version != version.terms.version }
        all.append(version)
        versions[version.terms.key] = all.sorted { $0.terms.version < $1.terms.version }
    }

    /// The version that holds on a day: the last one that was approved for that day or one before it.
    func inForce(_ key: ProductKey, on day: CalendarDay) -> ProductTerms? {
        versions(of: key).last { $0.state == .approved && $0.holdsFrom <= day }?.terms
    }

    /// Why something cannot be sold on a day; nothing when it can.
    ///
    /// A product can when each of its items can, options as well; an item when each of its units can; a unit when a rule gives it
    /// a price, another its cost, and it is said by what it is measured.
    ///
    /// - Parameter left: what is thought of as sold no more.
    func findings(of key: ProductKey, on day: CalendarDay, without left: ProductKey? = nil) -> [ProductFinding] {
        func finding(_ reason: ProductFinding.Reason) -> ProductFinding { ProductFinding(key: key, reason: reason) }
        guard let terms = inForce(key, on: day) else { return [finding(.notInForce)] }
        guard !terms.retires, key != left else { return [finding(.retired)] }
        guard key.level == .unit else {
            var found: [ProductFinding] = []
            for part in terms.partKeys {
                for one in findings(of: part, on: day, without: left) where !found.contains(one) { found.append(one) }
            }
            return found
        }
        var found: [ProductFinding] = []
        if !terms.sellRules.contains(where: { $0.isLive(on: day) }) { found.append(finding(.noSellRule)) }
        if !terms.costRules.contains(where: { $0.isLive(on: day) }) { found.append(finding(.noCostRule)) }
        if terms.measure.map(\.isEmpty) ?? true { found.append(finding(.noMeasure)) }
        return found
    }

    /// What is made of something on a day, directly or by way of something else.
    func users(of key: ProductKey, on day: CalendarDay) -> [(key: ProductKey, by: [ProductKey])] {
        var found: [(key: ProductKey, by: [ProductKey])] = []
        for user in keys {
            guard let terms = inForce(user, on: day), !terms.retires else { continue }
            let by = terms.partKeys.filter { part in
                part == key || inForce(part, on: day).map { !$0.retires && $0.partKeys.contains(key) } ?? false
            }
            if !by.isEmpty { found.append((user, by)) }
        }
        return found
    }
}
