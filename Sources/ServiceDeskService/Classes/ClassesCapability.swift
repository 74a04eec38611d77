import Contracts
import ServiceKit

extension Capability {
    /// Of what class each customer is, as the customer service says.
    static let classes = Capability(
        handlers: [.on(CustomerClassified.self, ClassReplica.put)], tables: [ScopedTable("customer_class", .hidden)])
}
