import Contracts
import ServiceKit

extension Capability {
    /// Money that goes back to who paid it.
    static let returns = Capability(
        handlers: [.on(PaymentReturned.self, ReturnHandlers.returned)],
        tables: [
            ScopedTable(
                "payment_return",
                .through(
                    """
                    exists (
                        select from customer_payment p
                        where p.source = t.payment_source and p.payment_id = t.payment_id)
                    """))
        ])
}
