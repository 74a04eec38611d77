import Contracts
import ServiceKit

extension Capability {
    /// What may become business: every revision of each opportunity, how it stood on every day, and the funnel of any day.
    static let opportunities = Capability(
        handlers: [
            // Stages first, so that what goes by them in the same batch finds them.
            .on(SetSalesStages.self) { messages, transaction, effects in
                try StageStore.put(messages.map(\.body), transaction)
                effects.count("sales_stages", messages.count)
            },
            .on(OpportunityRecorded.self, OpportunityHandlers.recorded),
            .on(TakeOpportunityStep.self, OpportunityHandlers.stepTaken),
        ],
        tasks: [
            .onDemand("opportunities.fill", OpportunityHandlers.fill),
            .daily("opportunities.turn", OpportunityPassing.turn),
            .onDemand(OpportunityPassing.handOnTask, OpportunityPassing.handOn),
        ],
        figures: [
            StandingFigure(
                "opportunities_open", "Opportunities that are worked on, by stage.", label: "stage",
                OpportunityStore.open)
        ],
        tables: [
            ScopedTable("sales_stage", .open),
            ScopedTable("opportunity", .owned(owner: "t.owner", branch: "t.branch", day: nil)),
            ScopedTable("opportunity_change", .ofOpportunity), ScopedTable("opportunity_span", .ofOpportunity),
            ScopedTable("opportunity_visit", .ofOpportunity),
            // A part of a sum is seen by who sees whose it was.
            ScopedTable(
                "funnel_bucket", .owned(owner: "nullif(t.owner, '')", branch: "nullif(t.branch, '')", day: nil)),
        ],
        subjects: ActSubjects([.opportunity: OpportunityStore.homes]))
}

extension ScopedTable.Scope {
    /// Rows of an opportunity, which are seen when that is.
    fileprivate static let ofOpportunity = through(
        "exists (select from opportunity o where o.source = t.source and o.opportunity_id = t.opportunity_id)")
}
