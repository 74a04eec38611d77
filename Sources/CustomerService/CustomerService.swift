import Contracts
import Domain
import Postgres
import ServiceKit

/// Who the customers are: one party, whatever codes it has.
@main
enum CustomerService {
    /// What can be configured of it.
    static let settings =
        [
            Setting.organisation,
            .rates(
                "customer.rates",
                help: "path of the exchange rates that value is judged by (JSON, as of finance; docs/settings.md)"),
            Setting(
                "customer.market",
                help:
                    "path of what others estimate the market at (JSON, see docs/classification.md); none when not given"
            ),
        ] + ContactPolicy.settings

    static func definition(_ settings: Settings) throws -> ServiceDefinition {
        let organisation = try settings.requiredFile("organisation", Organisation.init(json:))
        let identity = IdentityHandlers(organisation: organisation)
        let rates = try settings.requiredFile("customer.rates", RateTable.init(json:))
        let market = try settings.file("customer.market", MarketEstimates.init(json:)) ?? MarketEstimates([])
        let policy = try ContactPolicy(settings)
        let contact = ContactTasks(policy: policy)
        return ServiceDefinition(
            name: .customer,
            migrations: [
                Migration(number: 1, name: "customer", sql: PackageResources._001_customer_sql),
                Migration(number: 2, name: "master", sql: PackageResources._002_master_sql),
                Migration(number: 3, name: "value", sql: PackageResources._003_value_sql),
                Migration(number: 4, name: "graph", sql: PackageResources._004_graph_sql),
                Migration(number: 5, name: "interactions", sql: PackageResources._005_interactions_sql),
                Migration(number: 6, name: "complaint", sql: PackageResources._006_complaint_sql),
                Migration(number: 7, name: "agreement", sql: PackageResources._007_agreement_sql),
                Migration(number: 8, name: "relation_nodes", sql: PackageResources._008_relation_nodes_sql),
                Migration(number: 9, name: "account_home", sql: PackageResources._009_account_home_sql),
            ],
            handlers: [
                .on(CustomerReported.self, identity.reported),
                .on(SupplierReported.self, SupplierRoles.reported),
                .on(OrderPlaced.self, identity.placed),
                .on(OrderChanged.self, identity.changed),
                .on(OrderPlaced.self, GraphHandlers.placed),
                .on(OrderChanged.self, GraphHandlers.changed),
                .on(OrderCancelled.self, GraphHandlers.cancelled),
                .on(RelationDeclared.self, GraphHandlers.declared),
                .on(MergeParties.self, DecisionHandlers.merge),
                .on(UnmergeParties.self, DecisionHandlers.unmerge),
                .on(DecideReview.self, DecisionHandlers.decide),
                .on(UndoDecision.self, DecisionHandlers.undo),
                .on(ErasePerson.self, ErasureHandlers.erase),
                .on(InteractionLogged.self, InteractionHandlers.logged),
                .on(ConsentRecorded.self, InteractionHandlers.consent),
                .on(InvoiceIssued.self, InvoiceReplica.issued),
                .on(PaymentApplied.self, InvoiceReplica.applied),
                .on(CreditStateChanged.self, FinanceReplica.creditChanged),
                .on(AcceptanceChanged.self, FinanceReplica.acceptanceChanged),
                .on(MarginAlertRaised.self, FinanceReplica.alertRaised),
                .on(MarginAlertCleared.self, FinanceReplica.alertCleared),
                .on(OrderAnomalyRaised.self, TimelineHandlers.anomalyRaised),
                .on(OrderAnomalyCleared.self, TimelineHandlers.anomalyCleared),
                .on(SurveyRequested.self, TimelineHandlers.surveyRequested),
                .on(ComplaintOpened.self, ComplaintReplica.opened),
                .on(ComplaintProgressed.self, ComplaintReplica.progressed),
                .on(AgreementChanged.self, AgreementReplica.changed),
            ] + ValueHandlers(rates: rates, organisation: organisation).all,
            tasks: ValueTasks(organisation: organisation).all + [
                .daily(GraphRanking.task, GraphRanking.rank), .daily(ContactTasks.coverageTask, contact.coverage),
                .daily(ContactTasks.retentionTask, contact.retain),
            ],
            queries: CustomerQueries.all + ClassQueries(organisation: organisation).all
                + DriverQueries(market: market).all + GraphQueries.all + InteractionQueries(policy: policy).all
                + [OverviewQuery.query])
    }

    static func main() async {
        await ServiceHost.run(settings: settings, definition)
    }
}
