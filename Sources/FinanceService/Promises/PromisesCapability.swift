import Contracts
import ServiceKit

extension Capability {
    /// What a customer has promised to pay, and until when.
    static let promises = Capability(
        handlers: [.on(PaymentPromised.self, PromiseHandlers.promised)])
}
