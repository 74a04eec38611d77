import Contracts
import ServiceKit

extension Capability {
    /// Who looks after accounts, as sales says.
    static let owners = Capability(
        handlers: [.on(OwnershipChanged.self, OwnerHandlers.take)],
        tasks: [.daily("owners.turn", OwnerHandlers.turn)],
        tables: [ScopedTable("customer_owner", .hidden)])
}
