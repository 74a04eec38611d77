import Contracts
package import ServiceKit

/// Who works for us, and at what cost.
@main
package enum SupplierService {
    /// What the host runs.
    package static let definition = ServiceDefinition(
        name: .supplier,
        migrations: SupplierMigrations.all,
        capabilities: [.references, .parties, .suppliers, .costs, .bias])

    static func main() async {
        await ServiceHost.run(definition)
    }
}
