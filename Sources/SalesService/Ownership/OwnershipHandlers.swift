import Contracts
import Domain
import Postgres
import ServiceKit

/// What is said of who looks after customers → kept, and worked out for those whom it concerns.
enum OwnershipHandlers {
    static func assigned(
        _ messages: [Received<OwnershipAssigned>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let known = try OwnershipStore.lock(Set(messages.map(\.assignment)), transaction)
        let people = try judges(messages, transaction)
        let taken = newest(
            of: messages, by: { $0.assignment }, revision: \.revision, known: known.mapValues(\.known), "assignment",
            refusing: { message in people.flatMap { OwnershipChecks.refusal(of: message.body, $0, message) } },
            &effects)
        try OwnershipStore.put(Array(taken.values), transaction)
        // One that is about another customer now concerns the former one, too.
        let former = taken.keys.compactMap { known[$0]?.account }
        try OwnershipSettlement.settle(
            Set(taken.values.map(\.message.account) + former), transaction, &effects)
        effects.count("assignments", taken.count)
    }

    static func handedOver(
        _ messages: [Received<OwnershipHandedOver>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let known = try OwnershipStore.lock(Set(messages.map(\.handover)), transaction)
        let people = try judges(messages, transaction)
        let taken = newest(
            of: messages, by: { $0.handover }, revision: \.revision, known: known.mapValues(\.known), "handover",
            refusing: { message in people.flatMap { OwnershipChecks.refusal(of: message.body, $0, message) } },
            &effects)
        guard !taken.isEmpty else { return }
        try OwnershipStore.put(Array(taken.values), transaction)
        let givers = try OwnershipLifeStore.givers(
            to: Set(taken.values.map(\.message.body.fromLogin) + taken.keys.compactMap { known[$0]?.fromLogin }),
            transaction)
        try OwnershipSettlement.settle(
            OwnershipLifeStore.accounts(concerning: givers, transaction), transaction, &effects)
        // What went along comes back when a handover is taken back, or is another one now.
        if let changed = taken.keys.filter({ known[$0] != nil }).min() {
            OwnershipSettlement.handOn(because: "\(changed.source)/\(changed.identifier)", &effects)
        }
        effects.count("handovers", taken.count)
    }

    /// What some messages say that is more than what is known: of each thing the highest revision. What cannot be is refused.
    private static func newest<Body: Message, Key: Hashable>(
        of messages: [Received<Body>], by key: (Received<Body>) -> Key, revision: (Body) -> Int,
        known: [Key: KnownRevision], _ what: String, refusing refusal: (Received<Body>) -> Refusal?,
        _ effects: inout Effects
    ) -> [Key: (message: Received<Body>, fingerprint: String)] {
        var current = known
        var taken: [Key: (message: Received<Body>, fingerprint: String)] = [:]
        for message in messages {
            if let refusal = refusal(message) {
                effects.refuse(message, refusal)
                continue
            }
            let (key, revision, content) = (key(message), revision(message.body), Content<String>(message.body))
            guard isNewer(message, revision: revision, content, than: current[key], what, &effects) else { continue }
            current[key] = KnownRevision(revision: revision, fingerprint: content.mark)
            taken[key] = (message, content.mark)
        }
        return taken
    }

    /// Whether a message says more than what is known; otherwise the same again is counted and anything else refused.
    private static func isNewer<Body>(
        _ message: Received<Body>, revision: Int, _ content: Content<String>, than before: KnownRevision?,
        _ what: String, _ effects: inout Effects
    ) -> Bool {
        guard let before, before.revision >= revision else { return true }
        if before.revision == revision, !content.isSame(as: before.fingerprint) {
            effects.refuse(
                message,
                Refusal(
                    .conflictingRevision, path: "$.revision",
                    "revision \(revision) of this \(what) came before with other content: raise the revision"))
        } else {
            effects.count("stale_\(what)s")
        }
        return false
    }

    /// Who belongs where, when any of some messages is a person's: what they mistype is told them.
    private static func judges<Body>(
        _ messages: [Received<Body>], _ transaction: borrowing Transaction
    ) throws -> LeaverRules? {
        guard messages.contains(where: { $0.principal != nil }) else { return nil }
        let known = try PeopleReplica.known(transaction)
        return known.isRecorded ? LeaverRules(known.book) : nil
    }

    // MARK: What others say

    static func registered(
        _ messages: [Received<CustomerRegistered>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try take(messages.map(\.body.record), transaction, &effects)
    }

    static func changed(
        _ messages: [Received<CustomerChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try take(messages.map(\.body.record), transaction, &effects)
    }

    private static func take(
        _ records: [CustomerRecord], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try OwnershipSettlement.settle(OwnershipStore.put(records, transaction), transaction, &effects)
    }

    /// Somebody joins, moves or leaves: what they look after, and what others act for because of them.
    static func people(
        _ messages: [Received<PersonChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let logins = Set(messages.map(\.body.life.login))
        let rules = LeaverRules(try PeopleReplica.known(transaction).book)
        let leavers = try OwnershipLifeStore.leavers(transaction).filter { rules.depends($0, on: logins) }
        try OwnershipSettlement.settle(
            OwnershipLifeStore.accounts(concerning: logins.union(leavers), transaction), transaction, &effects)
    }
}

/// Whether what people type can be: those whom it names are there. Pure.
enum OwnershipChecks {
    /// - Parameter message: who says so; what a system tells may come before its people are known.
    static func refusal(
        of body: OwnershipAssigned, _ people: LeaverRules, _ message: Received<OwnershipAssigned>
    ) -> Refusal? {
        guard message.principal != nil, body.withdrawn != true else { return nil }
        for (place, owner) in body.owners.enumerated() {
            let path = "$.owners[\(place)].login"
            if let refusal = refusal(of: owner.login, from: body.from, at: path, people) { return refusal }
        }
        return nil
    }

    /// - Parameter message: who says so; what a system tells may come before its people are known.
    static func refusal(
        of body: OwnershipHandedOver, _ people: LeaverRules, _ message: Received<OwnershipHandedOver>
    ) -> Refusal? {
        guard message.principal != nil, body.withdrawn != true else { return nil }
        return refusal(of: body.toLogin, from: body.from, at: "$.toLogin", people)
    }

    private static func refusal(
        of login: String, from day: CalendarDay, at path: String, _ people: LeaverRules
    ) -> Refusal? {
        guard people.knows(login) else {
            return Refusal(.notFound, path: path, "there is no person '\(login)'")
        }
        if let last = people.lastDay(of: login), last < day {
            return Refusal(.wrongState, path: path, "the last day of '\(login)' is \(last), before it begins")
        }
        return nil
    }
}
