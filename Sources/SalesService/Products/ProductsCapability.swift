import Contracts
import ServiceKit

extension Capability {
    /// What is sold: units that are measured, sold and costed, items of units, products of items; each in versions of which one
    /// person proposes what another approves.
    static let products = Capability(
        handlers: [
            .on(ProposeProduct.self, ProductHandlers.proposed),
            // After the proposals of the same batch.
            .on(DecideProduct.self, ProductHandlers.decided),
        ],
        questions: ProductQueries.all,
        figures: [
            StandingFigure(
                "product_versions_waiting", "Versions of what is sold that wait for a decision, by level.",
                label: "level", ProductStore.waiting)
        ],
        // What is sold is no secret among our own people; by which rule it is costed is a protected field.
        tables: [ScopedTable("product_version", .open)])
}
