import Contracts
import ServiceKit

extension Capability {
    /// Until when a customer has to pay what it is billed, by its agreement.
    static let terms = Capability(
        handlers: [.on(TermsAgreed.self, TermsHandlers.agreed)], tables: [ScopedTable("payment_terms", .hidden)])
}
