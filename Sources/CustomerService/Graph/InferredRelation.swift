import Contracts
import Domain
import Foundation
import ServiceKit

/// A code of a source in a role, as the graph knows it.
struct NodeKey: Hashable, Comparable, Sendable {
    enum Role: String, Sendable {
        case customer
        case supplier
    }

    let role: Role
    let source: String
    let code: String

    /// The party's identifier while no account says otherwise.
    var ownId: String {
        switch role {
        case .customer: AccountIdentifier.customer(source: source, code: code)
        case .supplier: AccountIdentifier.supplier(source: source, code: code)
        }
    }

    static func < (first: NodeKey, second: NodeKey) -> Bool {
        (first.source, first.code, first.role.rawValue) < (second.source, second.code, second.role.rawValue)
    }
}

/// How strong something is that fades: it halves every 180 days, and is reckoned on only when something comes to it.
///
/// Adding commutes: in whatever order the same additions come, the weight at any time is the same.
struct FadingWeight: Sendable, Equatable {
    static let halfLifeDays = 180.0

    var weight: Double
    var at: Timestamp

    /// The weight as it is at a time.
    func weight(at time: Timestamp) -> Double { weight * Self.factor(from: at, to: time) }

    mutating func add(_ amount: Double, at time: Timestamp) {
        if time >= at {
            weight = weight * Self.factor(from: at, to: time) + amount
            at = time
        } else {
            weight += amount * Self.factor(from: time, to: at)
        }
    }

    private static func factor(from: Timestamp, to: Timestamp) -> Double {
        let days = Double(to.microsecondsSinceEpoch - from.microsecondsSinceEpoch) / 86_400_000_000
        return exp2(-days / halfLifeDays)
    }
}

/// A relation seen in orders: what to add to its weight and to the count of orders it was seen in.
struct InferredRelation: Sendable {
    struct Key: Hashable, Sendable {
        let from: NodeKey
        let to: NodeKey
        let kind: RelationKind

        /// The same for the same sentence, whoever saw it first.
        var relationId: String {
            StableIdentifier.of(
                "inferred-relation", from.role.rawValue, from.source, from.code, kind.rawValue, to.role.rawValue,
                to.source, to.code)
        }
    }

    var weight: FadingWeight
    var evidence: Int

    /// What an order says: one order counts 1 on the day it was placed.
    ///
    /// Counted in orders, not in money: orders come in many currencies, and a margin below nought is no negative tie.
    static func keys(of order: OrderContent, source: String) -> [Key] {
        let customer = NodeKey(role: .customer, source: source, code: order.code)
        var keys: [Key] = []
        if let consignee = order.consignee, consignee != order.code {
            keys.append(
                Key(
                    from: customer, to: NodeKey(role: .customer, source: source, code: consignee), kind: .shipsTo))
        }
        if let payer = order.payer, payer != order.code {
            keys.append(
                Key(from: NodeKey(role: .customer, source: source, code: payer), to: customer, kind: .paysFor))
        }
        for supplier in order.suppliers {
            keys.append(
                Key(from: NodeKey(role: .supplier, source: source, code: supplier), to: customer, kind: .supplies))
        }
        return keys
    }

    /// What orders that changed add to relations and take away from them.
    static func changes(
        _ orders: [(source: String, before: OrderContent?, after: OrderContent?)]
    ) -> [Key: InferredRelation] {
        var changes: [Key: InferredRelation] = [:]
        func add(_ order: OrderContent, _ source: String, _ sign: Int) {
            for key in keys(of: order, source: source) {
                if changes[key] == nil {
                    changes[key] = InferredRelation(
                        weight: FadingWeight(weight: 0, at: order.placedAt), evidence: 0)
                }
                changes[key]?.weight.add(Double(sign), at: order.placedAt)
                changes[key]?.evidence += sign
            }
        }
        for order in orders where order.before != order.after {
            if let before = order.before { add(before, order.source, -1) }
            if let after = order.after { add(after, order.source, 1) }
        }
        return changes
    }
}
