import Contracts
import Domain
import ServiceKit

extension Capability {
    /// How orders were delivered, and who is asked how it was.
    static func delivery(policy: DeliveryPolicy, organisation: Organisation) -> Capability {
        let delivery = DeliveryHandlers(policy: policy, organisation: organisation)
        return Capability(
            // What was settled comes first: it waits for whoever looks for it.
            handlers: [.on(OrderReferenceSettled.self, delivery.referenceSettled)] + DeliveryStore.accounts.handlers + [
                .on(OrderPlaced.self, delivery.placed), .on(OrderChanged.self, delivery.changed),
                .on(OrderCancelled.self, delivery.cancelled), .on(OrderCompleted.self, delivery.completed),
            ],
            questions: DeliveryQueries.all)
    }
}
