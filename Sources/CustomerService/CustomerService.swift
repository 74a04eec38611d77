import Contracts
import Postgres
import ServiceKit

/// Who the customers are: one party, whatever codes it has.
@main
enum CustomerService {
    static func definition(_ settings: Settings) throws -> ServiceDefinition {
        let identity = IdentityHandlers(
            organisation: try settings.file("organisation", Organisation.init(json:)) ?? .standard)
        return ServiceDefinition(
            name: .customer,
            migrations: [
                Migration(number: 1, name: "customer", sql: PackageResources._001_customer_sql),
                Migration(number: 2, name: "master", sql: PackageResources._002_master_sql),
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
            ],
            queries: CustomerQueries.all)
    }

    static func main() async {
        await ServiceHost.run(settings: [.organisation], definition)
    }
}
