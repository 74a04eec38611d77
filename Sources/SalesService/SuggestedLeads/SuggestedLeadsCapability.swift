import Contracts
import ServiceKit

extension Capability {
    /// What becomes of needs that the service desk saw. They come in with the other captures.
    static let suggestedLeads = Capability(
        tasks: [.onDemand(SuggestedLeads.task, SuggestedLeads.tell)],
        tables: [ScopedTable("suggestion_told", .hidden)])
}
