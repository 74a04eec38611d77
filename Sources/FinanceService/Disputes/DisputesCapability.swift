import Contracts
import ServiceKit

extension Capability {
    /// What a customer does not want to pay, until that is settled.
    static let disputes = Capability(
        handlers: [
            .on(InvoiceDisputed.self, DisputeHandlers.opened), .on(DisputeResolved.self, DisputeHandlers.resolved),
        ])
}
