import Contracts
import Domain
import Postgres
import ServiceKit

/// What people decide about who is who.
///
/// A party's identifier names the account it came from, now and for ever; what is decided of a party is kept as what is
/// decided of that account. So a decision can always be undone, and nothing has to be found again.
enum DecisionHandlers {
    static func merge(
        _ messages: [Received<MergeParties>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try each(messages, transaction, &effects) { message, transaction, now in
            let command = message.body
            let parties = try named(command.parties, expected: command.expected, transaction)
            var seen: [String: String] = [:]
            for id in command.parties {
                guard let current = parties[id]?.current else { continue }
                if let other = seen[current] {
                    throw Refusal(
                        .wrongState, path: "$.parties",
                        "'\(id)' and '\(other)' are one party already: 'waybill parties show \(id)'")
                }
                seen[current] = id
            }
            try checkCodes(Array(seen.keys), transaction)
            let accounts = command.parties.compactMap { parties[$0]?.account }
            var decision = self.decision(.merge, command.parties, command.by, command.reason, message.envelope, now)
            for (place, account) in accounts.enumerated() {
                for other in accounts.dropFirst(place + 1) { decision.links.append((true, account, other)) }
            }
            return decision
        }
    }

    static func unmerge(
        _ messages: [Received<UnmergeParties>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try each(messages, transaction, &effects) { message, transaction, now in
            let command = message.body
            let parties = try named(command.parties, expected: command.expected, transaction)
            let current = Set(parties.values.map(\.current))
            guard current.count == 1, let whole = current.first else {
                throw Refusal(
                    .wrongState, path: "$.parties", "these belong to \(current.count) parties: name those of one")
            }
            guard parties[whole] == nil else {
                throw Refusal(
                    .wrongState, path: "$.parties",
                    "'\(whole)' is not merged into another party: name what shall leave it, as "
                        + "'waybill parties show \(whole)' lists them")
            }
            let leaving = command.parties.compactMap { parties[$0]?.account }
            let cluster = try AccountCluster.around(leaving, transaction)
            let group = cluster.accounts.values.filter { $0.customerId == whole }.map(\.key)
            // What came with them leaves with them: whoever would stand with them had nobody ever merged them.
            let before = cluster.homes(without: try DecisionStore.merges(naming: command.parties, transaction))
            let sides = Set(leaving.compactMap { before[$0] })
            var side = Set(group.filter { before[$0].map(sides.contains) ?? false })
            if side.count == group.count { side = Set(leaving) }
            var decision = self.decision(.unmerge, command.parties, command.by, command.reason, message.envelope, now)
            for (place, account) in leaving.enumerated() {
                for other in leaving.dropFirst(place + 1) { decision.links.append((true, account, other)) }
                for other in group where !side.contains(other) { decision.links.append((false, account, other)) }
            }
            return decision
        }
    }

    static func decide(
        _ messages: [Received<DecideReview>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try each(messages, transaction, &effects) { message, transaction, now in
            let command = message.body
            guard let pair = try DecisionStore.pair(command.reviewId, transaction) else {
                throw Refusal(
                    .notFound, path: "$.reviewId",
                    "there is no review '\(command.reviewId)': 'waybill parties review list' shows those there are")
            }
            if let taken = try DecisionStore.verdict(on: command.reviewId, transaction), taken.kind != .later {
                throw Refusal(
                    .wrongState, path: "$.reviewId",
                    "it was decided as '\(taken.kind.rawValue)': 'waybill parties review undo \(command.reviewId)' first"
                )
            }
            let kind: IdentityDecision =
                switch command.verdict {
                case .same: .same
                case .different: .different
                case .later: .later
                }
            let parties = try DecisionStore.parties(pair.parties, transaction)
            if kind == .same { try checkCodes(Set(parties.values.map(\.current)).sorted(), transaction) }
            var decision = self.decision(kind, pair.parties, command.by, command.note, message.envelope, now)
            decision.pairId = command.reviewId
            if kind != .later { decision.links = [(kind == .same, pair.one, pair.other)] }
            return decision
        }
    }

    static func undo(
        _ messages: [Received<UndoDecision>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !messages.isEmpty else { return }
        try IdentityStore.lock(transaction)
        for message in messages {
            let command = message.body
            do {
                guard let taken = try DecisionStore.find(command.decisionId, transaction) else {
                    throw Refusal(
                        .notFound, path: "$.decisionId",
                        "there is no decision '\(command.decisionId)': 'waybill parties history' shows a party's")
                }
                if let by = taken.undoneBy {
                    throw Refusal(.wrongState, path: "$.decisionId", "\(by) has undone it already")
                }
                try DecisionStore.undo(
                    command.decisionId, by: command.by, for: message.onBehalfOf, reason: command.reason,
                    now: effects.now, transaction)
                effects.publish(
                    IdentityDecided(
                        decisionId: identifier(message.envelope), decision: .undo, parties: taken.parties,
                        reviewId: taken.pairId, undoes: command.decisionId, reason: command.reason, by: command.by,
                        at: effects.now), causedBy: message.envelope, key: taken.parties.first)
                try MembershipResolution.resolve(
                    taken.accounts,
                    cause: MembershipResolution.Cause(
                        decisionId: command.decisionId, by: command.by, reason: command.reason,
                        envelope: message.envelope), transaction, &effects)
                effects.count("decisions")
            } catch let refusal as Refusal {
                effects.refuse(message, refusal)
            }
        }
    }

    /// Takes decisions one by one: each sees what the one before it did.
    private static func each<Body>(
        _ messages: [Received<Body>], _ transaction: borrowing Transaction, _ effects: inout Effects,
        _ decide: (Received<Body>, borrowing Transaction, Timestamp) throws -> Decision
    ) throws {
        guard !messages.isEmpty else { return }
        try IdentityStore.lock(transaction)
        for message in messages {
            do {
                // Everything that may refuse it comes before the first row is written.
                let decision = try decide(message, transaction, effects.now)
                try DecisionStore.put(decision, for: message.onBehalfOf, now: effects.now, transaction)
                effects.publish(
                    IdentityDecided(
                        decisionId: decision.decisionId, decision: decision.kind, parties: decision.parties,
                        reviewId: decision.pairId, reason: decision.reason, by: decision.by, at: effects.now),
                    causedBy: message.envelope, key: decision.parties.first)
                try MembershipResolution.resolve(
                    Set(decision.links.flatMap { [$0.one, $0.other] }),
                    cause: MembershipResolution.Cause(
                        decisionId: decision.decisionId, by: decision.by, reason: decision.reason,
                        envelope: message.envelope), transaction, &effects)
                effects.count("decisions")
            } catch let refusal as Refusal {
                effects.refuse(message, refusal)
            }
        }
    }

    /// The named parties; all must be there, and stand as they were seen.
    private static func named(
        _ ids: [String], expected: [PartyRevision], _ transaction: borrowing Transaction
    ) throws -> [String: (account: AccountKey, current: String, revision: Int)] {
        let all = Set(ids).union(expected.map(\.customerId)).sorted()
        let parties = try DecisionStore.parties(all, transaction)
        for id in all where parties[id] == nil {
            throw Refusal(
                .notFound, path: "$.parties", "there is no party '\(id)': 'waybill parties search' finds them by name")
        }
        for expectation in expected where parties[expectation.customerId]?.revision != expectation.revision {
            throw Refusal(
                .staleRevision, path: "$.expected",
                "'\(expectation.customerId)' has revision \(parties[expectation.customerId]?.revision ?? 0), not "
                    + "\(expectation.revision): look at it again and decide anew")
        }
        return parties.filter { ids.contains($0.key) }
    }

    /// Two valid credit codes are two companies, whoever says otherwise.
    static func checkCodes(_ parties: [String], _ transaction: borrowing Transaction) throws {
        let codes = Set(try IdentityStore.customers(parties, transaction).values.compactMap(\.creditCode))
        guard codes.count > 1 else { return }
        throw Refusal(
            .contradictoryIdentifiers, path: "$.parties",
            "they have different valid credit codes (\(codes.sorted().joined(separator: ", "))): two companies, which "
                + "may be related, but are not one")
    }

    private static func decision(
        _ kind: IdentityDecision, _ parties: [String], _ by: String, _ reason: String?, _ envelope: Envelope,
        _ now: Timestamp
    ) -> Decision {
        Decision(
            decisionId: identifier(envelope), kind: kind, parties: parties, by: by, reason: reason,
            decidedAt: (envelope.time ?? now).microsecondsSinceEpoch)
    }

    /// A decision is named after the command that it came by.
    private static func identifier(_ envelope: Envelope) -> String {
        StableIdentifier.of("decision", envelope.source, envelope.id)
    }
}
