import Contracts
import Domain
import PartyMatching
import Postgres
import ServiceKit

/// What would become of customers of an old system's file: the gate's own answer, without coming in.
enum CustomerPreviewQuery {
    static func customers(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        var preview = try Preview(arguments, CustomerReported.self)
        let facts = preview.bodies.map { IdentityHandlers.fact($0.body, source: preview.source, at: preview.saidAt) }
        let keys = Set(facts.map(\.key)).sorted()
        let known = try IdentityStore.accounts(keys, transaction)
        let said = try Gate.profiles(keys.filter { known[$0] != nil }, transaction)
        let settled = try AccountHome.settle(facts, known) { try ValueFactStore.words(of: $0, transaction) }
        var strangers: [(place: Int, fact: AccountFact)] = []
        for ((place, _), fact) in zip(preview.bodies, settled) {
            guard let account = known[fact.key] else {
                strangers.append((place, fact))
                continue
            }
            preview.tell(
                place, isKnown(fact, account, said[fact.key]) ? .same : .changed, party: account.customerId,
                name: account.fact.name)
        }
        // Whoever waits until lines have landed asks again and again.
        let alike = arguments.flag("known") ? [:] : try self.alike(strangers.map(\.fact), transaction)
        for (place, fact) in strangers {
            guard let found = alike[fact.key] else {
                preview.tell(place, .new)
                continue
            }
            preview.tell(
                place, found.evidence.verdict == .same ? .joins : .probable, party: found.account.customerId,
                name: found.account.fact.name, probability: ExplainQuery.probability(found.evidence.probability))
        }
        return try preview.tables()
    }

    /// Whether a master record says nothing that is not known. An older one than the newest word changes nothing but what
    /// was ever said.
    private static func isKnown(_ fact: AccountFact, _ account: Account, _ profile: Gate.Profile?) -> Bool {
        guard fact.saidAt < account.fact.saidAt else { return !account.isNews(fact) }
        let values = profile?.values.filter { $0.channel == .reported } ?? []
        return fact.identity.allSatisfy { said in values.contains { $0.field == said.field && $0.value == said.value } }
    }

    private struct Likeness {
        let evidence: PairEvidence
        let account: Account
    }

    /// The known account that each of some unknown ones is most like, as far as it may be the same party.
    private static func alike(
        _ facts: [AccountFact], _ transaction: borrowing Transaction
    ) throws -> [AccountKey: Likeness] {
        guard !facts.isEmpty else { return [:] }
        var scorer = PairScorer()
        var subjects: [AccountKey: PairScorer.Subject] = [:]
        var found: [AccountKey: Set<AccountKey>] = [:]
        for fact in facts { subjects[fact.key] = scorer.read(Gate.profile(of: fact).profile(fact.key)) }
        let keyed = facts.flatMap { fact in (subjects[fact.key]?.keys ?? []).map { (fact.key, $0) } }
        for (key, other) in try EvidenceStore.sharing(keyed, transaction) { found[key, default: []].insert(other) }
        // A valid credit code decides, whatever the blocks say.
        let codes = facts.compactMap { fact in
            fact.creditCode.flatMap { UnifiedSocialCreditCode($0)?.text }.map { (fact.key, $0) }
        }
        for (key, other) in try IdentityStore.holding(codes, transaction) { found[key, default: []].insert(other) }
        let others = Set(found.values.flatMap { $0 }).sorted()
        let accounts = try IdentityStore.accounts(others, transaction)
        var candidates: [AccountKey: PairScorer.Subject] = [:]
        for (key, profile) in try Gate.profiles(others, transaction) {
            candidates[key] = scorer.read(profile.profile(key))
        }
        var best: [AccountKey: Likeness] = [:]
        for fact in facts {
            guard let one = subjects[fact.key] else { continue }
            for other in (found[fact.key] ?? []).sorted() {
                guard let two = candidates[other], let account = accounts[other] else { continue }
                let evidence = scorer.evidence(one, two)
                guard evidence.verdict != .different,
                    best[fact.key].map({ $0.evidence.probability < evidence.probability }) ?? true
                else { continue }
                best[fact.key] = Likeness(evidence: evidence, account: account)
            }
        }
        return best
    }
}
