import Contracts
import Domain
import Pricing

/// What is wrong with a rule that shall be stored.
struct CardFinding: Sendable {
    /// Its place among the rules.
    let place: Int
    let refusal: Refusal
}

/// What becomes of an import: the rules that are new, those that end by it, and what is wrong with it.
struct CardChange: Sendable {
    var added: [CardRule] = []
    var ended: [StoredRule] = []
    var findings: [CardFinding] = []
}

/// Which rules may be stored beside which. Pure.
enum CardPolicy {
    /// What an import comes to beside the rules that there are. One that finds anything changes nothing.
    ///
    /// - Parameters:
    ///   - body: the import.
    ///   - known: the rules of that card, and those of the same side and audience for the same items.
    ///   - today: no rule ends on a day before this one, whatever day the import says of itself.
    static func change(_ body: ImportRateCard, beside known: [StoredRule], today: CalendarDay) -> CardChange {
        var change = CardChange()
        let own = Dictionary(known.filter { $0.card.hasSameBytes(as: body.card) }.map { ($0.rule.rule, $0) }) {
            first, _ in first
        }
        var lanes = Dictionary(grouping: known, by: \.rule.lane)
        for (place, rule) in body.rules.enumerated() {
            do throws(Refusal) {
                if let before = own[rule.rule] {
                    guard before.rule.encode() == rule.encode() else {
                        throw Refusal(
                            .conflictingContent, path: "$.rules[\(place)].rule",
                            "the rule '\(rule.rule)' of this card is known with other content: a rule is never changed, it ends"
                        )
                    }
                    continue
                }
                try check(rule, at: place)
                let ended = try makeRoom(for: rule, at: place, body, max(body.at.day(), today), &lanes)
                // What one rule of the import has shortened, the next may shorten further: its end is said once.
                change.ended.removeAll { old in ended.contains { $0.isSame(as: old) } }
                change.ended += ended
                change.added.append(rule)
                lanes[rule.lane, default: []].append(StoredRule(card: body.card, rule: rule))
            } catch {
                change.findings.append(CardFinding(place: place, refusal: error))
            }
        }
        return change
    }

    /// Refuses a rule that nothing could be priced by, and breaks that leave a gap or overlap.
    private static func check(_ rule: CardRule, at place: Int) throws(Refusal) {
        let made: RateRule
        do { made = try rule.rateRule(named: rule.rule, until: rule.validUntil) } catch {
            throw Refusal(Reason(rawValue: error.reason) ?? .valueNotAllowed, path: "$.rules[\(place)]", error.detail)
        }
        guard made.method.hasBreaks else { return }
        for (before, part) in zip(made.breaks, made.breaks.dropFirst()) {
            guard let end = before.to, end == part.from else {
                let what = before.to.map { $0 < part.from } ?? false ? "leaves a gap after" : "begins within"
                throw Refusal(
                    .valueNotAllowed, path: "$.rules[\(place)].breaks",
                    "the break from \(part.from) \(what) the one from \(before.from)")
            }
        }
    }

    /// Ends what a rule takes the place of, or refuses it.
    private static func makeRoom(
        for rule: CardRule, at place: Int, _ body: ImportRateCard, _ today: CalendarDay,
        _ lanes: inout [String: [StoredRule]]
    ) throws(Refusal) -> [StoredRule] {
        let others = lanes[rule.lane] ?? []
        let meeting = others.indices.filter { others[$0].holds(from: rule.validFrom, until: rule.validUntil) }
        var (after, ended) = (others, [StoredRule]())
        for index in meeting {
            var other = others[index]
            // A card takes the place of others, never of itself: a large one comes in parts, of which none knows the next.
            let isOwn = other.card.hasSameBytes(as: body.card)
            guard body.replaces ?? false, !isOwn, let first = rule.validFrom,
                other.rule.validFrom.map({ $0 < first }) ?? true
            else {
                let from = other.rule.validFrom?.description ?? "ever"
                throw Refusal(
                    .conflictingContent, path: "$.rules[\(place)]",
                    "the rule '\(other.rule.rule)' of the card '\(other.card)' is for the same, from \(from) until "
                        + "\(other.lastDay?.description ?? "further notice")")
            }
            guard first >= today else {
                throw Refusal(
                    .contradictoryTimes, path: "$.rules[\(place)].validFrom",
                    "the rule '\(other.rule.rule)' of the card '\(other.card)' would end on a day that is over: what was "
                        + "priced by it stays so")
            }
            other.endsOn = first.adding(days: -1)
            after[index] = other
            ended.append(other)
        }
        lanes[rule.lane] = after
        return ended
    }

    /// The rules of a card that end by a command.
    ///
    /// - Parameters:
    ///   - body: the command.
    ///   - known: the rules of the card.
    ///   - today: no rule ends before the day before this one, whatever day the command says of itself.
    static func end(
        _ body: EndCardRules, among known: [StoredRule], today: CalendarDay
    ) throws(Refusal) -> [StoredRule] {
        guard !known.isEmpty else {
            throw Refusal(.notFound, path: "$.card", "there is no card '\(body.card)'")
        }
        guard body.lastDay >= max(body.at.day(), today).adding(days: -1) else {
            throw Refusal(
                .contradictoryTimes, path: "$.lastDay",
                "that day is over: what was priced by the card on days since stays so")
        }
        let names = Dictionary(known.map { ($0.rule.rule, $0) }) { first, _ in first }
        var ended: [StoredRule] = []
        for (place, name) in body.rules.enumerated() where names[name] == nil {
            throw Refusal(.notFound, path: "$.rules[\(place)]", "the card '\(body.card)' has no rule '\(name)'")
        }
        for var rule in body.rules.isEmpty ? known : body.rules.compactMap({ names[$0] }) {
            // What ends earlier by itself stays as it is.
            if let last = rule.lastDay, last <= body.lastDay { continue }
            rule.endsOn = body.lastDay
            ended.append(rule)
        }
        return ended
    }
}

/// A price by stored cards, with how it came about.
struct CardPrice: Sendable {
    let outcome: Pricing
    /// Whose card it was; nil when none had a rule.
    let audience: CardAudience?
    let steps: [String]
}

/// Prices by stored cards: those of the customer, then those of its groups, then those of everybody. Pure.
enum CardPricing {
    /// The price of something.
    ///
    /// - Parameters:
    ///   - shipment: what is priced.
    ///   - levels: the rules by whom they are for, the nearest first.
    static func price(_ shipment: Shipment, by levels: [(audience: CardAudience, rules: [StoredRule])]) -> CardPrice {
        var steps: [String] = []
        var isInAnotherUnit = false
        for (audience, rules) in levels where !rules.isEmpty {
            let (outcome, said) = RateCard(rules.compactMap { try? $0.rateRule() }).explain(shipment)
            steps += said.map { "\(audience.level): \($0)" }
            if case .unpriced(let reason, _) = outcome, reason == .noRule || reason == .unknownUnit {
                isInAnotherUnit = isInAnotherUnit || reason == .unknownUnit
                continue
            }
            return CardPrice(outcome: outcome, audience: audience, steps: steps)
        }
        if steps.isEmpty { steps = ["no card has a rule for '\(shipment.serviceItem)'"] }
        return CardPrice(
            outcome: .unpriced(isInAnotherUnit ? .unknownUnit : .noRule, rule: nil), audience: nil, steps: steps)
    }
}
