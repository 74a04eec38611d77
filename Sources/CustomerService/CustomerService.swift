import Contracts
import Postgres
import ServiceKit

/// Who the customers are: one party, whatever codes it has.
@main
enum CustomerService {
    /// What can be configured of it.
    static let settings = [Setting.organisation] + ContactPolicy.settings

    static func definition(_ settings: Settings) throws -> ServiceDefinition {
        let identity = IdentityHandlers(
            organisation: try settings.file("organisation", Organisation.init(json:)) ?? .standard)
        let policy = try ContactPolicy(settings)
        let contact = ContactTasks(policy: policy)
        return ServiceDefinition(
            name: .customer,
            migrations: [
                Migration(number: 1, name: "customer", sql: PackageResources._001_customer_sql),
                Migration(number: 2, name: "graph", sql: PackageResources._002_graph_sql),
                Migration(number: 3, name: "interactions", sql: PackageResources._003_interactions_sql),
            ],
            handlers: [
                .on(CustomerReported.self, identity.reported),
                .on(OrderPlaced.self, identity.placed),
                .on(OrderChanged.self, identity.changed),
                .on(OrderPlaced.self, GraphHandlers.placed),
                .on(OrderChanged.self, GraphHandlers.changed),
                .on(OrderCancelled.self, GraphHandlers.cancelled),
                .on(RelationDeclared.self, GraphHandlers.declared),
                .on(ErasePerson.self, ErasureHandlers.erase),
                .on(InteractionLogged.self, InteractionHandlers.logged),
                .on(ConsentRecorded.self, InteractionHandlers.consent),
                .on(InvoiceIssued.self, InvoiceReplica.issued),
                .on(PaymentApplied.self, InvoiceReplica.applied),
                .on(OrderDecided.self, FinanceReplica.decided),
                .on(CreditStateChanged.self, FinanceReplica.creditChanged),
                .on(AcceptanceChanged.self, FinanceReplica.acceptanceChanged),
                .on(MarginAlertRaised.self, FinanceReplica.alertRaised),
                .on(MarginAlertCleared.self, FinanceReplica.alertCleared),
                .on(OrderAnomalyRaised.self, TimelineHandlers.anomalyRaised),
                .on(OrderAnomalyCleared.self, TimelineHandlers.anomalyCleared),
                .on(SurveyRequested.self, TimelineHandlers.surveyRequested),
            ],
            tasks: [
                .daily(GraphRanking.task, GraphRanking.rank), .daily(ContactTasks.coverageTask, contact.coverage),
                .daily(ContactTasks.retentionTask, contact.retain),
            ],
            queries: CustomerQueries.all + GraphQueries.all + InteractionQueries(policy: policy).all
                + [OverviewQuery.query])
    }

    static func main() async {
        await ServiceHost.run(settings: settings, definition)
    }
}
