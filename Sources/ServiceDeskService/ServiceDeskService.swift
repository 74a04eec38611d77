import Contracts
import Postgres
import ServiceKit

/// How well the customers are served.
@main
enum ServiceDeskService {
    static let definition = ServiceDefinition(
        name: .servicedesk,
        migrations: [Migration(number: 1, name: "servicedesk", sql: PackageResources._001_servicedesk_sql)],
        handlers: [
            .on(CustomerRegistered.self) { messages, transaction, _ in
                try DeliveryStore.putAccounts(messages.map(\.body.record), transaction)
            },
            .on(CustomerChanged.self) { messages, transaction, _ in
                try DeliveryStore.putAccounts(messages.map(\.body.record), transaction)
            },
            .on(OrderPlaced.self, DeliveryHandlers.placed),
            .on(OrderChanged.self, DeliveryHandlers.changed),
            .on(OrderCancelled.self, DeliveryHandlers.cancelled),
            .on(OrderCompleted.self, DeliveryHandlers.completed),
        ],
        queries: DeliveryQueries.all)

    static func main() async {
        await ServiceHost.run(definition)
    }
}
