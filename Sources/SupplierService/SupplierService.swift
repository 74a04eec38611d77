import Contracts
import Postgres
import ServiceKit

/// Who works for us, and at what cost.
@main
enum SupplierService {
    static let definition = ServiceDefinition(
        name: .supplier,
        migrations: [
            Migration(number: 1, name: "supplier", sql: PackageResources._001_supplier_sql),
            Migration(number: 2, name: "parties", sql: PackageResources._002_parties_sql),
            Migration(number: 3, name: "name_origin", sql: PackageResources._003_name_origin_sql),
        ],
        handlers: [
            .on(CustomerRegistered.self) { messages, transaction, _ in
                try PartyStore.put(messages.map(\.body.record), transaction)
            },
            .on(CustomerChanged.self) { messages, transaction, _ in
                try PartyStore.put(messages.map(\.body.record), transaction)
            },
            .on(SupplierReported.self, CostHandlers.reported),
            .on(OrderPlaced.self, CostHandlers.placed),
            .on(OrderChanged.self, CostHandlers.changed),
            .on(CostRecorded.self, CostHandlers.costRecorded),
            .on(SupplierInvoiceReceived.self, CostHandlers.invoiced),
            .on(SupplierPaymentMade.self, CostHandlers.paid),
        ],
        tasks: [.daily("bias.evaluate", CostHandlers.evaluate)],
        queries: SupplierQueries.all)

    static func main() async {
        await ServiceHost.run(definition)
    }
}
