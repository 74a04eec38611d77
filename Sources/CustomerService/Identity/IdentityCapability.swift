import Contracts
import Domain
import ServiceKit

extension Capability {
    /// Which codes are one customer: what systems report and what orders bring along.
    static func identity(organisation: Organisation) -> Capability {
        let identity = IdentityHandlers(organisation: organisation)
        return Capability(
            handlers: [
                .on(CustomerReported.self, identity.reported),
                .on(SupplierReported.self, SupplierRoles.reported),
                .on(OrderPlaced.self, identity.placed).lookingAtPeople(),
                .on(OrderChanged.self, identity.changed).lookingAtPeople(),
            ],
            questions: CustomerQueries.all,
            tables: [
                ScopedTable("account", .owned(owner: OwnerStore.owner("t"), branch: OwnerStore.branch("t"), day: nil)),
                // One that was merged is seen with the one that it has become.
                ScopedTable("customer", .ofCustomer("coalesce(t.merged_into, t.customer_id)")),
                ScopedTable("identity_value", .ofAccount("t.source", "t.code")),
                ScopedTable("membership", .ofAccount("t.source", "t.code")),
                ScopedTable(
                    "supplier_name",
                    .through("exists (select from customer c where c.credit_code = t.credit_code)")),
                ScopedTable("unknown_branch", .whole), ScopedTable("unknown_line", .whole),
                ScopedTable("block", .whole), ScopedTable("block_member", .ofAccount("t.source", "t.code")),
            ],
            subjects: AccountSubjectStore.subjects)
    }
}
