import Contracts
import ServiceKit

extension Capability {
    /// What documents name and what has not come, and whose number it is by somebody's word.
    static let references = Capability(
        handlers: [.on(OrderReferenceSettled.self, SettlementHandlers.settled)],
        questions: [ReferenceQueries.waiting.question], tables: [ScopedTable("settled_cost", .hidden)])
}
