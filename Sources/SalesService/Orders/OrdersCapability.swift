import Contracts
import ServiceKit

extension Capability {
    /// What customers order from whom of us, as far as sales watches it.
    static let orders = Capability(
        handlers: OrderStore.accounts.handlers + [
            .on(OrderPlaced.self, OrderHandlers.placed), .on(OrderChanged.self, OrderHandlers.changed),
            .on(OrderCancelled.self, OrderHandlers.cancelled),
        ])
}
