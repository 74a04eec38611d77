import Contracts
import Domain
import Postgres
import ServiceKit

/// How well the customers are served.
@main
enum ServiceDeskService {
    static let settings = [
        Setting.organisation,
        Setting("survey.share", default: "10", help: "percent of good deliveries that are asked about, 0 to 100"),
        Setting("survey.quiet.days", default: "30", help: "days in which a customer is asked at most once, 0 to 365"),
    ]

    static func definition(_ settings: Settings) throws -> ServiceDefinition {
        let delivery = DeliveryHandlers(
            policy: DeliveryPolicy(
                goodShare: try settings.integer("survey.share", in: 0...100),
                fatigueDays: try settings.integer("survey.quiet.days", in: 0...365)),
            organisation: try settings.requiredFile("organisation", Organisation.init(json:)))
        return ServiceDefinition(
            name: .servicedesk,
            migrations: [
                Migration(number: 1, name: "servicedesk", sql: PackageResources._001_servicedesk_sql),
                Migration(number: 2, name: "account_customer", sql: PackageResources._002_account_customer_sql),
                Migration(number: 3, name: "customer_class", sql: PackageResources._003_customer_class_sql),
                Migration(number: 4, name: "complaint", sql: PackageResources._004_complaint_sql),
                Migration(number: 5, name: "counted_place", sql: PackageResources._005_counted_place_sql),
            ],
            handlers: [
                .on(CustomerRegistered.self) { messages, transaction, _ in
                    try DeliveryStore.accounts.put(messages.map(\.body.record), transaction)
                },
                .on(CustomerChanged.self) { messages, transaction, _ in
                    try DeliveryStore.accounts.put(messages.map(\.body.record), transaction)
                },
                .on(CustomerClassified.self, ClassReplica.put),
                .on(OrderPlaced.self, delivery.placed),
                .on(OrderChanged.self, delivery.changed),
                .on(OrderCancelled.self, delivery.cancelled),
                .on(OrderCompleted.self, delivery.completed),
                .on(ComplaintReported.self, ComplaintHandlers.reported),
                .on(ComplaintStepTaken.self, ComplaintHandlers.stepTaken),
            ],
            queries: DeliveryQueries.all + ComplaintQueries.all)
    }

    static func main() async {
        await ServiceHost.run(settings: settings, definition)
    }
}
