import Contracts
import ServiceKit

extension Capability {
    /// What was agreed with a customer, and when it ends.
    static let agreements = Capability(
        handlers: [.on(AgreementRecorded.self, AgreementHandlers.recorded)],
        tasks: [.daily("agreements.evaluate", AgreementNotices.evaluate)], questions: AgreementQueries.all,
        tables: [ScopedTable("agreement", .ofAccount("t.customer_source", "t.customer_code"))])
}
