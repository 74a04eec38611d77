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
                .on(OrderPlaced.self, identity.placed),
                .on(OrderChanged.self, identity.changed),
            ],
            questions: CustomerQueries.all)
    }
}
