import Contracts
import Domain
import ServiceKit

/// An account with its home.
struct Account: Sendable, Equatable {
    /// What its source last said of it.
    var fact: AccountFact
    var customerId: String
    /// Counts the customers it has belonged to.
    var homingRevision: Int
    /// When it was first spoken of.
    var firstAt: Int64
    /// The valid credit code that was first given for it.
    var identityCode: String?
    /// Of the last master record, to see whether the next one says anything else.
    var reportDigest: String?
    /// What the newest master record that changed the branch said of it.
    var report: AccountHome.Report?
    /// What sales says of who looks after it today; `nil` while sales has never said anything of it. It stands above branch
    /// and owner of ``fact``, which are those of its orders.
    var told: HomeWord?

    /// The identifier that follows from its code alone: the customer that it is by itself.
    let ownId: String

    var key: AccountKey { fact.key }

    init(
        fact: AccountFact, customerId: String, homingRevision: Int, firstAt: Int64, identityCode: String? = nil,
        reportDigest: String? = nil, report: AccountHome.Report? = nil, told: HomeWord? = nil, ownId: String
    ) {
        self.fact = fact
        self.customerId = customerId
        self.homingRevision = homingRevision
        self.firstAt = firstAt
        self.identityCode = identityCode
        self.reportDigest = reportDigest
        self.report = report
        self.told = told
        self.ownId = ownId
    }

    /// An account that is spoken of for the first time; its home is found later.
    init(_ fact: AccountFact) {
        let ownId = AccountIdentifier.customer(source: fact.source, code: fact.code)
        let firstAt = fact.saidAt.microsecondsSinceEpoch
        var fact = fact
        (fact.word, fact.home) = (nil, nil)
        // Any word that says something is newer than a mere mention.
        if fact.isMention { fact.saidAt = Timestamp(microsecondsSinceEpoch: 0) }
        self.init(fact: fact, customerId: ownId, homingRevision: 0, firstAt: firstAt, ownId: ownId)
    }

    /// Whether a fact says anything that is not known.
    func isNews(_ news: AccountFact) -> Bool {
        if news.saidAt.microsecondsSinceEpoch < firstAt { return true }
        if news.channel == .reported, news.reportDigest != reportDigest { return true }
        var after = self
        after.take(news)
        after.fact.saidAt = fact.saidAt
        return after != self
    }

    /// Takes a fact over: the newest word counts, and what comes late only fills gaps. Branch and owner are those of the
    /// home that ``AccountHome`` has worked out; without one they only fill gaps.
    mutating func take(_ news: AccountFact) {
        firstAt = min(firstAt, news.saidAt.microsecondsSinceEpoch)
        if news.isMention { return }
        fact.branch = news.home?.branch ?? fact.branch ?? news.branch
        fact.salesOwner = news.home?.salesOwner ?? fact.salesOwner ?? news.salesOwner
        report = news.home?.report ?? report
        if news.saidAt >= fact.saidAt {
            fact.take(news)
            if news.channel == .reported { reportDigest = news.reportDigest }
        } else {
            fact.name = fact.name ?? news.name
            fact.creditCode = fact.creditCode ?? news.creditCode
        }
    }
}

extension AccountFact {
    /// Whether it says no more than that there is such a code.
    var isMention: Bool {
        channel == .ordered && name == nil && creditCode == nil && branch == nil && salesOwner == nil
    }

    /// What a master record says of who it is, in short.
    var reportDigest: String? {
        guard channel == .reported else { return nil }
        return StableIdentifier.of(
            "report", identity.map { "\($0.field.rawValue)\u{1}\($0.value)" }.joined(separator: "\u{2}"))
    }
}

/// A customer: a party by the name of one of its accounts.
struct Customer: Sendable, Equatable {
    let customerId: String
    var revision = 0
    var foundedAt: Int64
    var name: String?
    var creditCode: String?
    var branch: String?
    var salesOwner: String?
    /// The customer that it turned out to be.
    var mergedInto: String?
    /// What orders, records and corrections say of branch and owner; `nil` while sales has never said anything of it.
    var byRecord: HomeWord?
}

/// What is said of where a customer is looked after, and by whom.
struct HomeWord: Sendable, Equatable {
    var branch: String?
    var salesOwner: String?
}

/// A value that was said of who an account is.
struct IdentityValue: Sendable, Equatable {
    let key: AccountKey
    let field: IdentityField
    let value: String
    let channel: Channel
    let firstAt: Int64
    let lastAt: Int64
    let fault: String?
}
