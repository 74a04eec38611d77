import Contracts
import ServiceKit

/// What a source says of an account.
struct AccountFact: Sendable, Equatable {
    let source: String
    let code: String
    var name: String?
    var creditCode: String?
    var branch: String?
    var salesOwner: String?
    var saidAt: Timestamp

    var key: AccountKey { AccountKey(source: source, code: code) }

    /// Takes over what a newer fact says, and keeps what it does not speak of.
    mutating func take(_ newer: AccountFact) {
        name = newer.name ?? name
        creditCode = newer.creditCode ?? creditCode
        branch = newer.branch ?? branch
        salesOwner = newer.salesOwner ?? salesOwner
        saidAt = newer.saidAt
    }
}

/// A code that a source gave.
struct AccountKey: Hashable, Comparable, Sendable {
    let source: String
    let code: String

    static func < (first: AccountKey, second: AccountKey) -> Bool {
        (first.source, first.code) < (second.source, second.code)
    }
}

/// An account with its home.
struct Account: Sendable, Equatable {
    var fact: AccountFact
    var customerId: String
    var homingRevision: Int
}

/// A customer.
struct Customer: Sendable, Equatable {
    let customerId: String
    var revision: Int
    let foundedAt: Timestamp
    var name: String?
    var creditCode: String?
    var branch: String?
    var salesOwner: String?
    var mergedInto: String?
}

/// A contradiction for a person to look at.
struct Contradiction: Sendable, Equatable {
    let customerId: String
    let account: AccountKey
    let codes: [String]
}

/// Which accounts are one customer. Pure: accounts and customers in, changed ones out.
///
/// Two accounts are one customer when both name the same valid credit code. Nothing is ever joined on a weaker sign
/// here, and nothing is taken apart on a contradiction: that goes to a person.
struct IdentityRegister {
    private(set) var accounts: [AccountKey: Account]
    private(set) var customers: [String: Customer]
    private(set) var changed: Set<String> = []
    private(set) var registered: Set<String> = []
    private(set) var contradictions: [Contradiction] = []
    private(set) var touched: Set<AccountKey> = []
    private let now: Timestamp

    init(accounts: [Account], customers: [Customer], now: Timestamp) {
        self.accounts = Dictionary(accounts.map { ($0.fact.key, $0) }) { first, _ in first }
        self.customers = Dictionary(customers.map { ($0.customerId, $0) }) { first, _ in first }
        self.now = now
    }

    /// Takes what sources say, in the order of time.
    mutating func take(_ facts: [AccountFact]) {
        for fact in facts.sorted(by: { ($0.saidAt, $0.key) < ($1.saidAt, $1.key) }) { take(fact) }
    }

    /// Whether a fact says anything that is not known.
    static func isNews(_ fact: AccountFact, for account: AccountFact?) -> Bool {
        guard let account else { return true }
        var after = account
        if fact.saidAt >= account.saidAt {
            after.take(fact)
            after.saidAt = account.saidAt
        } else {
            after.name = account.name ?? fact.name
            after.creditCode = account.creditCode ?? fact.creditCode
            after.branch = account.branch ?? fact.branch
            after.salesOwner = account.salesOwner ?? fact.salesOwner
        }
        return after != account
    }

    private mutating func take(_ fact: AccountFact) {
        let key = fact.key
        guard Self.isNews(fact, for: accounts[key]?.fact) else { return }
        touched.insert(key)
        if var account = accounts[key] {
            if fact.saidAt >= account.fact.saidAt {
                account.fact.take(fact)
            } else {
                // What comes late only fills gaps.
                var older = fact
                older.take(account.fact)
                account.fact = older
            }
            accounts[key] = account
        } else {
            let customerId = AccountIdentifier.customer(source: fact.source, code: fact.code)
            accounts[key] = Account(fact: fact, customerId: customerId, homingRevision: 1)
            if customers[customerId] == nil {
                customers[customerId] = Customer(customerId: customerId, revision: 0, foundedAt: now)
                registered.insert(customerId)
            }
        }
        home(key)
        if let customerId = accounts[key]?.customerId { refresh(customerId) }
    }

    /// Brings an account home to the customer that has its credit code.
    private mutating func home(_ key: AccountKey) {
        guard let account = accounts[key], let written = account.fact.creditCode,
            let code = UnifiedSocialCreditCode(written)?.text, let customer = customers[account.customerId]
        else { return }
        if customer.creditCode == code { return }
        let owner = customers.values.first { $0.creditCode == code && $0.mergedInto == nil }
        if let own = customer.creditCode {
            contradictions.append(
                Contradiction(customerId: customer.customerId, account: key, codes: [own, code].sorted()))
        } else if let owner {
            // The older one stays; of two that are equally old, the one whose identifier sorts first.
            let isOwnerOlder =
                (owner.foundedAt, owner.customerId) < (customer.foundedAt, customer.customerId)
            merge(
                isOwnerOlder ? customer.customerId : owner.customerId,
                into: isOwnerOlder ? owner.customerId : customer.customerId, code)
        } else {
            customers[customer.customerId]?.creditCode = code
            changed.insert(customer.customerId)
        }
    }

    private mutating func merge(_ absorbed: String, into survivor: String, _ code: String) {
        for (key, account) in accounts where account.customerId == absorbed {
            accounts[key]?.customerId = survivor
            accounts[key]?.homingRevision = account.homingRevision + 1
            touched.insert(key)
        }
        customers[absorbed]?.creditCode = nil
        customers[absorbed]?.mergedInto = survivor
        customers[survivor]?.creditCode = code
        changed.formUnion([absorbed, survivor])
        refresh(survivor)
    }

    /// Works out what a customer looks like from what its accounts say: the newest word wins.
    private mutating func refresh(_ customerId: String) {
        guard let before = customers[customerId] else { return }
        var after = before
        let facts = accounts.values.filter { $0.customerId == customerId }.map(\.fact)
            .sorted { ($0.saidAt, $0.key) < ($1.saidAt, $1.key) }
        for fact in facts {
            if let name = fact.name, !name.isEmpty { after.name = name }
            after.branch = fact.branch ?? after.branch
            after.salesOwner = fact.salesOwner ?? after.salesOwner
        }
        customers[customerId] = after
        if after != before || registered.contains(customerId) { changed.insert(customerId) }
    }

    /// Counts a customer's change and makes the record that tells it.
    mutating func record(_ customerId: String) -> CustomerRecord? {
        guard let customer = customers[customerId] else { return nil }
        customers[customerId]?.revision += 1
        let homings = accounts.filter { $0.value.customerId == customerId }.sorted { $0.key < $1.key }.map {
            AccountHoming(source: $0.key.source, code: $0.key.code, revision: $0.value.homingRevision)
        }
        return CustomerRecord(
            customerId: customerId, revision: customer.revision + 1, name: customer.name,
            creditCode: customer.creditCode, branch: customer.branch, salesOwner: customer.salesOwner,
            accounts: homings, mergedInto: customer.mergedInto, at: now)
    }
}
