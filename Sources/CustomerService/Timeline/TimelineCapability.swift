import Contracts
import ServiceKit

extension Capability {
    /// What has happened with a customer, in the order of its times.
    static let timeline = Capability(
        handlers: [
            .on(OrderAnomalyRaised.self, TimelineHandlers.anomalyRaised),
            .on(OrderAnomalyCleared.self, TimelineHandlers.anomalyCleared),
            .on(SurveyRequested.self, TimelineHandlers.surveyRequested),
            .on(RecoveryChanged.self, TimelineHandlers.recoveryChanged),
            .on(LeadStored.self, LeadTimeline.stored), .on(LeadChanged.self, LeadTimeline.changed),
            .on(OpportunityChanged.self, OpportunityTimeline.changed),
        ],
        tables: [
            // What names an account is of that one, and not of the customer's others.
            ScopedTable(
                "timeline",
                .through(
                    """
                    exists (select from account a where a.source = t.account_source and a.code = t.code)
                        or t.account_source is null
                            and exists (select from account a where a.customer_id = t.customer_id)
                    """))
        ])
}
