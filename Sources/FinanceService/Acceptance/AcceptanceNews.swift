import Contracts
import Domain
import Postgres
import ServiceKit

/// That orders of customers are taken differently now, told with the codes by which systems name these customers: who has
/// one of them knows it by no other name.
struct AcceptanceNews {
    private var events: [(event: AcceptanceChanged, cause: Envelope?)] = []

    /// Takes up what is to be told.
    mutating func add(_ event: AcceptanceChanged, causedBy cause: Envelope? = nil) { events.append((event, cause)) }

    /// Tells it.
    func publish(_ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        guard !events.isEmpty else { return }
        let customers = Set(events.map(\.event.customerId)).sorted()
        let accounts = try AccountStore.names(of: customers, transaction)
        let homes = try CustomerHomeStore.of(customers: customers, on: effects.now.day(), transaction)
        for (event, cause) in events {
            let names = (accounts[event.customerId] ?? []).prefix(1_000)
            effects.publish(event.named(Array(names)), causedBy: cause, key: event.customerId)
            RaisedStandings.tell(event, homes[event.customerId], causedBy: cause, &effects)
        }
    }
}

extension AcceptanceChanged {
    fileprivate func named(_ accounts: [AccountName]) -> AcceptanceChanged {
        AcceptanceChanged(
            customerId: customerId, businessLine: businessLine, state: state, previous: previous, reason: reason,
            figures: figures, level: level, owner: owner, plan: plan, until: until, by: by, changedAt: changedAt,
            accounts: accounts)
    }
}
