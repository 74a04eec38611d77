import Contracts
import Domain
import Postgres
import ServiceKit

/// Who looks after customers, as sales says → the records of customers.
///
/// What sales says of every line of an account counts for the account as a whole: of an assignment of one line alone it says
/// that of the others, too. It stands above what orders, records and corrections say, on its days; on others those count. So
/// whoever sees by the owner of a customer, in whatever service, sees with the customer's record.
enum OwnerHandlers {
    /// How many accounts are settled at once.
    private static let accountsAtOnce = 500

    static func take(
        _ messages: [Received<OwnershipChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let bodies = messages.map(\.body).filter { $0.businessLine == nil }
        guard !bodies.isEmpty else { return }
        // Before anything is written: of a message and the account that it is about whoever is second sees both.
        try IdentityStore.lock(transaction)
        try OwnershipReplica.put(bodies, transaction)
        let accounts = bodies.map { AccountKey(source: $0.source, code: $0.code) }
        let day = effects.now.day()
        try settle(OwnerStore.turned(among: accounts, on: day, transaction), on: day, transaction, &effects)
    }

    /// A day begins, and with it what was said of it before.
    static func turn(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard let due = items.last?.due else { return }
        // When days were missed, what held on them is over.
        let day = max(due.day().adding(days: 1), effects.now.day())
        try IdentityStore.lock(transaction)
        try settle(OwnerStore.turned(on: day, transaction), on: day, transaction, &effects)
    }

    private static func settle(
        _ accounts: [AccountKey], on day: CalendarDay, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for start in stride(from: 0, to: accounts.count, by: accountsAtOnce) {
            let some = accounts[start..<min(start + accountsAtOnce, accounts.count)]
            try MembershipResolution.resolve(some, on: day, transaction, &effects)
        }
        effects.count("owners_told", accounts.count)
    }
}
