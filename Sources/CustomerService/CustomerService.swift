import Contracts
import Postgres
import ServiceKit

/// Who the customers are: one party, whatever codes it has.
@main
enum CustomerService {
    static let settings = [
        Setting.organisation,
        Setting(
            "customer.rates",
            help: "path of the exchange rates that value is judged by (JSON, as of finance; docs/settings.md)"),
        Setting(
            "customer.market",
            help: "path of what others estimate the market at (JSON, see docs/classification.md); none when not given"),
    ]

    static func definition(_ settings: Settings) throws -> ServiceDefinition {
        let organisation = try settings.file("organisation", Organisation.init(json:)) ?? .standard
        let identity = IdentityHandlers(organisation: organisation)
        let rates = try settings.file("customer.rates", RateTable.init(json:)) ?? .standard
        let market = try settings.file("customer.market", MarketEstimates.init(json:)) ?? MarketEstimates([])
        return ServiceDefinition(
            name: .customer,
            migrations: [
                Migration(number: 1, name: "customer", sql: PackageResources._001_customer_sql),
                Migration(number: 2, name: "master", sql: PackageResources._002_master_sql),
                Migration(number: 3, name: "value", sql: PackageResources._003_value_sql),
            ],
            handlers: [
                .on(CustomerReported.self, identity.reported),
                .on(SupplierReported.self, SupplierRoles.reported),
                .on(OrderPlaced.self, identity.placed),
                .on(OrderChanged.self, identity.changed),
                .on(MergeParties.self, DecisionHandlers.merge),
                .on(UnmergeParties.self, DecisionHandlers.unmerge),
                .on(DecideReview.self, DecisionHandlers.decide),
                .on(UndoDecision.self, DecisionHandlers.undo),
                .on(InteractionLogged.self, TimelineHandlers.interaction),
                .on(OrderAnomalyRaised.self, TimelineHandlers.anomalyRaised),
                .on(OrderAnomalyCleared.self, TimelineHandlers.anomalyCleared),
                .on(SurveyRequested.self, TimelineHandlers.surveyRequested),
            ] + ValueHandlers(rates: rates, organisation: organisation).all,
            tasks: ValueTasks(organisation: organisation).all,
            queries: CustomerQueries.all + ClassQueries(organisation: organisation).all
                + DriverQueries(market: market).all)
    }

    static func main() async {
        await ServiceHost.run(settings: settings, definition)
    }
}
