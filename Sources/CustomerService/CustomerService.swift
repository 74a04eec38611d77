import Contracts
import Postgres
import ServiceKit

/// Who the customers are: one party, whatever codes it has.
@main
enum CustomerService {
    static let definition = ServiceDefinition(
        name: .customer,
        migrations: [Migration(number: 1, name: "customer", sql: PackageResources._001_customer_sql)],
        handlers: [
            .on(CustomerReported.self, IdentityHandlers.reported),
            .on(OrderPlaced.self, IdentityHandlers.placed),
            .on(OrderChanged.self, IdentityHandlers.changed),
            .on(InteractionLogged.self, TimelineHandlers.interaction),
            .on(OrderAnomalyRaised.self, TimelineHandlers.anomalyRaised),
            .on(OrderAnomalyCleared.self, TimelineHandlers.anomalyCleared),
            .on(SurveyRequested.self, TimelineHandlers.surveyRequested),
        ],
        queries: CustomerQueries.all)

    static func main() async {
        await ServiceHost.run(definition)
    }
}
