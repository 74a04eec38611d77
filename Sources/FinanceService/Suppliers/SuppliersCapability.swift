import Contracts
import ServiceKit

extension Capability {
    /// Who the suppliers are, and how far what they bill is from what was expected.
    static let suppliers = Capability(
        handlers: [
            .on(SupplierRegistered.self, SupplierHandlers.registered).joining(),
            .on(CostBiasChanged.self, SupplierHandlers.biasChanged).joining(),
        ],
        // Costs are read with them, whoever reads: what they are expected to end as would differ otherwise.
        tables: [ScopedTable("supplier_account", .open), ScopedTable("supplier_bias", .open)])
}
