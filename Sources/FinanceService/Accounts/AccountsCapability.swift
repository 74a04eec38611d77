import Contracts
import ServiceKit

extension Capability {
    /// Whose each account is and of what class, as the customer service says: what most decisions are taken by.
    static let accounts = Capability(
        handlers: AccountStore.replica.handlers + [.on(CustomerClassified.self, ClassReplica.put).joining()],
        tables: [AccountStore.replica.table, ScopedTable("customer_class", .ofCustomer("t.customer_id"))],
        subjects: SubjectStore.subjects)
}
