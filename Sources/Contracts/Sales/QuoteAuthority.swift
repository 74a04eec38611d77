package import Domain

extension AuthorityStep {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(
            signer != .role || role.flatMap(PermissionRole.init(rawValue:)) != nil, .valueNotAllowed, "role",
            "say one of the roles of the policy")
        try fields.require(signer == .role || role == nil, .valueNotAllowed, "role", "only a role has one")
        try fields.require(
            signer != .person || !logins.isEmpty, .missingField, "logins", "say which persons have to sign")
        try fields.require(
            signer == .person || logins.isEmpty, .valueNotAllowed, "logins", "only persons are named by their logins")
        try fields.require(
            signer == .managers || levels == nil, .valueNotAllowed, "levels", "only managers are of several levels")
        try fields.require(
            Set(logins).count == logins.count, .duplicateElement, "logins", "a person is named once")
    }
}

extension AuthorityCell {
    /// Whether every quote is of it.
    package var isOfEvery: Bool {
        nodes.isEmpty && businessLines.isEmpty && items.isEmpty && creditStates.isEmpty && acceptance.isEmpty
            && discountAbove == nil && marginBelow == nil && marginRateBelow == nil && amountAbove == nil
    }

    func check(_ fields: FieldReader) throws(Refusal) {
        let most = FixedDecimal(1_000)
        for (name, share) in [("discountAbove", discountAbove), ("marginRateBelow", marginRateBelow)] {
            try fields.require(
                share.map { $0.magnitude <= most } ?? true, .valueNotAllowed, name,
                "hundredths are between -1000 and 1000")
        }
        for (place, word) in creditStates.enumerated() {
            try fields.require(
                CreditState(rawValue: word) != nil, .valueNotAllowed, "creditStates[\(place)]",
                "one of \(CreditState.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        for (place, word) in acceptance.enumerated() {
            try fields.require(
                AcceptanceState(rawValue: word) != nil, .valueNotAllowed, "acceptance[\(place)]",
                "one of \(AcceptanceState.allCases.map(\.rawValue).joined(separator: ", "))")
        }
    }
}

extension AuthorityMatrix {
    func check(_ fields: FieldReader) throws(Refusal) {
        let most = FixedDecimal(1_000)
        for (name, share) in [("mostRise", mostRise), ("creditCost", creditCost)] {
            try fields.require(
                share.map { !$0.isNegative && $0 <= most } ?? true, .valueNotAllowed, name,
                "hundredths are between 0 and 1000")
        }
        var seen: Set<String> = []
        for (place, cell) in cells.enumerated() {
            try fields.require(
                seen.insert(cell.cell).inserted, .duplicateElement, "cells[\(place)].cell",
                "'\(cell.cell)' stands there twice")
            try fields.require(
                !cell.isOfEvery || place == cells.count - 1, .neverMatters, "cells[\(place)]",
                "'\(cell.cell)' is of every quote: no cell behind it ever decides")
        }
        try fields.require(
            cells.last?.isOfEvery ?? true, .nobodyApproves, "cells",
            "the last cell has no condition: somebody has to sign what none of the others is of")
    }
}

extension ChangeQuoteSigning {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(
            change != .addSigner || signer != nil, .missingField, "signer", "say who has to sign, too")
        try fields.require(
            change == .addSigner || signer == nil, .valueNotAllowed, "signer", "who takes it back names nobody")
    }
}

// MARK: Which cell decides

/// What comes of a quote by a matrix. Pure, and the same whenever it is worked out again.
package struct AuthorityVerdict: Sendable, Equatable {
    /// The cell that decides.
    package let cell: AuthorityCell
    /// Why: each condition of it, and of each one before it the first that does not hold.
    package let reasons: [String]
}

extension AuthorityDeal {
    /// What is asked for below what the cards say, in hundredths of that, as a fraction; `nil` where that is not known.
    fileprivate var discount: (part: Int128, whole: Int128)? {
        guard let listed, listed > .zero else { return nil }
        return ((listed - amount).units, listed.units)
    }

    /// What it costs that the customer pays later.
    package func creditCost(by matrix: AuthorityMatrix) -> FixedDecimal {
        let days = Int128(paymentDays ?? matrix.paymentDays ?? 0)
        // Hundredths of a year of 365 days.
        let yearly = (matrix.creditCost ?? .zero).units * days
        return amount.multiplied(by: yearly, dividedBy: 36_500 * FixedDecimal.unitsPerOne) ?? .zero
    }

