import Contracts
import Domain
import Postgres
import ServiceKit

/// Brings every account home and tells the world what has changed.
struct MembershipResolution {
    /// A decision that led to it.
    struct Cause {
        let decisionId: String
        let by: String
        let reason: String?
        let envelope: Envelope
    }

    private let cluster: AccountCluster
    private let homes: [AccountKey: AccountKey]
    private let now: Timestamp
    /// The day of which the word of sales counts.
    private let day: CalendarDay

    /// Resolves everything that a change at some accounts may move.
    ///
    /// - Parameter day: the day of which the word of sales counts; today when not given.
    static func resolve(
        _ seeds: some Collection<AccountKey>, cause: Cause? = nil, on day: CalendarDay? = nil,
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !seeds.isEmpty else { return }
        let cluster = try AccountCluster.around(seeds, transaction)
        let resolution = MembershipResolution(
            cluster: cluster, homes: cluster.homes(), now: effects.now, day: day ?? effects.now.day())
        try resolution.carryOut(cause, transaction, &effects)
    }

    private func carryOut(
        _ cause: Cause?, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let told = try OwnershipReplica.standing(of: cluster.accounts.keys.sorted(), on: day, transaction)
        var parties: [String: [Account]] = [:]
        var moved: [Account] = []
        var retold: [Account] = []
        var changed: Set<String> = []
        for key in cluster.accounts.keys.sorted() {
            guard var account = cluster.accounts[key],
                let home = homes[key].flatMap({ cluster.accounts[$0]?.ownId })
            else { continue }
            let word = told[key].map { HomeWord(branch: $0.branch, salesOwner: $0.owner) }
            let isRetold = account.told != word
            account.told = word
            if account.customerId != home || account.homingRevision == 0 {
                changed.formUnion([account.customerId, home])
                account.customerId = home
                account.homingRevision += 1
                moved.append(account)
            } else if isRetold {
                retold.append(account)
            }
            parties[home, default: []].append(account)
        }
        let identifiers = Set(cluster.accounts.values.flatMap { [$0.ownId, $0.customerId] }).union(parties.keys)
        let before = try IdentityStore.customers(identifiers.sorted(), transaction)
        let names = try Self.names(of: cluster.accounts.keys.sorted(), transaction)
        let corrections = try CorrectionStore.standing(cluster.accounts.keys.sorted(), transaction)
        var after: [Customer] = []
        for account in cluster.accounts.values.sorted(by: { $0.key < $1.key }) {
            guard let home = homes[account.key].flatMap({ cluster.accounts[$0]?.ownId }) else { continue }
            let former = before[account.ownId]
            var customer = Customer(customerId: account.ownId, foundedAt: account.firstAt)
            customer.revision = former?.revision ?? 0
            customer.byRecord = former?.byRecord
            // A code that leaves a customer of whom sales has said something takes no owner along.
            let hasLeft = (parties[account.ownId] ?? []).contains { member in
                cluster.accounts[member.key].map { before[$0.customerId]?.byRecord != nil } ?? false
            }
            if hasLeft, customer.byRecord == nil { customer.byRecord = HomeWord() }
            if home == account.ownId {
                Self.describe(&customer, by: parties[home] ?? [], names, corrections)
            } else {
                // It keeps what it was called; only the party it belongs to is described anew.
                customer.name = former?.name ?? account.fact.name
                customer.branch = former?.branch ?? account.fact.branch
                customer.salesOwner = former?.salesOwner ?? account.fact.salesOwner
                customer.mergedInto = home
            }
            guard customer != former || changed.contains(account.ownId) else { continue }
            customer.revision += 1
            after.append(customer)
        }
        try publish(after, before, parties, cause, &effects)
        try IdentityStore.put(after, now: now, transaction)
        try IdentityStore.put(moved + retold, transaction)
        try IdentityStore.remember(moved, decisionId: cause?.decisionId, now: now, transaction)
    }

