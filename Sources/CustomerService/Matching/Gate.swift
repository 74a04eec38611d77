import Contracts
import Domain
import PartyMatching
import Postgres
import ServiceKit

/// The one gate by which every customer comes in: what a source says of an account → what it can be found by → evidence
/// that it is somebody who is known already.
enum Gate {
    /// Takes in what is new.
    ///
    /// - Returns: the accounts about which something changed that tells who they are.
    static func take(
        _ news: [AccountFact], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws -> Set<AccountKey> {
        let keys = Set(news.map(\.key)).sorted()
        var accounts = try IdentityStore.accounts(keys, transaction)
        for fact in news.sorted(by: { ($0.saidAt, $0.key) < ($1.saidAt, $1.key) }) {
            if accounts[fact.key] == nil {
                var account = Account(fact)
                account.take(fact)
                accounts[fact.key] = account
            } else {
                accounts[fact.key]?.take(fact)
            }
        }
        let (changed, new) = try IdentityStore.say(values(of: news), transaction)
        effects.count("identity_values", new.count)
        let profiles = try profiles(changed.sorted(), transaction)
        for key in changed { accounts[key]?.identityCode = profiles[key]?.firstCode }
        let contradictions = try IdentityStore.report(
            new.sorted().compactMap { key in
                guard let account = accounts[key], let codes = profiles[key]?.codes, codes.count > 1 else { return nil }
                return (account, codes)
            }, now: effects.now, transaction)
        RaisedCustomers.tell(contradictions: contradictions, &effects)
        try IdentityStore.put(accounts.keys.sorted().compactMap { accounts[$0] }, transaction)
        let touched = try match(new.sorted(), profiles, transaction, &effects)
        return Set(keys).union(touched)
    }

    /// Compares accounts with whomever they may be, and keeps what speaks for it.
    ///
    /// - Returns: the accounts about which there is other evidence now.
    private static func match(
        _ keys: [AccountKey], _ known: [AccountKey: Profile], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws -> [AccountKey] {
        var scorer = PairScorer()
        var subjects: [AccountKey: PairScorer.Subject] = [:]
        for key in keys { subjects[key] = known[key].map { scorer.read($0.profile(key)) } }
        let crowded = try EvidenceStore.index(
            keys.flatMap { key in (subjects[key]?.keys ?? []).map { (key, $0) } }, transaction)
        let withdrawn = try EvidenceStore.withdraw(crowded: crowded, transaction)
        let candidates = try EvidenceStore.candidates(of: keys, transaction)
        let others = Set(candidates.values.flatMap { $0 }).subtracting(subjects.keys).sorted()
        for (key, profile) in try profiles(others, transaction) { subjects[key] = scorer.read(profile.profile(key)) }
        var edges: [String: FoundEdge] = [:]
        var compared = 0
        for key in keys {
            for other in candidates[key] ?? [] {
                let (first, second) = key < other ? (key, other) : (other, key)
                // Two of one batch find one another from both sides.
                if candidates[first]?.contains(second) ?? false, first != key { continue }
                guard let one = subjects[first], let two = subjects[second] else { continue }
                compared += 1
                let evidence = scorer.evidence(one, two)
                guard evidence.verdict != .different else { continue }
                let edge = FoundEdge(one: first, other: second, evidence: evidence)
                edges[edge.pairId] = edge
            }
        }
        effects.count("pairs_compared", compared)
        let sorted = edges.sorted { $0.key < $1.key }.map(\.value)
        effects.count("pairs_probable", sorted.count { $0.evidence.verdict == .probable })
        return try withdrawn + EvidenceStore.replace(of: keys, by: sorted, now: effects.now, transaction)
    }

    /// What is known of who an account is.
    struct Profile {
        var values: [IdentityValue] = []

        /// The valid credit code that was first given; of two at the same time the smaller one.
        var firstCode: String? {
            values.filter { $0.field == .creditCode && $0.fault == nil }
                .min { ($0.firstAt, $0.value) < ($1.firstAt, $1.value) }
                .flatMap { UnifiedSocialCreditCode($0.value)?.text }
        }

        /// The different valid credit codes that were ever given for it.
        var codes: [String] {
            Set(
                values.filter { $0.field == .creditCode && $0.fault == nil }
                    .compactMap { UnifiedSocialCreditCode($0.value)?.text }
            ).sorted()
        }

        /// What can be compared of it: what is no evidence is left out.
        func profile(_ key: AccountKey) -> PartyProfile {
            var fields: [PartyRecord.Field: [String]] = [:]
            for value in values where value.fault == nil {
                let field: PartyRecord.Field =
                    switch value.field {
                    case .name: .name
                    case .alias: .alias
                    case .creditCode: .creditCode
                    case .taxId: .taxId
                    case .phone: .phone
                    case .address: .address
                    case .bankAccount: .bankAccount
                    case .email: .email
                    }
                fields[field, default: []].append(value.value)
            }
            return PartyProfile(id: key.description, fields)
        }
    }

    /// What a fact alone says of who an account is.
    static func profile(of fact: AccountFact) -> Profile { Profile(values: values(of: [fact])) }

    static func profiles(
        _ keys: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [AccountKey: Profile] {
        var profiles: [AccountKey: Profile] = [:]
        for value in try IdentityStore.values(keys, transaction) {
            profiles[value.key, default: Profile()].values.append(value)
        }
        return profiles
    }

    /// The values of some facts, each once, with what is wrong with it.
    private static func values(of facts: [AccountFact]) -> [IdentityValue] {
        struct Name: Hashable {
            let key: AccountKey
            let field: IdentityField
            let value: String
        }
        var values: [Name: IdentityValue] = [:]
        for fact in facts {
            let at = fact.saidAt.microsecondsSinceEpoch
            for (field, value) in fact.identity {
                let name = Name(key: fact.key, field: field, value: value)
                let before = values[name]
                values[name] = IdentityValue(
                    key: fact.key, field: field, value: value,
                    channel: before?.channel == .reported ? .reported : fact.channel,
                    firstAt: min(before?.firstAt ?? at, at), lastAt: max(before?.lastAt ?? at, at),
                    fault: IdentityFault.of(field, value)?.rawValue)
            }
        }
        return values.values.sorted {
            ($0.key, $0.field.rawValue, $0.value) < ($1.key, $1.field.rawValue, $1.value)
        }
    }
}

/// Why a value is no evidence of who somebody is.
enum IdentityFault: String, Sendable, CaseIterable {
    /// A credit code whose check digits do not fit.
    case invalidCheckDigit = "invalid-check-digit"
    /// A name of which nothing is left without its legal form.
    case emptyName = "empty-name"

    static func of(_ field: IdentityField, _ value: String) -> IdentityFault? {
        switch field {
        case .creditCode: UnifiedSocialCreditCode(value) == nil ? .invalidCheckDigit : nil
        case .name, .alias: PartyName.isEmpty(value) ? .emptyName : nil
        case .taxId, .phone, .address, .bankAccount, .email: nil
        }
    }
}
