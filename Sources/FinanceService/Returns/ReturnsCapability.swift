import Contracts
import ServiceKit

extension Capability {
    /// Money that goes back to who paid it.
    static let returns = Capability(handlers: [.on(PaymentReturned.self, ReturnHandlers.returned)])
}