    /// What the accounts' names are, and how much each may be trusted.
    static func names(
        of keys: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [AccountKey: [IdentityValue]] {
        var names: [AccountKey: [IdentityValue]] = [:]
        for value in try IdentityStore.values(keys, field: .name, transaction)
        where value.fault == nil {
            names[value.key, default: []].append(value)
        }
        return names
    }

    /// What a party looks like. The name of a master record counts more than that of an order, a newer one more than an
    /// older; of the rest the newest word counts, and the oldest credit code. What somebody has corrected stands above that; and
    /// above all of it, of branch and owner, what sales says of any of its accounts, of several the newest.
    static func describe(
        _ customer: inout Customer, by accounts: [Account], _ names: [AccountKey: [IdentityValue]],
        _ corrections: [AccountKey: [Correction]]
    ) {
        let oldestFirst = accounts.sorted { ($0.fact.saidAt, $0.key) < ($1.fact.saidAt, $1.key) }
        for account in oldestFirst {
            if let name = account.fact.name, !name.isEmpty { customer.name = name }
            customer.branch = account.fact.branch ?? customer.branch
            customer.salesOwner = account.fact.salesOwner ?? customer.salesOwner
        }
        let said = accounts.flatMap { names[$0.key] ?? [] }
        customer.name =
            said.max {
                ($0.channel.rawValue, $0.lastAt, $0.value) < ($1.channel.rawValue, $1.lastAt, $1.value)
            }?.value ?? customer.name
        customer.creditCode =
            accounts.filter { $0.identityCode != nil }.min { ($0.firstAt, $0.key) < ($1.firstAt, $1.key) }?.identityCode
        CorrectionPolicy.correct(&customer, by: accounts.flatMap { corrections[$0.key] ?? [] })
        let told = oldestFirst.compactMap(\.told)
        // What was told once is said ever after, so that nobody keeps an owner whose days are over.
        guard !told.isEmpty || customer.byRecord != nil else { return }
        customer.byRecord = HomeWord(branch: customer.branch, salesOwner: customer.salesOwner)
        for word in told {
            customer.branch = word.branch ?? customer.branch
            customer.salesOwner = word.salesOwner ?? customer.salesOwner
        }
    }

    private func publish(
        _ changed: [Customer], _ before: [String: Customer], _ parties: [String: [Account]], _ cause: Cause?,
        _ effects: inout Effects
    ) throws {
        var merged: [String: [String]] = [:]
        var unmerged: [String: [String]] = [:]
        let revisions = Dictionary(changed.map { ($0.customerId, $0.revision) }) { first, _ in first }
        let current = Dictionary(
            cluster.accounts.values.compactMap { account in
                homes[account.key].flatMap { cluster.accounts[$0]?.ownId }.map { (account.ownId, $0) }
            }
        ) { first, _ in first }
        for customer in changed {
            let former = before[customer.customerId]
            for record in Self.records(customer, parties[customer.customerId] ?? [], at: now) {
                if former == nil {
                    effects.publish(CustomerRegistered(record), causedBy: cause?.envelope, key: customer.customerId)
                } else {
                    effects.publish(CustomerChanged(record), causedBy: cause?.envelope, key: customer.customerId)
                }
            }
            effects.count(former == nil ? "registered" : "changed")
            guard let former else { continue }
            if let home = customer.mergedInto, former.mergedInto == nil {
                merged[home, default: []].append(customer.customerId)
            } else if customer.mergedInto == nil, let home = former.mergedInto.map({ current[$0] ?? $0 }),
                home != customer.customerId
            {
                unmerged[home, default: []].append(customer.customerId)
            }
        }
        func union(_ customerId: String, _ others: [String]) -> CustomerUnion {
            CustomerUnion(
                customerId: customerId, revision: max(1, revisions[customerId] ?? before[customerId]?.revision ?? 1),
                others: Array(others.prefix(1_000)), decisionId: cause?.decisionId, by: cause?.by,
                reason: cause?.reason, at: now)
        }
        for (home, others) in merged.sorted(by: { $0.key < $1.key }) {
            effects.publish(CustomersMerged(union(home, others.sorted())), causedBy: cause?.envelope, key: home)
            effects.count("merged", others.count)
        }
        for (home, others) in unmerged.sorted(by: { $0.key < $1.key }) {
            effects.publish(CustomersUnmerged(union(home, others.sorted())), causedBy: cause?.envelope, key: home)
            effects.count("unmerged", others.count)
        }
    }

    /// The records that tell a customer; one holds a thousand accounts at most.
    private static func records(_ customer: Customer, _ accounts: [Account], at now: Timestamp) -> [CustomerRecord] {
        let homings = accounts.sorted { $0.key < $1.key }.map {
            AccountHoming(source: $0.key.source, code: $0.key.code, revision: $0.homingRevision)
        }
        let parts = stride(from: 0, to: max(1, homings.count), by: 1_000).map {
            Array(homings[$0..<min($0 + 1_000, homings.count)])
        }
        return parts.map {
            CustomerRecord(
                customerId: customer.customerId, revision: customer.revision, name: customer.name,
                creditCode: customer.creditCode, branch: customer.branch, salesOwner: customer.salesOwner,
                accounts: $0, mergedInto: customer.mergedInto,
                byRecord: customer.byRecord.map { RecordedHome(branch: $0.branch, salesOwner: $0.salesOwner) }, at: now)
        }
    }
}
