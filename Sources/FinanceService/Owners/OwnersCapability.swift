import Contracts
import Domain
import ServiceKit

extension Capability {
    /// Who looks after customers, as sales says: whom finance tells.
    static let owners = Capability(
        handlers: [.on(OwnershipChanged.self, OwnerStore.take)],
        tasks: [
            // A day begins, and with it what was said of it before.
            .daily("owners.turn") { items, transaction, effects in
                guard let due = items.last?.due else { return }
                try RaisedMargins.pass(
                    OwnerStore.settle(on: due.day().adding(days: 1), transaction), transaction, &effects)
            }
        ],
        tables: [ScopedTable("customer_owner", .hidden)])
}
