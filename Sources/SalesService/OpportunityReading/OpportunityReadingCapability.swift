import ServiceKit

extension Capability {
    /// What is told of opportunities and of the funnel, and what is usual for either.
    static let opportunityReading = Capability(
        tasks: [.daily("opportunities.learn", DwellStore.learn)],
        questions: OpportunityQueries.all + FunnelQueries.all,
        tables: [ScopedTable("opportunity_dwell", .open)])
}
