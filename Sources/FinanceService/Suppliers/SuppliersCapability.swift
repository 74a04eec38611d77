import Contracts
import ServiceKit

extension Capability {
    /// Who the suppliers are, and how far what they bill is from what was expected.
    static let suppliers = Capability(
        handlers: [
            .on(SupplierRegistered.self, SupplierHandlers.registered).joining(),
            .on(CostBiasChanged.self, SupplierHandlers.biasChanged).joining(),
        ])
}