    /// What is left after cost and credit; `nil` while the cost is not known.
    package func margin(by matrix: AuthorityMatrix) -> FixedDecimal? {
        cost.map { amount - $0 - creditCost(by: matrix) }
    }
}

extension AuthorityMatrix {
    /// By how much of itself the cost may rise: five hundredths where nothing is said.
    package var allowedRise: FixedDecimal { mostRise ?? FixedDecimal(5) }

    /// The cell that decides about a quote. The last one has no condition, so there always is one.
    package func verdict(on deal: AuthorityDeal) -> AuthorityVerdict? {
        var passed: [String] = []
        for cell in cells {
            switch judge(cell, deal) {
            case .holds(let reasons):
                let why = reasons.isEmpty ? ["'\(cell.cell)' is of every quote"] : reasons
                return AuthorityVerdict(cell: cell, reasons: why + passed)
            case .not(let reason): passed.append("not '\(cell.cell)': \(reason)")
            }
        }
        return nil
    }

    private enum Judgement {
        case holds([String])
        case not(String)
    }

    private func judge(_ cell: AuthorityCell, _ deal: AuthorityDeal) -> Judgement {
        var held: [String] = []
        for condition in conditions(cell, deal) {
            guard condition.holds else { return .not(condition.words) }
            held.append(condition.words)
        }
        return .holds(held)
    }

    private func conditions(_ cell: AuthorityCell, _ deal: AuthorityDeal) -> [(holds: Bool, words: String)] {
        var found: [(holds: Bool, words: String)] = []
        func among(_ wanted: [String], _ have: [String], _ what: String) {
            guard !wanted.isEmpty else { return }
            let same = have.first { word in wanted.contains { $0.hasSameBytes(as: word) } }
            found.append((same != nil, same.map { "\(what) \($0)" } ?? "its \(what) is none of those"))
        }
        /// What is not known is taken as what needs more signatures.
        func orUnknown(_ isKnown: Bool, _ holds: Bool, _ what: String, _ words: String) {
            found.append(isKnown ? (holds, words) : (true, "\(what) is not known"))
        }
        func stands(_ wanted: [String], _ state: String?, _ what: String) {
            guard !wanted.isEmpty else { return }
            orUnknown(
                state != nil, state.map(wanted.contains) ?? true, what, "\(what) is \(state ?? "")")
        }
        among(cell.nodes, deal.nodes, "node")
        among(cell.businessLines, deal.businessLine.map { [$0] } ?? [], "line of business")
        among(cell.items, deal.items, "item")
        stands(cell.creditStates, deal.creditState?.rawValue, "credit")
        stands(cell.acceptance, deal.acceptance?.rawValue, "acceptance")
        let one = FixedDecimal.unitsPerOne
        if let above = cell.discountAbove {
            let discount = deal.discount
            let holds = discount.map { $0.part * 100 * one > above.units * $0.whole } ?? true
            orUnknown(discount != nil, holds, "discount", "discount \(holds ? "above" : "not above") \(above) %")
        }
        let isComparable = deal.currency == currency
        let margin = deal.margin(by: self)
        if let below = cell.marginBelow {
            let holds = margin.map { $0 < below } ?? true
            orUnknown(
                isComparable && margin != nil, holds, "margin",
                "margin \(margin?.moneyText ?? "") \(holds ? "below" : "not below") \(below.moneyText) \(currency)")
        }
        if let below = cell.marginRateBelow {
            let isKnown = margin != nil && deal.amount > .zero
            let holds = margin.map { $0.units * 100 * one < below.units * deal.amount.units } ?? true
            orUnknown(
                isKnown, holds, "margin", "margin of what it comes to \(holds ? "below" : "not below") \(below) %")
        }
        if let above = cell.amountAbove {
            let holds = deal.amount > above
            orUnknown(
                isComparable, holds, "amount in \(currency)",
                "amount \(deal.amount.moneyText) \(holds ? "above" : "not above") \(above.moneyText) \(currency)")
        }
        return found
    }
}

extension AuthorityStep {
    /// Whose signature it takes, in words.
    package var words: String {
        let whom =
            switch signer {
            case .manager: "manager"
            case .managers: "\(levels ?? 1) managers"
            case .role: role ?? ""
            case .person: logins.joined(separator: "+")
            }
        return "\(whom) (\(order.rawValue))"
    }
}
