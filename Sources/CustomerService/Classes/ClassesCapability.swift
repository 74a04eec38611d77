import Domain
import ServiceKit

extension Capability {
    /// Of what class each customer is, and what would change if the rules did.
    static func classes(organisation: Organisation) -> Capability {
        Capability(
            questions: ClassQueries(organisation: organisation).all,
            tables: [ScopedTable("class", .ofCustomer("t.customer_id"))])
    }
}
