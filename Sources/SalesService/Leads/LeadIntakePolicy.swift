import Contracts
import Domain

/// By what captures are found to be of one lead.
struct LeadKey: Sendable, Hashable, Comparable {
    let kind: LeadEvidence
    let value: String

    /// The strongest evidence first, which is the order of the words.
    static func < (first: LeadKey, second: LeadKey) -> Bool {
        first.kind == second.kind
            ? first.value.compareBytes(with: second.value) < 0 : first.kind.strength < second.kind.strength
    }
}

extension LeadEvidence {
    /// The lower, the stronger.
    var strength: Int {
        switch self {
        case .customer: 0
        case .creditCode: 1
        case .email: 2
        case .phone: 3
        case .company: 4
        }
    }
}

/// Whose touch each capture is. Pure.
///
/// Captures that share an e-mail address, a telephone number, a company's name, a credit code or a customer's code are of
/// one lead, and so are those that are tied by others. So which captures are together does not depend on the order in which
/// they come; only by what name a lead goes does.
struct LeadIntakePolicy {
    /// What became of a capture.
    struct Touch {
        /// By what it was found to be of a lead that was there; `nil` for one by which a lead came into being.
        let joinedBy: LeadEvidence?
        /// The lead that came into being by it.
        let own: String?
        fileprivate let lead: String
    }

    private var leadOfKey: [LeadKey: String]
    private var firstAt: [String: Timestamp]
    private var into: [String: String] = [:]
    private var made: Set<String> = []
    /// The keys that were not known before.
    private(set) var newKeys: [LeadKey] = []
    /// Leads that turned out to be others, in the order in which it was found.
    private(set) var merged: [String] = []

    /// - Parameters:
    ///   - keys: the leads of those keys that are known.
    ///   - firstAt: when each of these leads was captured first.
    init(keys: [LeadKey: String], firstAt: [String: Timestamp]) {
        leadOfKey = keys
        self.firstAt = firstAt
    }

    /// Takes a capture.
    ///
    /// - Parameters:
    ///   - name: by what a lead goes that comes into being by it.
    ///   - keys: its keys, the strongest first.
    ///   - time: when it was captured.
    mutating func take(named name: String, keys: [LeadKey], at time: Timestamp) -> Touch {
        var found: [String] = []
        var evidence: LeadEvidence?
        for key in keys {
            guard let lead = leadOfKey[key].map(root) else { continue }
            evidence = evidence ?? key.kind
            if !found.contains(lead) { found.append(lead) }
        }
        let lead: String
        if let winner = found.min(by: { precedes($0, $1) }) {
            for other in found where other != winner {
                into[other] = winner
                merged.append(other)
            }
            lead = winner
            firstAt[lead] = min(firstAt[lead] ?? time, time)
        } else {
            lead = name
            made.insert(name)
            firstAt[name] = time
        }
        for key in keys where leadOfKey[key] == nil {
            leadOfKey[key] = lead
            newKeys.append(key)
        }
        return Touch(joinedBy: evidence, own: found.isEmpty ? name : nil, lead: lead)
    }

    /// The lead of which a capture is a touch, once all are taken.
    func lead(of touch: Touch) -> String { root(of: touch.lead) }

    /// The lead of a key that is known by now.
    func lead(of key: LeadKey) -> String? { leadOfKey[key].map(root) }

    /// The lead that one turned out to be.
    func root(of lead: String) -> String {
        var lead = lead
        while let next = into[lead] { lead = next }
        return lead
    }

    /// Whether of two leads that are one the first gives the name: one that was there before, then the earlier one.
    private func precedes(_ one: String, _ other: String) -> Bool {
        if made.contains(one) != made.contains(other) { return !made.contains(one) }
        let (first, second) = (firstAt[one], firstAt[other])
        if let first, let second, first != second { return first < second }
        return one.compareBytes(with: other) < 0
    }
}
