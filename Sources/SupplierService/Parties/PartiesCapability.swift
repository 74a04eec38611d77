import Contracts
import ServiceKit

extension Capability {
    /// Which suppliers are customers as well.
    static let parties = Capability(
        handlers: [
            .on(CustomerRegistered.self) { messages, transaction, _ in
                try PartyStore.put(messages.map(\.body.record), transaction)
            },
            .on(CustomerChanged.self) { messages, transaction, _ in
                try PartyStore.put(messages.map(\.body.record), transaction)
            },
        ],
        questions: [Query(SupplierQuestions.business, PartyStore.business)],
        tables: [ScopedTable("customer_party", .whole)])
}
