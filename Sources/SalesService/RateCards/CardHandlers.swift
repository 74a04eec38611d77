import Contracts
import Domain
import Postgres
import ServiceKit

/// What is said of rate cards → their rules, all of an import or none of it.
enum CardHandlers {
    static func imported(
        _ messages: [Received<ImportRateCard>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try CardStore.lock(transaction)
        for message in messages {
            let body = message.body
            let source = message.envelope.source
            let audience = body.audience(from: source)
            if let refusal = mismatch(body, audience, try CardStore.card(body.card, transaction)) {
                effects.refuse(message, refusal)
                continue
            }
            let known = try CardStore.rules(
                of: body.card, side: body.side, audience: audience, items: Set(body.rules.map(\.serviceItem)),
                transaction)
            let change = CardPolicy.change(body, beside: known, today: effects.now.day())
            if let refusal = refusal(of: change.findings, among: body.rules.count) {
                effects.refuse(message, refusal)
                continue
            }
            // What ends makes room for what begins.
            try CardStore.end(change.ended, by: body.by, note: "'\(body.card)' takes its place", transaction)
            try CardStore.put(body, audience, customer: source, change.added, transaction)
            guard !change.added.isEmpty else {
                effects.count("repeated_rate_cards")
                continue
            }
            effects.count("rate_rules", change.added.count)
            effects.publish(
                RateCardChanged(
                    card: body.card, side: body.side, customer: body.customer, group: body.group,
                    added: change.added.count, ended: change.ended.count, at: body.at, by: body.by),
                causedBy: message.envelope, key: body.card)
        }
    }

    /// The refusal of a card that is known as another.
    static func mismatch(_ body: ImportRateCard, _ audience: CardAudience, _ known: StoredCard?) -> Refusal? {
        guard let known else { return nil }
        if known.side != body.side {
            return Refusal(
                .conflictingContent, path: "$.side", "the card '\(body.card)' is one to \(known.side.rawValue) by")
        }
        guard known.audience.hasSameBytes(as: audience.key) else {
            return Refusal(
                .conflictingContent, path: body.group == nil ? "$.customer" : "$.group",
                "the card '\(body.card)' is for \(known.audience == "*" ? "everybody" : known.audience)")
        }
        return nil
    }

    /// The first finding as a refusal, with how many more there are, and the next of them in words.
    private static func refusal(of findings: [CardFinding], among rules: Int) -> Refusal? {
        guard let first = findings.first else { return nil }
        let more = findings.dropFirst()
        guard !more.isEmpty else { return first.refusal }
        let next = more.prefix(5).map { "\($0.refusal.path): \($0.refusal.detail)" }.joined(separator: "; ")
        return Refusal(
            first.refusal.reason, path: first.refusal.path,
            "\(first.refusal.detail); \(findings.count) of \(rules) rules are wrong, and none is stored: \(next)")
    }

    static func ended(
        _ messages: [Received<EndCardRules>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try CardStore.lock(transaction)
        for message in messages {
            let body = message.body
            let known = try CardStore.rules(of: body.card, transaction)
            let ended: [StoredRule]
            do throws(Refusal) { ended = try CardPolicy.end(body, among: known, today: effects.now.day()) } catch {
                effects.refuse(message, error)
                continue
            }
            try CardStore.end(ended, by: body.by, note: body.note, transaction)
            guard !ended.isEmpty, let card = try CardStore.card(body.card, transaction) else { continue }
            effects.publish(
                RateCardChanged(
                    card: body.card, side: card.side, customer: card.customer, group: card.group, added: 0,
                    ended: ended.count, at: body.at, by: body.by),
                causedBy: message.envelope, key: body.card)
        }
    }

    static func grouped(
        _ messages: [Received<SetPriceGroup>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try CardStore.lock(transaction)
        for message in messages.sorted(by: { $0.body.at < $1.body.at }) {
            let isHeld: Bool
            do {
                try effects.checkHasCome(message.body.at, at: "$.at")
                isHeld = try CardStore.put(message.body, from: message.envelope.source, transaction)
            } catch let refusal as Refusal {
                effects.refuse(message, refusal)
                continue
            }
            guard isHeld else {
                effects.refuse(
                    message,
                    Refusal(
                        .contradictoryTimes, path: "$.at",
                        "who '\(message.body.group)' is was said later before: that holds"))
                continue
            }
            effects.count("price_groups")
        }
    }
}
