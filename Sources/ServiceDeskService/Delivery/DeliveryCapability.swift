import Contracts
import Domain
import ServiceKit

extension Capability {
    /// How orders were delivered, and who is asked how it was.
    static func delivery(policy: DeliveryPolicy, organisation: Organisation) -> Capability {
        let delivery = DeliveryHandlers(policy: policy, organisation: organisation)
        // The day on which it is counted, so that what is told of single deliveries adds up to the counts.
        let day = "coalesce(t.counted_day, \(ScopedTable.day(of: "coalesce(t.completed_at, t.promised_at)")))"
        return Capability(
            // What was settled comes first: it waits for whoever looks for it.
            handlers: [
                .on(OrderReferenceSettled.self, delivery.referenceSettled),
                .on(ConsentRecorded.self, delivery.consented),
            ] + DeliveryStore.accounts.handlers + [
                .on(OrderPlaced.self, delivery.placed).lookingAtPeople(),
                .on(OrderChanged.self, delivery.changed).lookingAtPeople(),
                .on(OrderCancelled.self, delivery.cancelled), .on(OrderCompleted.self, delivery.completed),
            ],
            questions: DeliveryQueries.all,
            figures: [
                StandingFigure(
                    "surveys_held", "Surveys to which no customer was invited, by why.", label: "why",
                    SurveyConsentStore.standing)
            ],
            tables: [
                DeliveryStore.accounts.table,
                ScopedTable(
                    "delivery",
                    .owned(
                        owner: ScopedTable.ownerOfAccount("t.source", "t.customer_code"), branch: "t.branch",
                        day: day)),
                ScopedTable(
                    "performance",
                    .owned(
                        owner: ScopedTable.ownerOfAccount("t.source", "t.customer_code"), branch: "t.branch",
                        day: "t.day")),
                ScopedTable(
                    "survey",
                    .through(
                        "exists (select from delivery d where d.source = t.source and d.order_id = t.order_id)")),
                ScopedTable("settled_order", .hidden), ScopedTable("contact_consent", .hidden),
            ],
            subjects: DeliveryStore.subjects)
    }
}
