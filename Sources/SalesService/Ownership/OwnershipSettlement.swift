import Contracts
import Domain
import Postgres
import ServiceKit

/// Works out who looks after accounts, from everything that is said, and gives what is open to them.
enum OwnershipSettlement {
    /// How many accounts are worked out at once.
    static let accountsAtOnce = 500

    /// Works some accounts out anew.
    ///
    /// - Returns: those that had an owner on some day and have another one now.
    @discardableResult
    static func settle(
        _ accounts: Set<AccountKey>, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws -> Set<AccountKey> {
        guard !accounts.isEmpty else { return [] }
        let sorted = accounts.sorted()
        // What is said meanwhile by another copy is waited for: whoever is second sees both.
        try KeyLock.lock("ownership", sorted, transaction)
        let rules = OwnershipRules(LeaverRules(try PeopleReplica.known(transaction).book))
        var moved: Set<AccountKey> = []
        for start in stride(from: 0, to: sorted.count, by: accountsAtOnce) {
            let some = Array(sorted[start..<min(start + accountsAtOnce, sorted.count)])
            let said = try OwnershipLifeStore.facts(of: some, transaction)
            let before = try OwnershipLifeStore.lives(of: some, transaction)
            var now: [BusinessKey: [OwnershipStretch]] = [:]
            for (account, facts) in said {
                for (line, life) in rules.lives(facts) {
                    now[BusinessKey(source: account.source, code: account.code, businessLine: line)] = life
                }
            }
            var changed: [BusinessKey: [OwnershipStretch]] = [:]
            for key in Set(now.keys).union(before.keys) where now[key] != before[key] { changed[key] = now[key] ?? [] }
            guard !changed.isEmpty else { continue }
            try OwnershipLifeStore.put(changed, transaction)
            try tell(changed, before, transaction, &effects)
            try OpenItemStore.settle(
                of: Set(changed.keys.map(\.account)).sorted(), on: effects.now.day(), transaction)
            let handed = changed.keys.filter { OwnershipRules.handsOver(changed[$0] ?? [], after: before[$0] ?? []) }
            if let first = handed.min() {
                handOn(
                    because: AccountIdentifier.customer(source: first.account.source, code: first.account.code),
                    &effects)
            }
            moved.formUnion(changed.keys.filter { before[$0] != nil }.map(\.account))
            effects.count("ownership_changes", changed.count)
        }
        return moved
    }

    /// Tells other services what is not to be had from orders and records. What is told once is told again when it is no
    /// longer so.
    private static func tell(
        _ lives: [BusinessKey: [OwnershipStretch]], _ before: [BusinessKey: [OwnershipStretch]],
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let concerned = lives.filter { key, life in
            (life + (before[key] ?? [])).contains(where: OwnershipMessage.isTold)
        }
        guard !concerned.isEmpty else { return }
        let told = try OwnershipLifeStore.told(Array(concerned.keys), transaction)
        var news: [BusinessKey: KnownRevision] = [:]
        for (key, life) in concerned.sorted(by: { $0.key < $1.key }) {
            let former = told[key]
            let periods = OwnershipMessage.periods(life)
            let content = OwnershipMessage.content(periods)
            guard content != former?.fingerprint, former != nil || !periods.told.isEmpty else { continue }
            let revision = (former?.revision ?? 0) + 1
            news[key] = KnownRevision(revision: revision, fingerprint: content)
            let event = OwnershipChanged(
                source: key.source, code: key.code,
                businessLine: key.businessLine == OwnershipRules.everyLine ? nil : key.businessLine,
                revision: revision, periods: periods.told, since: periods.since, changedAt: effects.now)
            effects.publish(event, key: AccountIdentifier.customer(source: key.source, code: key.code))
            RaisedOwners.tell(event, hasTold: former != nil, &effects)
        }
        try OwnershipLifeStore.putTold(news, transaction)
    }

    /// Has what goes along with customers, or comes back, looked for, under a key that no other transaction writes: whoever places
    /// an order waits for no such search of another one.
    ///
    /// - Parameter cause: the customer or the handover because of which.
    static func handOn(because cause: String, _ effects: inout Effects) {
        for task in handOnTasks { effects.schedule(task, key: "\(cause)@\(effects.now)", at: effects.now) }
    }

    // MARK: Tasks

    /// A day begins: what is open goes to who looks after its customer from now on.
    static func turn(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let due = items.last?.due else { return }
        let day = due.day().adding(days: 1)
        try OpenItemStore.settle(on: day, transaction)
    }

    /// The tasks by which what somebody works on goes along with customers that are handed over, each in a transaction of its own:
    /// whoever writes opportunities does it alone, and nobody who places an order waits for that.
    static let handOnTasks = [LeadTasks.handOnTask, OpportunityPassing.handOnTask, QuotePassing.handOnTask]

    /// The name of the task that looks at accounts once more.
    static let lookTask = "ownership.look"
    /// The name of the task that works out what was there before ownership was kept.
    static let fillTask = "ownership.fill"

    /// Has accounts looked at once more a little later: two orders of one account that are handled at one moment by two
    /// copies do not see one another.
    static func lookAgain(at accounts: Set<AccountKey>, _ effects: inout Effects) {
        for account in accounts.sorted() {
            effects.schedule(
                lookTask, key: AccountIdentifier.customer(source: account.source, code: account.code),
                at: effects.now.adding(seconds: 60), payload: payload(account))
        }
    }

    static func look(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try rework(items.compactMap { account(ofPayload: $0.payload) }, transaction, &effects)
    }

    /// Works out accounts that were there before, a part at a time; each part schedules the next.
    static func fill(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let item = items.last else { return }
        let last = account(ofPayload: item.payload) ?? AccountKey(source: "", code: "")
        let accounts = try OwnershipLifeStore.accounts(after: last, limit: accountsAtOnce, transaction)
        try rework(accounts, transaction, &effects)
        guard accounts.count == accountsAtOnce, let next = accounts.last else { return }
        effects.schedule(fillTask, key: "", at: effects.now, payload: payload(next))
    }

    private static func rework(
        _ accounts: [AccountKey], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !accounts.isEmpty else { return }
        try OwnershipOrderStore.rebuild(
            OwnershipOrderStore.lines(of: accounts, transaction).map { ($0, nil) }, transaction)
        try settle(Set(accounts), transaction, &effects)
    }

    // No identifier holds a control character.

    private static func payload(_ account: AccountKey) -> String { "\(account.source)\n\(account.code)" }

    private static func account(ofPayload text: String) -> AccountKey? {
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
        return parts.count == 2 ? AccountKey(source: String(parts[0]), code: String(parts[1])) : nil
    }
}
