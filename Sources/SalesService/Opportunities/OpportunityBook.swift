import Contracts
import Domain
import Postgres
import ServiceKit

/// The opportunities that a batch is about, with everything that was ever said of them and what is said now.
struct OpportunityBook: Sendable {
    private var words: [OpportunityKey: [Int: OpportunityWord]]
    private var fresh: [OpportunityKey: [Int: Cause]] = [:]
    private var customers: [OpportunityKey: String] = [:]

    /// By what message something is said, when by one.
    private struct Cause {
        let envelope: Envelope?
    }

    /// - Parameter keys: the opportunities. Who writes them is alone from here on.
    init(_ keys: Set<OpportunityKey>, _ transaction: borrowing Transaction) throws {
        try OpportunityStore.lock(transaction)
        words = try OpportunityStore.words(of: keys, transaction)
    }

    /// What was said at a revision.
    func word(_ key: OpportunityKey, _ revision: Int) -> OpportunityWord? { words[key]?[revision] }

    /// How one stands.
    func standing(_ key: OpportunityKey) -> OpportunityTerms? {
        words[key]?.max { $0.key < $1.key }?.value.terms
    }

    /// Something is said that was not said before.
    ///
    /// - Parameters:
    ///   - principal: in whose stead it is said.
    ///   - customer: the customer, where no code names one.
    mutating func say(
        _ terms: OpportunityTerms, by login: String, for principal: String? = nil, of key: OpportunityKey,
        customer: String? = nil, at now: Timestamp, causedBy cause: Envelope?
    ) {
        words[key, default: [:]][terms.revision] = OpportunityWord(
            terms: terms, by: login, fingerprint: Content<String>(OpportunityRecorded(terms, by: login)).mark,
            keptAt: now, onBehalfOf: principal)
        fresh[key, default: [:]][terms.revision] = Cause(envelope: cause)
        if let customer { customers[key] = customer }
    }

    /// Writes what has changed, and tells it.
    func write(_ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        let keys = fresh.keys.sorted()
        guard !keys.isEmpty else { return }
        let before = try OpportunitySpanStore.spans(of: Set(keys), transaction)
        let lives = keys.map { (key: $0, life: OpportunityLife((words[$0] ?? [:]).values)) }
        var delta = FunnelDelta()
        for (key, life) in lives { delta.replace(before[key] ?? [], by: life.spans) }
        let rows = lives.compactMap { key, life -> OpportunityRow? in
            guard let last = life.changes.last, let since = life.stageSince else { return nil }
            return OpportunityRow(key: key, terms: last.word.terms, stageSince: since, customerId: customers[key])
        }
        try OpportunityStore.put(rows, transaction)
        try OpportunityStore.put(
            lives.flatMap { key, life in life.changes.map { (key: key, change: $0) } }, transaction)
        try OpportunitySpanStore.put(lives, transaction)
        try OpportunitySpanStore.add(delta, transaction)
        try tell(lives, transaction, &effects)
        try SuggestedLeads.look(at: Set(rows.compactMap(\.terms.leadId)), transaction, &effects)
        try OpportunityNotices.clear(
            lives.map { key, life in
                let former = (words[key] ?? [:]).filter { fresh[key]?[$0.key] == nil }.map(\.value)
                let cause = fresh[key].flatMap { $0.max { $0.key < $1.key }?.value.envelope }
                return (key, OpportunityLife(former), life, cause)
            }, transaction, &effects)
        effects.count("opportunity_changes", fresh.values.reduce(0) { $0 + $1.count })
    }

    /// Tells every revision that is higher than what was known; one that came late has been overtaken.
    private func tell(
        _ lives: [(key: OpportunityKey, life: OpportunityLife)], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        var told: [(key: OpportunityKey, change: OpportunityLife.Change, cause: Envelope?)] = []
        for (key, life) in lives {
            let causes = fresh[key] ?? [:]
            let known = life.changes.map(\.word.terms.revision).last { causes[$0] == nil } ?? 0
            for change in life.changes where change.word.terms.revision > known {
                if let cause = causes[change.word.terms.revision] { told.append((key, change, cause.envelope)) }
            }
        }
        func account(_ key: OpportunityKey, _ terms: OpportunityTerms) -> AccountKey? {
            terms.customer.map { AccountKey(source: $0.source ?? key.source, code: $0.code) }
        }
        let found = try LeadPartyStore.customers(
            of: Set(told.compactMap { account($0.key, $0.change.word.terms) }).sorted(), transaction)
        for one in told {
            effects.publish(
                OpportunityChanged(
                    one.change.word.terms, source: one.key.source,
                    customerId: account(one.key, one.change.word.terms).flatMap { found[$0] } ?? customers[one.key],
                    what: one.change.what,
                    by: one.change.word.by),
                causedBy: one.cause, key: "\(one.key)")
        }
    }
}
