import ServiceKit

extension Capability {
    /// That opportunities stand still, told to whoever has them.
    static let opportunityNotices = Capability(
        tasks: [
            .daily(OpportunityNotices.daily, OpportunityNotices.evaluate),
            .onDemand(OpportunityNotices.continuation, OpportunityNotices.evaluate),
        ])
}
